"""Every address; each app lists its own."""

from __future__ import annotations

from django.urls import include, path

from config import health, metrics
from mdm.api import urls as mdm_api

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", include("mdm.api.urls")),
    path("api/v1/", include("sync.api.urls")),
    path("api/v1/", include((mdm_api.fallback, "api-fallback"))),
    path("", include("mdm.web.urls")),
    path("", include("sync.web.urls")),
]

handler403 = "mdm.web.views.errors.forbidden"
handler404 = "mdm.web.views.errors.not_found"
handler500 = "mdm.web.views.errors.failed"
handler403 = "mdm.web.views.errors.forbidden"
handler404 = "config.failures.not_found"
handler500 = "config.failures.failed"
