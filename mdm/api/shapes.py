"""The JSON shapes of requests and answers, as JSON Schema: what the OpenAPI document shows and the tests hold us to."""

from __future__ import annotations

from typing import Any, Final

Shape = dict[str, Any]

TEXT: Final[Shape] = {"type": "string"}
MOMENT: Final[Shape] = {"type": "string", "format": "date-time"}


def ref(name: str) -> Shape:
    """Return a reference to the shape of that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Shape, **limits: int) -> Shape:
    """Return the shape of a list."""
    return {"type": "array", "items": items, **limits}


def closed(description: str, properties: dict[str, Shape], optional: tuple[str, ...] = ()) -> Shape:
    """Return the shape of an object that has these members and no others."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def or_null(shape: Shape) -> Shape:
    """Return the shape that also allows null."""
    return {"oneOf": [shape, {"type": "null"}]}


GOLDEN_STATUS: Final[Shape] = {"type": "string", "enum": ["CANDIDATE", "ACTIVE", "REDIRECTED", "SPLIT", "RETIRED"]}
ANSWER_STATUS: Final[Shape] = {
    "type": "string",
    "enum": ["current", "redirected", "split", "retired", "unknown", "ambiguous", "forbidden"],
}
RELEASE: Final[Shape] = {"type": ["string", "null"], "enum": ["candidate", "released", None]}

SHAPES: Final[dict[str, Shape]] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457: what was refused, and why. `type` is stable.",
        "properties": {
            "type": {"type": "string", "format": "uri", "examples": ["urn:touchstone:problem:unknown-identifier"]},
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "instance": TEXT,
            "request_id": TEXT,
            "errors": listed(ref("FieldError")),
            "errors_total": {"type": "integer", "description": "How many there are, when not all are listed."},
            "choices": listed(ref("Choice")),
        },
        "required": ["type", "title", "status", "detail", "instance", "request_id", "errors"],
        "additionalProperties": False,
    },
    "FieldError": closed(
        "One wrong value. `pointer` is a JSON pointer into the body, `parameter` the name of a parameter or header.",
        dict.fromkeys(("pointer", "parameter", "field", "value", "detail", "remedy"), TEXT),
        optional=("pointer", "parameter", "field", "value", "remedy"),
    ),
    "GoldenReference": closed(
        "The golden record an identifier leads to.",
        {
            "code": TEXT,
            "uuid": {"type": "string", "format": "uuid"},
            "domain": TEXT,
            "status": GOLDEN_STATUS,
            "version": {"type": "integer"},
        },
    ),
    "Matched": closed("The identifier that was found, in canonical form.", {"type": TEXT, "scope": TEXT, "id": TEXT}),
    "Choice": closed(
        "One of several identifiers that a question may mean.",
        {"type": TEXT, "scope": TEXT, "id": TEXT, "domain": TEXT, "code": TEXT},
    ),
    "Target": closed(
        "One identifier of the golden record, and since when it is its own.",
        {"system": TEXT, "type": TEXT, "scope": TEXT, "id": TEXT, "since": MOMENT},
    ),
    "CrosswalkAnswer": closed(
        "What one identifier leads to. `path` holds every code from the record first met to the golden record.",
        {
            "system": TEXT,
            "id": TEXT,
            "status": ANSWER_STATUS,
            "release": RELEASE,
            "matched": or_null(ref("Matched")),
            "golden": or_null(ref("GoldenReference")),
            "path": listed(TEXT),
            "successors": listed(ref("GoldenReference")),
            "targets": listed(ref("Target")),
            "choices": listed(ref("Choice")),
        },
        optional=("choices",),
    ),
    "CrosswalkQuestion": closed(
        "One identifier as the caller knows it. Leave type and scope out where the identifier is clear without.",
        {
            "system": {"type": "string", "minLength": 1, "maxLength": 40},
            "id": {"type": "string", "minLength": 1, "maxLength": 200},
            "type": {"type": ["string", "null"], "maxLength": 40},
            "scope": {"type": ["string", "null"], "maxLength": 80},
        },
        optional=("type", "scope"),
    ),
    "CrosswalkBatch": closed(
        "Up to 1,000 identifiers.",
        {
            "items": listed(ref("CrosswalkQuestion"), maxItems=1000),
            "targets": {
                "type": ["array", "null"],
                "items": TEXT,
                "maxItems": 100,
                "description": "List only identifiers in these systems.",
            },
            "as_of": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "Answer as of this moment; needs an offset.",
            },
        },
        optional=("targets", "as_of"),
    ),
    "CrosswalkAnswers": closed("One answer per item, in order.", {"items": listed(ref("CrosswalkAnswer"))}),
    "GoldenRecord": closed(
        "A golden record. `values` is nested: a keyed group is a list of elements, each with its key.",
        {
            "code": TEXT,
            "uuid": {"type": "string", "format": "uuid"},
            "domain": TEXT,
            "status": GOLDEN_STATUS,
            "release": RELEASE,
            "version": {"type": "integer"},
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "values": {"type": "object", "additionalProperties": True},
            "withheld": listed({"type": "string", "description": "Paths whose values are not shown."}),
            "successors": listed(TEXT),
        },
    ),
    "GoldenRecords": closed(
        "One page. `next` is the address of the following page; the Link header has it too.",
        {"items": listed(ref("GoldenRecord")), "next": {"type": ["string", "null"]}},
    ),
}
