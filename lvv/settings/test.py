"""The settings of the tests: those of the application, as its owner, with cheap password hashes."""

import os

os.environ.setdefault("LVV_ROLE", "owner")
os.environ.setdefault("LVV_DEMO", "1")

from lvv.settings import base
from lvv.settings.base import *  # noqa: F403
from lvv.settings.base import DATABASES, STORAGES

DATABASES["default"]["CONN_MAX_AGE"] = 0
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 takes 50 ms a login on purpose
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
base.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns without it, and warnings are errors here
