"""Every setting, from the environment. Without DATABASE_URL and REDIS_URL a copy runs servers of its own in ./var."""

from __future__ import annotations

import os
from typing import Any

from config import environment
from config.embedded import places
from config.environment import BASE_DIR

VAR_DIR = environment.var_dir()
DATABASE_URL = os.environ.get("DATABASE_URL", "")
EMBEDDED_DATABASE = not DATABASE_URL
EMBEDDED_REDIS = not os.environ.get("REDIS_URL")
SOCKETS = places.socket_dir(VAR_DIR)
LOCAL = EMBEDDED_DATABASE

DEBUG = environment.flag("TOUCHSTONE_DEBUG")
SECRET_KEY = environment.secret_key(embedded=LOCAL)
SECRETS_KEYS = environment.secrets_keys(embedded=LOCAL)
ALLOWED_HOSTS = environment.words("TOUCHSTONE_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS = environment.words("TOUCHSTONE_TRUSTED_ORIGINS", [])
TOUCHSTONE_ENVIRONMENT = os.environ.get("TOUCHSTONE_ENVIRONMENT", "Demo" if LOCAL else "")
HTTPS = environment.flag("TOUCHSTONE_HTTPS", default=not LOCAL)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "config",
    "mdm.kernel",
    "mdm.accounts",
    "mdm.events",
    "mdm.jobs",
    "mdm.governance",
    "mdm.records",
    "mdm.matching",
    "mdm.stewardship",
    "mdm.api",
    "mdm.web",
    "sync.targets",
    "sync.flows",
    "sync.delivery",
    "sync.ingestion",
    "sync.reconciliation",
    "sync.api",
    "sync.web",
]
# A request with an API key needs no cookie, form token, message or page header: config.middleware passes it by.
MIDDLEWARE = [
    "mdm.events.request.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.StaticFiles",
    "config.middleware.ContentSecurityPolicy",
    "config.middleware.Sessions",
    "config.middleware.Common",
    "config.middleware.FormTokens",
    "config.middleware.Authentication",
    "config.middleware.SessionLimits",
    "config.middleware.Messages",
    "config.middleware.Htmx",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mdm.web.shell.shell",
            ]
        },
    }
]

