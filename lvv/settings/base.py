"""One set of settings; what differs between installations comes from the surroundings
(lvv.common.env)."""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from lvv.common.env import BASE_DIR, data_dir, database_url, flag, key, role, secret

# The demonstration: known passwords and plain http, so on this machine only.
DEMO = flag("LVV_DEMO")
DEBUG = flag("LVV_DEBUG")
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [host for host in os.environ.get("LVV_HOSTS", "").split(",") if host] or LOOPBACK
if DEMO and not set(ALLOWED_HOSTS) <= set(LOOPBACK):
    raise ImproperlyConfigured(
        "LVV_DEMO=1 serves known passwords: no host but loopback is allowed (LVV_HOSTS)."
    )
SITE_URL = os.environ.get("LVV_SITE_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")
DATA_DIR = data_dir()

# Each process holds its own (lvv/common/env.py); using another's raises.
SECRET_KEY = key("SECRET_KEY")
FIELD_KEY = key("FIELD_KEY")  # encrypts the secrets of second factors
PSEUDONYM_KEY = key("PSEUDONYM_KEY")  # turns a person into a pseudonym in the processing log
AUDIT_KEY = key("AUDIT_KEY")  # signs the head of the audit log
# A command that is given each signed head as a line, to keep it where this machine cannot write.
AUDIT_SINK = os.environ.get("LVV_AUDIT_SINK", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django.contrib.postgres",
    "guardian",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_filters",
    "csp",
    "partners",
    "governance",
    "casework",
    "lvv.apps.LVVConfig",
    "lvv.apps.AdminConfig",
]

MIDDLEWARE = [
    "lvv.middleware.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    # Those before it only add to what is answered.
    "lvv.middleware.OddBytesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "partners.accounts.middleware.SessionLimitsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "partners.accounts.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "governance.access.middleware.ClearanceMiddleware",
    "lvv.middleware.OnlySavesMiddleware",
]

ROOT_URLCONF = "lvv.urls"
WSGI_APPLICATION = "lvv.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "lvv.template_loader.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lvv.context.page_frame",
            ],
        },
    },
]
FORM_RENDERER = "lvv.common.forms.NLRenderer"

# What a page may take of the database; nothing else ends a request that hangs in one of the web's
# threads, and with it what it has locked. A package of papers is made within one transaction.
LIMITS = (
    ("statement_timeout=50s", "lock_timeout=5s", "idle_in_transaction_session_timeout=5min")
    if role() == "app"
    else ()
)

# One alias, and the role decides what it may: the web is lvv_app, maintenance lvv_owner, `manage.py
# work` lvv_jobs.
DATABASES = {
    "default": dj_database_url.parse(database_url(role()), conn_max_age=600)
    | {
        "CONN_HEALTH_CHECKS": True,
        # Nothing here reads so much that starting further processes for it pays.
        "OPTIONS": {
            "options": " ".join(
                f"-c {setting}"
                for setting in ("jit=off", "max_parallel_workers_per_gather=0", *LIMITS)
            )
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counters of attempts live in a table every process shares; sign-in pages run outside the request's
# transaction.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "lvv_counters",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# Who signs in, and how.
AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "partners.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "partners.accounts.forms.SignInForm",
    "reauthenticate": "partners.accounts.forms.ConfirmForm",
    "change_password": "partners.accounts.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Passwords are counted by partners/accounts/throttle.py; no limit here is by place alone, which
# would close the door for all who share an address. "login_failed" is left for codes of second
# factors, which only who knows the password can try.
ACCOUNT_RATE_LIMITS = {
    "login": "",
    "login_failed": "5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
MFA_RATE_LIMITS = {"webauthn_login": ""}  # there is nothing to guess
MFA_ADAPTER = "partners.accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "LVV"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = (
    DEMO  # http://localhost counts as a secure context for the browser
)
MFA_REQUIRED = not DEMO

SESSION_ENGINE = "partners.accounts.sessions"
SESSION_IDLE_SECONDS = 15 * 60
SESSION_ABSOLUTE_SECONDS = 8 * 3600
SESSION_WARN_SECONDS = 2 * 60
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# guardian holds the cells of the sharing matrix and personal grants; nothing asks guardian's own
# backend.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
SILENCED_SYSTEM_CHECKS = [
    # its backend is not installed on purpose: it ignores end dates, row-level security decides
    "guardian.W001",
]

# What every answer carries (docs/threat-model.md). Under DEMO plain http on loopback must work.
_directives = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [NONE],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "object-src": [NONE],
    "report-uri": ["/csp-rapport/"],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _directives}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
} | {"publickey-credentials-get": ["self"], "publickey-credentials-create": ["self"]}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = not DEMO
SECURE_REDIRECT_EXEMPT = [
    r"^gezond/$"
]  # the health check of the proxy and the container speaks http
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEMO
SECURE_HSTS_PRELOAD = not DEMO
# How many proxies of ours a request passes: what they say of its address and scheme is believed.
TRUSTED_PROXIES = int(os.environ.get("LVV_TRUSTED_PROXIES") or flag("LVV_CONTAINER"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
_prefix = "" if DEMO else "__Host-"
SESSION_COOKIE_NAME = f"{_prefix}lvv_session"
CSRF_COOKIE_NAME = f"{_prefix}lvv_csrf"
LANGUAGE_COOKIE_NAME = f"{_prefix}lvv_language"
BROWSER_COOKIE_NAME = f"{_prefix}lvv_browser"  # in which somebody signed in before
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMO
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "lvv.views.csrf_failure"

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
FORMAT_MODULE_PATH = ["lvv.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(os.environ.get("LVV_STATIC") or DATA_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
if mail_host := secret("LVV_MAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = mail_host
    EMAIL_HOST_USER = secret("LVV_MAIL_USER") or ""
    EMAIL_HOST_PASSWORD = secret("LVV_MAIL_PASSWORD") or ""
    EMAIL_USE_TLS = True
    EMAIL_TIMEOUT = 10  # the work waits for it
DEFAULT_FROM_EMAIL = os.environ.get("LVV_MAIL_FROM") or "lvv@localhost"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"declared": {"()": "lvv.common.logs.DeclaredAddress"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["declared"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
