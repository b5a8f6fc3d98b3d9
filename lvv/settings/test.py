"""The settings of the tests: those of the application, as its owner, with cheap password hashes."""

import os

os.environ.setdefault("LVV_ROLE", "owner")
os.environ.setdefault("LVV_DEMO", "1")

from lvv.common.env import KEYS, credential
from lvv.settings.base import *  # noqa: F403
from lvv.settings.base import DATA_DIR, DATABASES, STORAGES

# A test stands for every process, so it holds the keys of all.
globals().update(
    (name, credential(name, role) or "of the tests, and of no installation")
    for role, names in KEYS.items()
    for name in names
)

DATABASES["default"]["CONN_MAX_AGE"] = 0
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # argon2 takes 50 ms a login on purpose
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Whitenoise reads this folder at its start and warns when it is missing. It stays empty, apart from
# the folder that the browser tests collect into: a file that is being rewritten there would fail
# whatever test reads it just then.
STATIC_ROOT = DATA_DIR / "static-tests"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
