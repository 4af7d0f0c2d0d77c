"""How search before create is described."""

from __future__ import annotations

from typing import Final

from mdm.api.documentation import described
from mdm.api.schema import add_shapes
from mdm.api.shapes import GOLDEN_STATUS, MOMENT, TEXT, Shape, closed, listed, or_null, ref

_BITS: Final[Shape] = {"type": "number", "description": "Bits: 7 means odds of 128 to 1."}
SHAPES: Final[dict[str, Shape]] = {
    "LookUpQuestion": closed(
        "A record that may not be here yet: `values` by path or nested, as a golden record shows them.",
        {
            "domain": {"type": "string", "minLength": 1, "maxLength": 40},
            "values": {"type": "object", "minProperties": 1, "maxProperties": 200, "additionalProperties": True},
            "limit": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
        },
        optional=("limit",),
    ),
    "LookUpBar": closed(
        "What one comparison adds to the score, and that in a sentence.",
        {"name": TEXT, "label": TEXT, "level": TEXT, "bits": _BITS, "sentence": TEXT},
    ),
    "LookUpCandidate": closed(
        "A golden record that the record may be. `standing`: `certain`, `likely` (a steward would be asked), "
        "`possible`. `prior` and the bars add up to `score`, which is null where there was no index.",
        {
            "code": TEXT,
            "uuid": {"type": "string", "format": "uuid"},
            "status": GOLDEN_STATUS,
            "standing": {"type": "string", "enum": ["certain", "likely", "possible"]},
            "score": or_null(_BITS),
            "prior": _BITS,
            "why": TEXT,
            "bars": listed(ref("LookUpBar")),
        },
    ),
    "LookUpAnswer": closed(
        "The likeliest first. `by` is `index`, or `search` (identifiers and names alone) while the index is "
        "being made; `as_of` is when what the index holds was read.",
        {
            "domain": TEXT,
            "by": {"type": "string", "enum": ["index", "search"]},
            "as_of": or_null(MOMENT),
            "candidates": listed(ref("LookUpCandidate"), maxItems=50),
        },
    ),
}
add_shapes(SHAPES)

looks_up: Final = described(
    operation="golden_records_look_up",
    summary="Which golden records a record may be that is not here yet, and why.",
    answer="LookUpAnswer",
    body=ref("LookUpQuestion"),
    details="Search before create: ask before a new customer, supplier or material is made. Compares with the records "
    "of the domain by the rules in force; needs the right to view the domain. Nothing is stored, and no personal "
    "value is told.",
    refusals=(400, 403, 413, 415, 422),
)
