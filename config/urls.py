"""Every address; each app lists its own."""

from __future__ import annotations

import warnings

from django.urls import include, path

from config import health
from mdm.api import urls as mdm_api

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("api/v1/", include("mdm.api.urls")),
    path("api/v1/", include("sync.api.urls")),
    path("api/v1/", include((mdm_api.fallback, "api-fallback"))),
]
for pages in ("mdm.web.urls", "sync.web.urls"):
    try:
        urlpatterns.append(path("", include(pages)))
    except ImportError as error:  # while the pages are being written; goes when they have landed
        warnings.warn(f"{pages} is not complete: {error}", stacklevel=1)

handler403 = "mdm.web.views.errors.forbidden"
handler404 = "mdm.web.views.errors.not_found"
handler500 = "mdm.web.views.errors.failed"
