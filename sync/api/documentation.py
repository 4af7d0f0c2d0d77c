"""How the endpoints that take data in are described in the OpenAPI document."""

from __future__ import annotations

from typing import Final

from mdm.api.documentation import IDEMPOTENCY_KEY, described
from mdm.api.schema import add_shapes
from mdm.api.shapes import TEXT, Shape, closed, listed, or_null, ref

_STATUS: Final[Shape] = {"type": "string", "enum": ["created", "updated", "unchanged", "deleted", "rejected"]}
_SCALAR: Final[Shape] = {"type": ["string", "number", "boolean", "null"]}
_VALUES: Final[Shape] = {
    "type": "object",
    "description": "Values by attribute, keyed groups as lists of elements with a `key`; or flat, by path such as "
    "`addresses[billing].city`. Absent leaves a value as it is, null or empty clears it.",
    "additionalProperties": {"oneOf": [_SCALAR, listed({"type": "object", "additionalProperties": _SCALAR})]},
}
SHAPES: Final[dict[str, Shape]] = {
    "SourceRecord": closed(
        "One record as its system has it.",
        {
            "id": {"type": "string", "minLength": 1, "maxLength": 200},
            "scope": {"type": ["string", "null"], "maxLength": 80, "description": "Client, company or chart."},
            "values": _VALUES,
            "deleted": {"type": "boolean", "description": "The system no longer has the record."},
            "changed_at": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "When the system changed it, with an offset. An older version is kept "
                "in history and answered `unchanged`.",
            },
        },
        optional=("scope", "values", "deleted", "changed_at"),
    ),
    "SourceRecordBatch": closed(
        "Up to 5,000 records of one system in one domain.",
        {
            "system": {"type": "string", "minLength": 1, "maxLength": 40},
            "domain": {"type": "string", "minLength": 1, "maxLength": 40},
            "type": {
                "type": ["string", "null"],
                "maxLength": 40,
                "description": "The id type, where there are several.",
            },
            "reason": {"type": ["string", "null"], "maxLength": 500},
            "items": listed(ref("SourceRecord"), minItems=1, maxItems=5000),
        },
        optional=("type", "reason"),
    ),
    "SourceIssue": closed(
        "One thing wrong with one value. `reject` kept the record out; a `finding` is stored and shown to people.",
        {
            **dict.fromkeys(("pointer", "field", "value", "code", "detail", "remedy"), TEXT),
            "severity": {"type": "string", "enum": ["reject", "finding"]},
        },
    ),
    "AttributeAnswer": closed(
        "What became of one value, by ownership: `rejected` names who owns it, `shadowed` who outranks it.",
        {
            "answer": {"type": "string", "enum": ["accepted", "shadowed", "proposed", "rejected"]},
            "code": TEXT,
            "owner": listed(TEXT),
            "winner": or_null(TEXT),
            "winner_value": {"description": "The value that counts now, where the sender may see it."},
            "appeal": or_null(TEXT | {"description": "Where a change request may be sent instead."}),
        },
        optional=("code", "owner", "winner", "winner_value", "appeal"),
    ),
    "SourceRecordAnswer": closed(
        "What became of one item. `held` says why a version waits for a person instead of counting.",
        {
            "id": TEXT,
            "status": _STATUS,
            "golden": or_null(TEXT),
            "held": or_null(TEXT),
            "issues": listed(ref("SourceIssue")),
            "attributes": {"type": "object", "additionalProperties": ref("AttributeAnswer")},
        },
    ),
    "SourceRecordAnswers": closed(
        "The answers, in the order of the items.",
        {
            "system": TEXT,
            "domain": TEXT,
            "type": TEXT,
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            "items": listed(ref("SourceRecordAnswer")),
        },
    ),
}
add_shapes(SHAPES)

takes_in_source_records: Final = described(
    operation="source_records_take_in",
    summary="Take in records of one system, with an answer for each.",
    answer="SourceRecordAnswers",
    body=ref("SourceRecordBatch"),
    parameters=[IDEMPOTENCY_KEY],
    details="The whole batch is one transaction; a wrong item is rejected alone, each fault with its JSON pointer.",
    refusals=(400, 403, 404, 409, 413, 415, 422),
)
