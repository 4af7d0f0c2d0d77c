"""Golden records: one, or page by page."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from rest_framework.request import Request

from mdm.api import documentation as docs
from mdm.api.endpoint import Endpoint, actor_of
from mdm.api.etags import answer_with_etag
from mdm.api.operations.read_golden_records import read_golden_page, read_golden_record
from mdm.api.parameters import flag, instant, require_known, storable, whole_number, word_list
from mdm.api.problems import json_response, wrong_parameter
from mdm.records.models.golden import GoldenStatus
from mdm.records.queries.listing import Listed, Position

DEFAULT_LIMIT: Final = 100
HIGHEST_LIMIT: Final = 500
_LIST_PARAMETERS: Final = ("domain", "status", "updated_since", "q", "cursor", "limit", "reveal")
_RELEASE: Final = {"CANDIDATE": "candidate", "ACTIVE": "released"}


class GoldenRecordList(Endpoint):
    """Golden records, page by page."""

    http_method_names = ("get", "head", "options")

    @docs.lists_golden_records
    def get(self, request: Request) -> HttpResponse:
        query = request.GET
        require_known(query, _LIST_PARAMETERS)
        page = read_golden_page(
            actor=actor_of(request),
            domain=_optional("domain", query.get("domain", ""), longest=40),
            statuses=_statuses(query.get("status", "")),
            updated_since=instant("updated_since", query.get("updated_since", "")),
            matching=_optional("q", query.get("q", ""), longest=200),
            after=_read_cursor(query.get("cursor", "")),
            limit=whole_number("limit", query.get("limit", ""), default=DEFAULT_LIMIT, highest=HIGHEST_LIMIT),
            reveal=flag("reveal", query.get("reveal", "")),
        )
        following = None if page.next is None else _address(request, page.next)
        response = json_response({"items": [presented(item) for item in page.items], "next": following})
        if following:
            response["Link"] = f'<{following}>; rel="next"'
        return response


class GoldenRecordDetail(Endpoint):
    """One golden record."""

    http_method_names = ("get", "head", "options")

    @docs.gets_golden_record
    def get(self, request: Request, code: str) -> HttpResponse:
        query = request.GET
        require_known(query, ("as_of", "reveal"))
        found = read_golden_record(
            actor=actor_of(request),
            code=storable("code", code, longest=40),
            as_of=instant("as_of", query.get("as_of", "")),
            reveal=flag("reveal", query.get("reveal", "")),
        )
        return answer_with_etag(request._request, presented(found), str(found.version))


def presented(item: Listed) -> dict[str, Any]:
    """Return one golden record as JSON shows it."""
    return {
        "code": item.code,
        "uuid": item.uuid,
        "domain": item.domain,
        "status": item.status,
        "release": _RELEASE.get(item.status),
        "version": item.version,
        "created_at": item.created_at.isoformat(),
        "updated_at": item.updated_at.isoformat(),
        "values": item.values,
        "withheld": item.withheld,
        "successors": item.successors,
    }


def _optional(name: str, text: str, *, longest: int) -> str:
    return storable(name, text, longest=longest) if text else ""


def _statuses(text: str) -> list[str]:
    statuses = [word.upper() for word in word_list(text) or []]
    for status in statuses:
        if status not in GoldenStatus.values:
            remedy = f"Use {', '.join(GoldenStatus.values)}."
            raise wrong_parameter("status", status, f"There is no status {status[:20]!r}.", remedy)
    return statuses


def _address(request: Request, position: Position) -> str:
    query = request.GET.copy()
    query["cursor"] = _write_cursor(position)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _write_cursor(position: Position) -> str:
    moment = position.changed_at.isoformat() if position.changed_at else ""
    return base64.urlsafe_b64encode(f"{position.id}|{moment}".encode()).decode().rstrip("=")


def _read_cursor(text: str) -> Position | None:
    if not text:
        return None
    try:
        number, bar, moment = (
            base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode().partition("|")
        )
        position = Position(int(number), datetime.fromisoformat(moment) if moment else None)
        if bar and 0 <= position.id < 2**63 and (position.changed_at is None or position.changed_at.tzinfo):
            return position
    except (ValueError, binascii.Error):
        pass
    raise wrong_parameter("cursor", text[:100], "The cursor is not one of ours.", "Follow `next` as it was given.")
