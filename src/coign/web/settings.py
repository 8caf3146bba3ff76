"""Django settings. Database and secrets come from the running service; the environment decides nothing further."""

import secrets
from pathlib import Path

from coign.web import running, statics
from coign.web.address import database
from coign.web.external.configuration import providers

HERE = Path(__file__).parent
# A file of identity providers that cannot be understood is told at the start, not at the first sign-in.
providers()

# Without a service (making migrations) there is no database and nothing to protect.
DATABASES = {
    "default": database(running.service().database.application_dsn)
    if running.is_set()
    else {"ENGINE": "django.db.backends.dummy"}
}
SECRET_KEY = running.derived_key("secret-key").hex() if running.is_set() else secrets.token_hex()
DEBUG = False
# Links are relative, no mail is sent, identity providers know their return address. Passkeys are bound to the host of
# the page, which the browser knows for itself and signs: a forged header opens nothing.
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "coign.web.urls"
WSGI_APPLICATION = "coign.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "coign.web",  # before allauth: its templates win
    "coign.web.accounts",
    "coign.web.signing",
    "coign.web.external",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
]
MIDDLEWARE = [
    "coign.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "coign.web.middleware.Measured",
    "coign.web.middleware.Named",
    "coign.web.kept.KeptWhileLooking",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "coign.web.accounts.seen.SeenNow",
    "coign.web.zones.AtHome",
    "coign.web.accounts.noting.Noted",
    "coign.web.accounts.middleware.SignedIn",
    "coign.web.inspection.narrowing.Inspecting",
    "coign.web.middleware.Answers",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coign.web.frame.frame",
            ]
        },
    }
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "coign.web.own_files.OwnFiles"},
}
STATIC_URL = statics.address()
# Served from the packages themselves: nothing has to be collected before the first start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = "^/static/[0-9a-f]{16}/"
WHITENOISE_AUTOREFRESH = False

# Shared by all processes: attempts are counted and one-time codes burnt in one place.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}
    if running.is_set()
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

AUTHENTICATION_BACKENDS = ["coign.web.accounts.backend.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "coign.web.accounts.passwords.LongEnough"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "coign.web.accounts.passwords.NotGuessable"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_NAME = "coign_session"
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would drop the session when an identity provider sends a person back
SESSION_COOKIE_HTTPONLY = True
# Sign-in lasts twelve hours at most, whatever happens in between (NIST SP 800-63B-4 AAL3; CSV-23).
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = "coign_csrf"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "coign.web.middleware.csrf_failed"
# Behind a proxy that ends TLS; without one nobody but ourselves sets this header (we bind to 127.0.0.1).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 63_072_000  # sent over https only
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 262_144
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_MAX_MEMORY_SIZE = 4_194_304

ACCOUNT_ADAPTER = "coign.web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USERNAME_VALIDATORS = None
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# A whole house signs in from one address when shifts change; wrong attempts are what is rare.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "30/m/ip,10/5m/key"}
SOCIALACCOUNT_ADAPTER = "coign.web.external.adapter.ExternalAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"provider_class": "coign.web.external.openid.Provider"}}
MFA_ADAPTER = "coign.web.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_FORMS = {
    "login_webauthn": "coign.web.accounts.passkeys.SignIn",
    "authenticate_webauthn": "coign.web.accounts.passkeys.SecondFactor",
    "reauthenticate_webauthn": "coign.web.accounts.passkeys.ProvedAgain",
}
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}
MFA_TOTP_ISSUER = "Coign"
# A code typed while the next one appears still counts (RFC 6238, 5.2: one step at most).
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
USERSESSIONS_TRACK_ACTIVITY = True

LANGUAGE_CODE = "en"
# Every sentence of ours is in English. What libraries say in the browser's language would stand among them, under an
# attribute that names that language for the whole page; with translations of our own this is turned on.
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "coign": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
