"""Addresses under /api/v1/ that take data in."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from sync.api.source_records import SourceRecords

app_name = "sync-api"

urlpatterns: Final[list[URLPattern]] = [
    path("source-records", SourceRecords.as_view(), name="source-records"),
]
