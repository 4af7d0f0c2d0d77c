"""Addresses under /api/v1/. Include `urlpatterns`, then those of apps above, then `fallback`."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from mdm.api.change_requests import ChangeRequests
from mdm.api.crosswalk import CrosswalkEntry, CrosswalkResolve
from mdm.api.golden_records import GoldenRecordDetail, GoldenRecordList
from mdm.api.look_up import RecordLookUp
from mdm.api.openapi import openapi, unknown
from mdm.api.review_tasks import ReviewTaskList

app_name = "api"

urlpatterns: Final[list[URLPattern]] = [
    path("crosswalk/<str:system>/<path:external_id>", CrosswalkEntry.as_view(), name="crosswalk-entry"),
    path("openapi.json", openapi, name="openapi"),
    path("crosswalk/resolve", CrosswalkResolve.as_view(), name="crosswalk-resolve"),
    path("crosswalk/<str:system>", CrosswalkEntry.as_view(), name="crosswalk"),
    path("tasks", ReviewTaskList.as_view(), name="tasks"),
    path("change-requests", ChangeRequests.as_view(), name="change-requests"),
    path("golden-records", GoldenRecordList.as_view(), name="golden-records"),
    path("golden-records/look-up", RecordLookUp.as_view(), name="look-up"),
    path("golden-records/<str:code>", GoldenRecordDetail.as_view(), name="golden-record"),
]
fallback: Final[list[URLPattern]] = [path("<path:rest>", unknown), path("", unknown)]
