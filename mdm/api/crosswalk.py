"""The crosswalk: which golden record an identifier stands for, and its identifiers everywhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from rest_framework.request import Request

from mdm.accounts.models import Actor
from mdm.api import documentation as docs
from mdm.api.endpoint import Endpoint, actor_of, read_object
from mdm.api.etags import answer_with_etag
from mdm.api.parameters import fault_in, instant, require_known, storable, word_list
from mdm.api.problems import FieldError, RequestRefused, json_response, wrong_parameter
from mdm.records.queries.crosswalk import Answer, Golden, Question, explain_unknown, resolve

MAX_ITEMS: Final = 1_000
MAX_TARGETS: Final = 100
_LENGTHS: Final = {"system": 40, "id": 200, "type": 40, "scope": 80}
_REQUIRED: Final = ("system", "id")
_GET_PARAMETERS: Final = ("id", "type", "scope", "as_of", "targets")


class CrosswalkEntry(Endpoint):
    """One identifier."""

    http_method_names = ("get", "head", "options")

    @docs.resolves_one
    def get(self, request: Request, system: str, external_id: str = "") -> HttpResponse:
        query = request.GET
        require_known(query, _GET_PARAMETERS)
        question = _question(system, external_id, query.get("id", ""), query.get("type", ""), query.get("scope", ""))
        (answer,) = resolve(
            actor=actor_of(request),
            questions=[question],
            targets=word_list(query.get("targets", "")),
            as_of=instant("as_of", query.get("as_of", "")),
        )
        _refuse_without_golden(answer, actor_of(request))
        golden = answer.golden
        assert golden is not None
        return answer_with_etag(request, presented(answer), f"{golden.version}.{golden.revision}")


class CrosswalkResolve(Endpoint):
    """Up to 1,000 identifiers at once."""

    http_method_names = ("post", "options")

    @docs.resolves_many
    def post(self, request: Request) -> HttpResponse:
        body = read_object(request)
        questions, targets, as_of = _read_batch(body)
        answers = resolve(actor=actor_of(request), questions=questions, targets=targets, as_of=as_of)
        return json_response({"items": [presented(answer) for answer in answers]})


def presented(answer: Answer) -> dict[str, Any]:
    """Return one answer as JSON shows it; the same for a single question and for an item of many."""
    question, matched = answer.question, answer.matched
    content: dict[str, Any] = {
        "system": question.system,
        "id": question.id,
        "status": answer.status,
        "release": answer.release,
        "matched": None if matched is None else {"type": matched.type, "scope": matched.scope, "id": matched.id},
        "golden": None if answer.golden is None else _golden(answer.golden),
        "path": answer.path,
        "successors": [_golden(one) for one in answer.successors],
        "targets": [
            {"system": system, "type": kind, "scope": scope, "id": value, "since": since}
            for system, kind, scope, value, since in answer.targets
        ],
    }
    if answer.choices:
        content["choices"] = [choice._asdict() for choice in answer.choices]
    return content


def _golden(golden: Golden) -> dict[str, Any]:
    return {
        "code": golden.code,
        "uuid": golden.uuid,
        "domain": golden.domain,
        "status": golden.status,
        "version": golden.version,
    }


def _question(system: str, in_path: str, in_query: str, kind: str, scope: str) -> Question:
    if in_path and in_query:
        raise wrong_parameter("id", in_query, "The identifier is given twice.", "Send it in the address or as id=.")
    for name, text in (("type", kind), ("scope", scope)):
        if text:
            storable(name, text, longest=_LENGTHS[name])
    return Question(storable("system", system, longest=40), storable("id", in_path or in_query), kind, scope.strip())


def _refuse_without_golden(answer: Answer, actor: Actor) -> None:
    question = answer.question
    if answer.status == "forbidden":
        raise RequestRefused(
            f"The key has no right to view system {question.system}.",
            code="forbidden",
            status=403,
            remedy="Ask an administrator for a grant to view it.",
        )
    if answer.status == "unknown":
        message, remedy = explain_unknown(actor=actor, question=question)
        error = FieldError(detail=message, parameter="id", value=question.id, remedy=remedy)
        raise RequestRefused(message, code="unknown_identifier", status=404, errors=[error], remedy=remedy)
    if answer.status == "ambiguous":
        raise RequestRefused(
            f"{question.id!r} stands for {len(answer.choices)} identifiers of {question.system}.",
            code="ambiguous",
            status=409,
            extra={"choices": [choice._asdict() for choice in answer.choices]},
            remedy="Name one with type, and with scope where it has one.",
        )


def _read_batch(body: dict[str, Any]) -> tuple[list[Question], list[str] | None, datetime | None]:
    """Raises: RequestRefused 400 for as_of, 413 for too many items, 422 naming each wrong item by its pointer."""
    errors = [
        FieldError(f"There is no member {name[:60]!r} here.", pointer="/" + _escaped(name), remedy="Leave it out.")
        for name in body.keys() - {"items", "targets", "as_of"}
    ]
    items = body.get("items")
    if not isinstance(items, list):
        errors.append(FieldError("items must be a list.", pointer="/items", remedy='Send {"items": [{"system": …}]}.'))
        items = []
    if len(items) > MAX_ITEMS:
        raise RequestRefused(
            f"The request has {len(items)} items and may have {MAX_ITEMS}.",
            code="too_large",
            status=413,
            errors=[FieldError("Too many items.", pointer="/items", remedy="Send several requests.")],
            remedy="Send them in several requests.",
        )
    targets = _targets(body.get("targets"), errors)
    as_of = _as_of(body.get("as_of"), errors)
    questions = [_read_item(number, item, errors) for number, item in enumerate(items)]
    if errors:
        raise RequestRefused("Some of the request is wrong, see errors; nothing was looked up.", errors=errors)
    return questions, targets, as_of


def _read_item(number: int, item: object, errors: list[FieldError]) -> Question:
    if not isinstance(item, dict):
        errors.append(
            FieldError("An item must be an object.", pointer=f"/items/{number}", remedy="Send system and id.")
        )
        return Question("", "")
    for name, value in item.items():
        if name not in _LENGTHS:
            remedy = f"Use only {', '.join(_LENGTHS)}."
            pointer = f"/items/{number}/{_escaped(name)}"
            errors.append(FieldError(f"There is no member {name[:60]!r} here.", pointer=pointer, remedy=remedy))
        elif name in _REQUIRED or value not in (None, ""):
            _check(value, f"/items/{number}/{name}", name, errors)
    for name in _REQUIRED:
        if name not in item:
            errors.append(FieldError(f"{name} is missing.", pointer=f"/items/{number}", field=name, remedy="Send it."))
    if errors:
        return Question("", "")
    return Question(item["system"], item["id"], item.get("type") or "", (item.get("scope") or "").strip())


def _check(value: object, pointer: str, name: str, errors: list[FieldError]) -> None:
    longest = _LENGTHS[name]
    fault = fault_in(value, longest=longest)
    if fault:
        remedy = f"Send text of 1 to {longest} characters."
        shown = value if isinstance(value, str) else ""
        errors.append(FieldError(f"{name} {fault}.", pointer=pointer, field=name, value=shown, remedy=remedy))


def _targets(value: object, errors: list[FieldError]) -> list[str] | None:
    if value is None:
        return None
    if isinstance(value, list) and len(value) <= MAX_TARGETS and not any(fault_in(one, longest=40) for one in value):
        return value
    remedy = f'Send up to {MAX_TARGETS} systems, as in "targets": ["SAP"].'
    errors.append(FieldError("targets must be a list of system codes.", pointer="/targets", remedy=remedy))
    return None


def _as_of(value: object, errors: list[FieldError]) -> datetime | None:
    if value is None or isinstance(value, str):
        return instant("as_of", value or "")
    errors.append(FieldError("as_of must be text.", pointer="/as_of", remedy='Send "2026-03-12T10:00:00Z".'))
    return None


def _escaped(name: str) -> str:
    return name[:60].replace("~", "~0").replace("/", "~1")
