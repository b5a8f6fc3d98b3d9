"""The application as it is served, with a bare view to measure against."""

from lvv.settings.base import *  # noqa: F403
from lvv.settings.base import MIDDLEWARE

ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.floor.CountStatements", *MIDDLEWARE]
