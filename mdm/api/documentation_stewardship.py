"""How the endpoints of stewardship are described."""

from __future__ import annotations

from typing import Final

from mdm.api.documentation import IDEMPOTENCY_KEY, described, in_query
from mdm.api.schema import add_shapes
from mdm.api.shapes import MOMENT, TEXT, Shape, closed, listed, or_null, ref

_WHOLE: Final[Shape] = {"type": "integer"}
_REASONS: Final[Shape] = {
    "type": "string",
    "enum": ["THRESHOLD", "MARGIN", "COLLISION", "CONFLICT", "BROKEN", "OVERSIZE", "REOPENED"],
}
SHAPES: Final[dict[str, Shape]] = {
    "ReviewTask": closed(
        "Golden records that may be one, or one that is in doubt. `golden` are codes, first the one that would stay.",
        {
            "id": _WHOLE,
            "domain": TEXT,
            "reason": _REASONS,
            "status": {"type": "string", "enum": ["OPEN", "WAITING", "DONE", "GONE"]},
            "golden": listed(TEXT),
            "score": {"type": ["number", "null"], "description": "Bits of the best pair; null where there is none."},
            "why": TEXT,
            "value_at_stake": {"type": "string", "description": "A decimal number."},
            "conflicts": listed(TEXT),
            "systems": listed(TEXT),
            "opened_at": MOMENT,
            "assignee": or_null(TEXT),
            "snoozed_until": or_null(MOMENT),
            "escalated": {"type": "boolean"},
            "version": _WHOLE,
        },
    ),
    "ReviewTasks": closed(
        "One page. `next` is the address of the following page; the Link header has it too.",
        {"items": listed(ref("ReviewTask")), "next": {"type": ["string", "null"]}},
    ),
    "ChangeRequestDraft": closed(
        "A proposed change: `values` by path, null to clear one.",
        {
            "golden": {"type": "string", "minLength": 1, "maxLength": 20},
            "values": {"type": "object", "minProperties": 1, "maxProperties": 100, "additionalProperties": True},
            "reason": {"type": "string", "minLength": 1, "maxLength": 500},
        },
    ),
    "ChangeRequest": closed(
        "A change request; another person decides about it.",
        {
            "id": _WHOLE,
            "domain": TEXT,
            "golden": TEXT,
            "status": {"type": "string", "enum": ["SUBMITTED", "APPROVED", "REJECTED", "WITHDRAWN"]},
            "paths": listed(TEXT),
            "created_at": MOMENT,
        },
    ),
}
add_shapes(SHAPES)

lists_tasks: Final = described(
    operation="tasks_list",
    summary="The review queue, page by page.",
    answer="ReviewTasks",
    details="Open tasks of the domains that the key may view, the highest value at stake first. No value of a record "
    "is told. Follow `next` to its end.",
    parameters=[
        in_query("q", "One typed line, as on the desk: `domain:party score:6..9 source:SAP age:>2d sort:score`."),
        in_query("limit", "How many per page, 1 to 200.", int),
        in_query("cursor", "Where the page starts, from the page before."),
    ],
    refusals=(400,),
)
submits_change_request: Final = described(
    operation="change_requests_submit",
    summary="Propose other values of a golden record.",
    answer="ChangeRequest",
    body=ref("ChangeRequestDraft"),
    parameters=[IDEMPOTENCY_KEY],
    details="Where to go with a value that was shadowed or rejected: needs the right to propose in the domain. "
    "Another person approves or rejects it.",
    refusals=(400, 403, 404, 409, 413, 415, 422),
)
