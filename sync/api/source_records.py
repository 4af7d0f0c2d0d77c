"""What a system says, record by record: up to 5,000 items, an answer for each."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse
from rest_framework.request import Request

from mdm.api.endpoint import Endpoint, actor_of, read_object
from mdm.api.idempotency import idempotent
from mdm.api.parameters import fault_in
from mdm.api.problems import FieldError, RequestRefused, json_response
from mdm.engine.checked import Issue
from mdm.records.observation import AttributeAnswer, Outcome
from sync.api import documentation as docs
from sync.api.items import ItemReader, inside, pointer_of
from sync.ingestion.operations.take_in_items import Place, place_of, take_in_items

MAX_ITEMS: Final = 5_000
_MEMBERS: Final = ("system", "domain", "type", "items", "reason")
_LENGTHS: Final = {"system": 40, "domain": 40, "type": 40, "reason": 500}
_REQUIRED: Final = ("system", "domain")


class SourceRecords(Endpoint):
    """Records of one system in one domain."""

    http_method_names = ("post", "options")

    @docs.takes_in_source_records
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        body = _read(read_object(request))
        actor = actor_of(request)
        place = place_of(system=body["system"], domain=body["domain"], type=body.get("type"), actor=actor)
        reader = ItemReader(frozenset(place.pack.groups))
        observations = [one for at, item in enumerate(body["items"]) if (one := reader.read(at, item)) is not None]
        outcomes = take_in_items(place=place, observations=observations, actor=actor, reason=body.get("reason", ""))
        answers = {outcome.position: _answer(outcome, body["items"][outcome.position]) for outcome in outcomes}
        return json_response(_answers(place, body["items"], {**answers, **reader.refused}))


def _read(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body when its frame is right; what is wrong inside an item is answered by that item.

    Raises: RequestRefused: 413 for too many items, 422 naming each wrong member.
    """
    errors = [
        FieldError(f"There is no member {name[:60]!r} here.", pointer=pointer_of(name), remedy="Leave it out.")
        for name in body.keys() - set(_MEMBERS)
    ]
    for name, longest in _LENGTHS.items():
        value = body.get(name)
        if name not in _REQUIRED and value in (None, ""):
            body.pop(name, None)
        elif fault := "is missing" if value is None else fault_in(value, longest=longest):
            shown = value if isinstance(value, str) else ""
            remedy = f"Send text of 1 to {longest} characters."
            errors.append(FieldError(f"{name} {fault}.", pointer=f"/{name}", field=name, value=shown, remedy=remedy))
    items = body.get("items")
    if not isinstance(items, list) or not items:
        remedy = 'Send {"items": [{"id": …, "values": {…}}]}.'
        errors.append(FieldError("items must be a list of at least one item.", pointer="/items", remedy=remedy))
    elif len(items) > MAX_ITEMS:
        raise _too_many(len(items))
    if errors:
        raise RequestRefused(f"The request has {len(errors)} faults; nothing was taken in.", errors=errors)
    return body


def _too_many(count: int) -> RequestRefused:
    remedy = f"Send {MAX_ITEMS:,} items at most, the rest in further requests."
    return RequestRefused(
        f"The request has {count:,} items and may have {MAX_ITEMS:,}; nothing was taken in.",
        code="too_large",
        status=413,
        errors=[FieldError("Too many items.", pointer="/items", field="items", value=str(count), remedy=remedy)],
        remedy=remedy,
    )


def _answers(place: Place, items: list[Any], answers: dict[int, dict[str, Any]]) -> dict[str, Any]:
    listed = [answers[at] for at in range(len(items))]
    return {
        "system": place.id_type.system_id,
        "domain": place.id_type.domain_id,
        "type": place.id_type.name,
        "counts": dict(Counter(answer["status"] for answer in listed)),
        "items": listed,
    }


def _answer(outcome: Outcome, item: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": outcome.external_id,
        "status": outcome.status,
        "golden": outcome.golden_code or None,
        "held": outcome.held or None,
        "issues": [_issue(issue, outcome.position, item) for issue in outcome.issues],
        "attributes": {path: _attribute(answer) for path, answer in outcome.attributes.items()},
    }


def _attribute(answer: AttributeAnswer) -> dict[str, Any]:
    if answer.answer == "accepted":
        return {"answer": "accepted"}
    return {
        "answer": answer.answer,
        "code": answer.code,
        "owner": answer.owner,
        "winner": answer.winner or None,
        "winner_value": answer.winner_value,
        "appeal": None if answer.answer == "proposed" else reverse("api:change-requests"),
    }


def _issue(issue: Issue, at: int, item: dict[str, Any]) -> dict[str, Any]:
    """Return an issue as JSON shows it, pointing into the body that was sent."""
    return {
        "pointer": pointer_of("items", at, *inside(issue.path, item)),
        "field": issue.path,
        "value": issue.value,
        "code": issue.code,
        "detail": issue.message,
        "remedy": issue.remedy,
        "severity": issue.severity,
    }