# Two roles: the application may not change history; the owner migrates.
_DATABASE = (
    {"NAME": "touchstone", "USER": "touchstone_app", "PASSWORD": "", "HOST": str(SOCKETS), "PORT": "", "OPTIONS": {}}
    if EMBEDDED_DATABASE
    else environment.database(DATABASE_URL)
)
_OWNER = (
    _DATABASE | {"USER": "touchstone"}
    if EMBEDDED_DATABASE
    else environment.database(os.environ.get("DATABASE_OWNER_URL") or DATABASE_URL)
)
_CONNECTION = {"ENGINE": "mdm.kernel.postgresql", "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
# Set by manage.py for the commands that change tables, and taken away so that no program they start inherits it.
_AS_OWNER = os.environ.pop("TOUCHSTONE_ROLE", "") == "owner"
DATABASES = {
    "default": (_OWNER if _AS_OWNER else _DATABASE) | _CONNECTION,
    "owner": _OWNER | _CONNECTION | {"CONN_MAX_AGE": 0},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = os.environ.get("REDIS_URL") or f"unix://{SOCKETS}/redis.sock?db=0"

AUTH_USER_MODEL = "accounts.Actor"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_NAME = "touchstone_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "mdm.web.views.errors.csrf_failed"
CSRF_COOKIE_NAME = "touchstone_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "mdm.web.views.errors.csrf_failed"
CSRF_COOKIE_SECURE = HTTPS
# Frames are refused by the content policy below; form tokens are checked by config.middleware.FormTokens.
SILENCED_SYSTEM_CHECKS = ["security.W002", "security.W003"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.flag("TOUCHSTONE_BEHIND_PROXY") else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
UPLOAD_MAX_BYTES = environment.number("TOUCHSTONE_UPLOAD_MAX_BYTES", 200 * 1024 * 1024)
UPLOAD_DIR = VAR_DIR / "uploads"
MEDIA_ROOT = UPLOAD_DIR
API_MAX_BODY_BYTES = 16 * 1024 * 1024

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
# Once `collectstatic` has run, files are served under hashed names and cached for ever; before, from the source.
STATIC_COLLECTED = (STATIC_ROOT / "staticfiles.json").exists() or environment.flag("TOUCHSTONE_COLLECT_STATIC")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not STATIC_COLLECTED
WHITENOISE_MAX_AGE = 3600 if STATIC_COLLECTED else 0

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "mdm.api.authentication.ApiKeyAuthentication",
        "mdm.api.authentication.PersonAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "mdm.api.errors.exception_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {"OAS_VERSION": "3.1.0", "TITLE": "Touchstone", "SERVE_INCLUDE_SCHEMA": False}

JOB_LEASE_SECONDS = environment.number("TOUCHSTONE_JOB_LEASE_SECONDS", 60)
JOB_SWEEP_SECONDS = environment.number("TOUCHSTONE_JOB_SWEEP_SECONDS", 5)
MATCH_SWEEP_SECONDS = environment.number("TOUCHSTONE_MATCH_SWEEP_SECONDS", 5)
# How often what targets hold is compared with what was confirmed there; 0 is never by itself.
RECONCILE_HOURS = environment.number("TOUCHSTONE_RECONCILE_HOURS", 24)
JOB_PARALLEL = environment.number("TOUCHSTONE_JOB_PARALLEL", os.cpu_count() or 2)
JOB_MAX_ATTEMPTS = 5
JOB_RETRY_SECONDS = 2
JOB_RETENTION_DAYS = 90

DELIVERY_LEASE_SECONDS = environment.number("TOUCHSTONE_DELIVERY_LEASE_SECONDS", 60)
DELIVERY_SWEEP_SECONDS = environment.number("TOUCHSTONE_DELIVERY_SWEEP_SECONDS", 5)
DELIVERY_THREADS = environment.number("TOUCHSTONE_DELIVERY_THREADS", 16)

_VISIBILITY = {"visibility_timeout": 300}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
CELERY_BROKER_TRANSPORT_OPTIONS = _VISIBILITY | {"global_keyprefix": "touchstone:"}
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE = CELERY_TASK_ACKS_ON_TIMEOUT = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_CONCURRENCY = environment.number("TOUCHSTONE_WORKERS", os.cpu_count() or 2)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1_000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # keeps no file: every interval below is short
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 10)}}
    for name, task, seconds in (
        ("heartbeat", "config.tasks.heartbeat", 5),
        ("sessions.clear", "config.tasks.clear_sessions", 3600),
        ("jobs.sweep", "mdm.jobs.tasks.sweep", JOB_SWEEP_SECONDS),
        ("delivery.sweep", "sync.delivery.tasks.sweep", DELIVERY_SWEEP_SECONDS),
        ("jobs.purge", "mdm.jobs.tasks.purge", 3600),
        ("ingestion.forget", "sync.ingestion.tasks.forget", 3600),
        ("api.forget", "mdm.api.tasks.forget", 3600),
        ("events.seal", "mdm.events.tasks.seal", 10),
        ("records.expire_pins", "mdm.records.tasks.expire_pins", 60),
        ("matching.due", "mdm.matching.tasks.match_what_is_due", MATCH_SWEEP_SECONDS),
        ("stewardship.ask", "mdm.stewardship.tasks.ask", MATCH_SWEEP_SECONDS),
        ("stewardship.release", "mdm.stewardship.tasks.release", MATCH_SWEEP_SECONDS),
        ("stewardship.request_proposed", "mdm.stewardship.tasks.request_proposed", 30),
        ("reconciliation.compare", "sync.reconciliation.tasks.compare", 300),
    )
}

LOG_LEVEL = os.environ.get("TOUCHSTONE_LOG_LEVEL", "INFO").upper()
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.Line"}},
    "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stream"], "level": "WARNING"},
    "loggers": {
        "mdm": {"level": LOG_LEVEL},
        "sync": {"level": LOG_LEVEL},
        "config": {"level": LOG_LEVEL},
        "django": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
    },
}
