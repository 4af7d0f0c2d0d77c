"""The crosswalk: which golden record an identifier stands for, and its identifiers everywhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from mdm.accounts.models import Actor
from mdm.api import documentation as docs
from mdm.api.authentication import REFUSED, secret_in
from mdm.api.endpoint import Endpoint, actor_of, read_object
from mdm.api.etags import answer_with_etag
from mdm.api.parameters import fault_in, instant, require_known, storable, word_list
from mdm.api.problems import FieldError, RequestRefused, json_response, wrong_parameter
from mdm.records.queries.crosswalk import Answer, Choice, Golden, Question, explain_unknown, resolve, resolve_for_key

MAX_ITEMS: Final = 1_000
MAX_TARGETS: Final = 100
_LENGTHS: Final = {"system": 40, "id": 200, "type": 40, "scope": 80}
_REQUIRED: Final = ("system", "id")
_GET_PARAMETERS: Final = ("id", "type", "scope", "as_of", "targets")


class CrosswalkEntry(Endpoint):
    """One identifier."""

    http_method_names = ("get", "head", "options")

    _secret: str | None = None

    def require_actor(self, request: Request) -> None:
        """Leave a key that brings a question to the statement that answers it: one round trip for both."""
        http = request._request
        self._secret = secret_in(http) if http.method in ("GET", "HEAD") else None
        if self._secret is None:
            super().require_actor(request)

    @docs.resolves_one
    def get(self, request: Request, system: str, external_id: str = "") -> HttpResponse:
        try:
            question, targets, as_of = _read_question(request._request, system, external_id)
        except RequestRefused:
            super().require_actor(request)  # a stranger is told of no fault but the key
            raise
        actor, answer = _resolved(request, self._secret, question, targets, as_of)
        golden = answer.golden
        if golden is None:
            raise _refusal(answer, actor)
        return answer_with_etag(request._request, presented(answer), f"{golden.version}.{golden.revision}")


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
    content: dict[str, Any] = {
        "system": answer.question.system,
        "id": answer.question.id,
        "status": answer.status,
        "release": answer.release,
        "matched": None if answer.matched is None else _matched(answer.matched),
        "golden": None if answer.golden is None else _golden(answer.golden),
        "path": answer.path,
        "successors": [_golden(one) for one in answer.successors] if answer.successors else [],
        "targets": [
            {"system": system, "type": kind, "scope": scope, "id": value, "since": since}
            for system, kind, scope, value, since in answer.targets
        ],
    }
    if answer.choices:
        content["choices"] = [choice._asdict() for choice in answer.choices]
    return content


def _matched(matched: Choice) -> dict[str, Any]:
    kind, scope, value, _, _ = matched
    return {"type": kind, "scope": scope, "id": value}


def _golden(golden: Golden) -> dict[str, Any]:
    code, uuid, domain, status, version, _ = golden
    return {"code": code, "uuid": uuid, "domain": domain, "status": status, "version": version}


def _resolved(
    request: Request, secret: str | None, question: Question, targets: list[str] | None, as_of: datetime | None
) -> tuple[Actor, Answer]:
    """Raises: AuthenticationFailed for a key that is not valid."""
    if secret is None:
        actor = actor_of(request)
        return actor, resolve(actor=actor, questions=[question], targets=targets, as_of=as_of)[0]
    found = resolve_for_key(secret=secret, question=question, targets=targets, as_of=as_of)
    if found is None:
        raise AuthenticationFailed(REFUSED)
    return found


def _read_question(
    request: HttpRequest, system: str, external_id: str
) -> tuple[Question, list[str] | None, datetime | None]:
    """Raises: RequestRefused (400) naming the parameter that is wrong."""
    if not request.META.get("QUERY_STRING"):
        return _question(system, external_id, "", "", ""), None, None
    query = request.GET
    require_known(query, _GET_PARAMETERS)
    question = _question(system, external_id, query.get("id", ""), query.get("type", ""), query.get("scope", ""))
    return question, word_list(query.get("targets", "")), instant("as_of", query.get("as_of", ""))


def _question(system: str, in_path: str, in_query: str, kind: str, scope: str) -> Question:
    if in_path and in_query:
        raise wrong_parameter("id", in_query, "The identifier is given twice.", "Send it in the address or as id=.")
    for name, text in (("type", kind), ("scope", scope)):
        if text:
            storable(name, text, longest=_LENGTHS[name])
    return Question(storable("system", system, longest=40), storable("id", in_path or in_query), kind, scope.strip())


def _refusal(answer: Answer, actor: Actor) -> RequestRefused:
    """Return why an answer without a golden record is none: 403, 404 or 409."""
    question = answer.question
    if answer.status == "forbidden":
        return RequestRefused(
            f"The key has no right to view system {question.system}.",
            code="forbidden",
            status=403,
            remedy="Ask an administrator for a grant to view it.",
        )
    if answer.status == "ambiguous":
        return RequestRefused(
            f"{question.id!r} stands for {len(answer.choices)} identifiers of {question.system}.",
            code="ambiguous",
            status=409,
            extra={"choices": [choice._asdict() for choice in answer.choices]},
            remedy="Name one with type, and with scope where it has one.",
        )
    message, remedy = explain_unknown(actor=actor, question=question)
    error = FieldError(detail=message, parameter="id", value=question.id, remedy=remedy)
    return RequestRefused(message, code="unknown_identifier", status=404, errors=[error], remedy=remedy)


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
        fault = _fault_in_member(name, value)
        if fault:
            errors.append(_faulty(number, name, value, fault))
    for name in _REQUIRED:
        if name not in item:
            errors.append(FieldError(f"{name} is missing.", pointer=f"/items/{number}", field=name, remedy="Send it."))
    if errors:
        return Question("", "")
    return Question(item["system"], item["id"], item.get("type") or "", (item.get("scope") or "").strip())


def _fault_in_member(name: str, value: object) -> str:
    if name not in _LENGTHS:
        return "unknown"
    if name in _REQUIRED or value not in (None, ""):
        return fault_in(value, longest=_LENGTHS[name])
    return ""


def _faulty(number: int, name: str, value: object, fault: str) -> FieldError:
    pointer = f"/items/{number}/{_escaped(name)}"
    if name not in _LENGTHS:
        remedy = f"Use only {', '.join(_LENGTHS)}."
        return FieldError(f"There is no member {name[:60]!r} here.", pointer=pointer, remedy=remedy)
    remedy = f"Send text of 1 to {_LENGTHS[name]} characters."
    shown = value if isinstance(value, str) else ""
    return FieldError(f"{name} {fault}.", pointer=pointer, field=name, value=shown, remedy=remedy)


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
