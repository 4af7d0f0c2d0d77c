"""How each endpoint is described: its parameters, its shapes, and every status it answers with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from mdm.api.problems import MEDIA_TYPE
from mdm.api.shapes import Shape, ref

M = TypeVar("M", bound=Callable[..., Any])
Responses = dict[tuple[int, str], OpenApiResponse]

_REFUSALS: Final[dict[int, str]] = {
    400: "A parameter, the body's JSON or a header is wrong.",
    401: "The API key is missing, not known, expired or revoked.",
    403: "The key has no right to what was asked.",
    404: "Nothing is known there, or nothing that the key may view.",
    406: "Accept asks for something other than JSON.",
    409: "The request conflicts with the present state.",
    413: "More was sent than one request may hold.",
    415: "The body is not sent as application/json.",
    422: "The body is JSON and its content is wrong.",
}


def described(
    *,
    operation: str,
    summary: str,
    answer: str | None,
    refusals: Iterable[int],
    parameters: Iterable[OpenApiParameter] = (),
    body: Shape | None = None,
    details: str = "",
    others: Responses | None = None,
) -> Callable[[M], M]:
    """Return the decorator that describes one method: the shape of its 200, and the problems it may answer with."""
    responses: Responses = {}
    if answer is not None:
        responses[200, "application/json"] = OpenApiResponse(ref(answer), description=summary)
    responses.update(others or {})
    for status in sorted({*refusals, 401, 406}):
        responses[status, MEDIA_TYPE] = OpenApiResponse(ref("Problem"), description=_REFUSALS[status])
    return extend_schema(
        operation_id=operation,
        summary=summary,
        description=details,
        parameters=list(parameters),
        request={"application/json": body} if body is not None else None,
        responses=responses,
    )


def in_query(name: str, description: str, kind: type = str, *, required: bool = False) -> OpenApiParameter:
    """Return the description of one parameter after the question mark."""
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, required=required, description=description)


def in_path(name: str, description: str) -> OpenApiParameter:
    """Return the description of one part of the address."""
    return OpenApiParameter(name, str, OpenApiParameter.PATH, required=True, description=description)


IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A fresh text per request (1 to 255 visible ASCII characters). Repeating the request returns the first "
    "answer with `Idempotency-Replayed: true`; another body is refused with 422.",
)
_NOT_MODIFIED: Final = {(304, ""): OpenApiResponse(description="`If-None-Match` names the present state.")}
_IF_NONE_MATCH: Final = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="An ETag that an earlier answer carried."
)
_AS_OF: Final = in_query("as_of", "Answer as of this moment, ISO 8601 with an offset.")

resolves_one: Final = described(
    operation="crosswalk_get",
    summary="What one identifier stands for.",
    answer="CrosswalkAnswer",
    details="`HUB` is a system whose identifiers are golden record codes and UUIDs. Spellings of one identifier "
    "(leading zeros, 15 or 18 characters) are one. Send an identifier with awkward characters as `id`.",
    parameters=[
        in_path("system", "The system's code, such as SAP."),
        in_query("id", "The identifier, when it is not part of the address."),
        in_query("type", "The id type, where one value may be of several."),
        in_query("scope", "The scope, for id types that have one."),
        in_query("targets", "List only identifiers in these systems (comma-separated)."),
        _AS_OF,
        _IF_NONE_MATCH,
    ],
    refusals=(400, 403, 404, 409),
    others=_NOT_MODIFIED,
)
resolves_many: Final = described(
    operation="crosswalk_resolve",
    summary="What up to 1,000 identifiers stand for, each with its own status.",
    answer="CrosswalkAnswers",
    body=ref("CrosswalkBatch"),
    refusals=(400, 413, 415, 422),
)
lists_golden_records: Final = described(
    operation="golden_records_list",
    summary="Golden records, page by page.",
    answer="GoldenRecords",
    details="Ordered by age, or by last change when `updated_since` is given. Follow `next` to its end.",
    parameters=[
        in_query("domain", "Only this domain."),
        in_query("status", "Only these statuses (comma-separated)."),
        in_query(
            "updated_since", "Only records whose present version was made at or after this moment, with an offset."
        ),
        in_query("q", "A name, code, identifier or tax number; the best matches first, on one page."),
        in_query("reveal", "`true` shows personal values; needs the right to reveal, and is recorded.", bool),
        in_query("limit", "How many per page, 1 to 500.", int),
        in_query("cursor", "Where the page starts, from the page before."),
    ],
    refusals=(400, 403),
)
gets_golden_record: Final = described(
    operation="golden_records_get",
    summary="One golden record, now or as of a moment.",
    answer="GoldenRecord",
    parameters=[
        in_path("code", "The golden record's code, such as BP-000123."),
        _AS_OF,
        in_query("reveal", "`true` shows personal values; needs the right to reveal, and is recorded.", bool),
        _IF_NONE_MATCH,
    ],
    refusals=(400, 403, 404),
    others=_NOT_MODIFIED,
)
