"""Proposing a change of a golden record: another person decides."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from rest_framework.request import Request

from mdm.api import documentation_stewardship as docs
from mdm.api.endpoint import Endpoint, actor_of, read_object
from mdm.api.idempotency import idempotent
from mdm.api.parameters import fault_in
from mdm.api.problems import FieldError, RequestRefused, json_response
from mdm.stewardship.models import ChangeRequest
from mdm.stewardship.operations.submit_change_request import submit_change_request

_LENGTHS: Final = {"golden": 20, "reason": 500}
_MEMBERS: Final = ("golden", "values", "reason")


class ChangeRequests(Endpoint):
    """Change requests."""

    http_method_names = ("post", "options")

    @docs.submits_change_request
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        body = _read(read_object(request))
        submitted = submit_change_request(
            golden_code=body["golden"], values=body["values"], reason=body["reason"], actor=actor_of(request)
        )
        return json_response(presented(submitted, body["golden"], sorted(body["values"])))


def presented(request: ChangeRequest, golden: str, paths: list[str]) -> dict[str, Any]:
    """Return the request as JSON shows it; it repeats no value."""
    return {
        "id": request.pk,
        "domain": request.domain_id,
        "golden": golden,
        "status": request.status,
        "paths": paths,
        "created_at": request.created_at.isoformat(),
    }


def _read(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body when its frame is right; the values are judged by the domain.

    Raises: RequestRefused (422) naming each wrong member.
    """
    errors = [
        FieldError(f"There is no member {name[:60]!r} here.", pointer=f"/{name[:60]}", remedy="Leave it out.")
        for name in body.keys() - set(_MEMBERS)
    ]
    for name, longest in _LENGTHS.items():
        fault = "is missing" if body.get(name) is None else fault_in(body[name], longest=longest)
        if fault:
            remedy = f"Send text of 1 to {longest} characters."
            errors.append(FieldError(f"{name} {fault}.", pointer=f"/{name}", field=name, remedy=remedy))
    if not isinstance(body.get("values"), dict) or not body["values"]:
        remedy = 'Send {"values": {"name": "Nord Stahl AG", "addresses[billing].city": "Kiel"}}.'
        errors.append(FieldError("values must be an object of paths and values.", pointer="/values", remedy=remedy))
    if errors:
        raise RequestRefused(f"The request has {len(errors)} faults; nothing was submitted.", errors=errors)
    return body
