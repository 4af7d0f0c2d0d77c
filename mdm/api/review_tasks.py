"""The review queue, page by page: what waits for a steward and why, never what the records say."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from rest_framework.request import Request

from mdm.api import documentation_stewardship as docs
from mdm.api.endpoint import Endpoint, actor_of
from mdm.api.parameters import require_known, storable, whole_number
from mdm.api.problems import json_response, wrong_parameter
from mdm.kernel.errors import Invalid
from mdm.stewardship.queries.queue import list_tasks
from mdm.stewardship.queries.shapes import QueueFilter, QueueRow
from mdm.stewardship.queries.typed_filter import parse

DEFAULT_LIMIT: Final = 50
HIGHEST_LIMIT: Final = 200


class ReviewTaskList(Endpoint):
    """Review tasks, page by page."""

    http_method_names = ("get", "head", "options")

    @docs.lists_tasks
    def get(self, request: Request) -> HttpResponse:
        query = request.GET
        require_known(query, ("q", "cursor", "limit"))
        cursor = query.get("cursor", "")
        filter = _filter(query.get("q", ""))
        limit = whole_number("limit", query.get("limit", ""), default=DEFAULT_LIMIT, highest=HIGHEST_LIMIT)
        try:
            page = list_tasks(actor=actor_of(request), filter=filter, cursor=cursor, limit=limit)
        except Invalid as fault:
            raise wrong_parameter("cursor", cursor[:100], fault.message, "Follow `next` as it was given.") from fault
        following = _address(request, page.next) if page.next else None
        response = json_response({"items": [presented(row) for row in page.rows], "next": following})
        if following:
            response["Link"] = f'<{following}>; rel="next"'
        return response


def presented(row: QueueRow) -> dict[str, Any]:
    """Return one task as JSON shows it."""
    return {
        "id": row.id,
        "domain": row.domain,
        "reason": row.reason,
        "status": row.status,
        "golden": row.codes,
        "score": row.score,
        "why": row.why,
        "value_at_stake": str(row.value_at_stake),
        "conflicts": row.conflicts,
        "systems": row.systems,
        "opened_at": row.opened_at.isoformat(),
        "assignee": row.assignee or None,
        "snoozed_until": row.snoozed_until.isoformat() if row.snoozed_until else None,
        "escalated": row.escalated,
        "version": row.version,
    }


def _filter(line: str) -> QueueFilter:
    try:
        return parse(storable("q", line, longest=1000) if line else "")
    except Invalid as fault:
        raise wrong_parameter("q", line[:200], fault.message, fault.remedy) from fault


def _address(request: Request, cursor: str) -> str:
    query = request.GET.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
