"""Search before create: is this record here already?"""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from rest_framework.request import Request

from mdm.api import documentation_look_up as docs
from mdm.api.endpoint import Endpoint, actor_of, read_object
from mdm.api.parameters import fault_in
from mdm.api.problems import FieldError, RequestRefused, json_response
from mdm.matching.queries.look_up import MOST_CANDIDATES, Likeness, LookedUp, look_up_record

_MEMBERS: Final = ("domain", "values", "limit")
_DEFAULT: Final = 10


class RecordLookUp(Endpoint):
    """Golden records that a record may be which is not there yet."""

    http_method_names = ("post", "options")

    @docs.looks_up
    def post(self, request: Request) -> HttpResponse:
        body = _read(read_object(request))
        return json_response(presented(look_up_record(actor=actor_of(request), **body)))


def presented(found: LookedUp) -> dict[str, Any]:
    """Return the answer as JSON shows it."""
    return {
        "domain": found.domain,
        "by": found.by,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "candidates": [_candidate(one) for one in found.candidates],
    }


def _candidate(one: Likeness) -> dict[str, Any]:
    return {
        "code": one.code,
        "uuid": one.uuid,
        "status": one.status,
        "standing": one.standing,
        "score": one.score,
        "prior": one.prior,
        "why": one.why,
        "bars": [
            {"name": bar.name, "label": bar.label, "level": bar.level_label, "bits": bar.bits, "sentence": bar.sentence}
            for bar in one.bars
            if bar.bits
        ],
    }


def _read(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body when its frame is right; the values are judged by the domain.

    Raises: RequestRefused (422) naming each wrong member.
    """
    errors = [
        FieldError(f"There is no member {name[:60]!r} here.", pointer=f"/{name[:60]}", remedy="Leave it out.")
        for name in body.keys() - set(_MEMBERS)
    ]
    fault = "is missing" if body.get("domain") is None else fault_in(body["domain"], longest=40)
    if fault:
        errors.append(FieldError(f"domain {fault}.", pointer="/domain", field="domain", remedy='Send "party".'))
    if not isinstance(body.get("values"), dict):
        remedy = 'Send {"values": {"name": "Nord Stahl AG", "addresses[main].city": "Kiel"}}.'
        errors.append(FieldError("values must be an object.", pointer="/values", field="values", remedy=remedy))
    limit = body.get("limit", _DEFAULT)
    if type(limit) is not int or not 1 <= limit <= MOST_CANDIDATES:
        remedy = f"Send a whole number from 1 to {MOST_CANDIDATES}, or leave it out."
        told = str(limit)
        errors.append(FieldError("limit is wrong.", pointer="/limit", field="limit", value=told, remedy=remedy))
    if errors:
        raise RequestRefused(f"The request has {len(errors)} faults; nothing was looked up.", errors=errors)
    return {"domain": body["domain"], "values": body["values"], "limit": limit}
