"""Which golden record an identifier stands for, and every other identifier of it, now or at an earlier moment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, NamedTuple

from mdm.accounts.models import Actor
from mdm.accounts.permissions import Permissions
from mdm.accounts.queries import authenticate_api_key, permissions_of
from mdm.governance.models import HUB, IdType, System
from mdm.records.queries.crosswalk_lookup import Candidate, Fit, Found, Question, Target, look_up
from mdm.records.queries.crosswalk_one import look_up_for_key, look_up_one

__all__ = ["Answer", "Choice", "Golden", "Question", "Sight", "Target", "explain_unknown", "resolve", "resolve_for_key"]

Status = Literal["current", "redirected", "split", "retired", "unknown", "ambiguous", "forbidden"]
_RELEASE: Final = {"CANDIDATE": "candidate", "ACTIVE": "released"}


class Golden(NamedTuple):
    """The golden record an answer leads to."""

    code: str
    uuid: str
    domain: str
    status: str
    version: int
    revision: int


class Choice(NamedTuple):
    """One of several identifiers that a question may mean; naming its type and scope makes the question clear."""

    type: str
    scope: str
    id: str
    domain: str
    code: str


@dataclass(slots=True)
class Answer:
    """What one question leads to: `matched` is the identifier found, `path` every code from it to the golden record."""

    question: Question
    status: Status
    matched: Choice | None = None
    golden: Golden | None = None
    path: list[str] = field(default_factory=list)
    successors: list[Golden] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)

    @property
    def release(self) -> str | None:
        """`candidate` before release, `released` after; None for a record that no longer lives."""
        return _RELEASE.get(self.golden.status) if self.golden else None


def resolve(
    *,
    actor: Actor,
    questions: Sequence[Question],
    targets: Collection[str] | None = None,
    as_of: datetime | None = None,
) -> list[Answer]:
    """Return one answer per question, in order; `targets` limits the identifiers listed to those systems.

    A system that the actor has no right to is answered `forbidden` without a look-up, and an identifier in a domain
    that the actor may not view as if it did not exist.
    """
    sight = Sight(permissions_of(actor))
    permitted = {number: asked for number, asked in enumerate(questions) if sight.may_ask(asked.system)}
    found = _looked_up(permitted, targets, as_of)
    return [
        _answer(asked, found.get(number), sight) if number in permitted else Answer(asked, "forbidden")
        for number, asked in enumerate(questions)
    ]


def resolve_for_key(
    *, secret: str, question: Question, targets: Collection[str] | None = None, as_of: datetime | None = None
) -> tuple[Actor, Answer] | None:
    """Return whose API key `secret` is with the answer to one question, most often by a single statement; None when
    the key is not valid. The answer is the one that `resolve` gives.
    """
    actor: Actor | None
    if as_of is None:
        actor, found = look_up_for_key(secret, question, targets)
    else:
        actor, found = authenticate_api_key(secret), None
    if actor is None:
        return None
    sight = Sight(permissions_of(actor))
    if not sight.may_ask(question.system):
        return actor, Answer(question, "forbidden")
    if found is None:
        found = look_up({0: question}, targets, as_of)
    return actor, _answer(question, found.get(0), sight)


def _looked_up(permitted: dict[int, Question], targets: Collection[str] | None, as_of: datetime | None) -> Found:
    short = look_up_one(permitted[0], targets) if as_of is None and permitted.keys() == {0} else None
    return look_up(permitted, targets, as_of) if short is None else short


class Sight:
    """What an actor may see, judged once per system and per (domain, system). The hub's codes go with the domain."""

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions
        self._systems: dict[str, bool] = {}
        self._pairs: dict[tuple[str, str], bool] = {}
        self._wholes: dict[str, bool] = {}

    def may_ask(self, system: str) -> bool:
        known = self._systems.get(system)
        if known is None:
            known = self._systems[system] = self._may_ask(system)
        return known

    def may_see(self, domain: str, system: str) -> bool:
        known = self._pairs.get((domain, system))
        if known is None:
            about = "" if system == HUB else system
            known = self._pairs[domain, system] = self._permissions.may("view", domain, system=about)
        return known

    def may_see_all(self, domain: str) -> bool:
        """Say whether every system may be seen there, so that none need be asked about."""
        known = self._wholes.get(domain)
        if known is None:
            known = self._wholes[domain] = self._permissions.may_all("view", domain)
        return known

    def _may_ask(self, system: str) -> bool:
        if system == HUB:
            return self._permissions.everywhere("view") or bool(self._permissions.domains("view"))
        return self._permissions.may_system("view", system)


def _answer(question: Question, found: Fit | None, sight: Sight) -> Answer:
    candidates, listed = found or ((), {})
    visible = [one for one in candidates if sight.may_see(one.domain, question.system)]
    if not visible:
        return Answer(question, "unknown")
    chosen = visible[0]
    if len(visible) > 1:
        if len({one.code for one in visible}) > 1:
            return Answer(question, "ambiguous", choices=[_choice(one) for one in visible])
        # Identifiers that lead to one golden record are no ambiguity: the one that still counts speaks for them.
        chosen = next((one for one in visible if one.is_open), chosen)
    golden, kind, scope, value, _, path, code, uuid, domain, status, version, revision, heirs = chosen
    targets = listed.get(golden, [])
    return Answer(
        question,
        _status(chosen),
        Choice(kind, scope, value, domain, code),
        Golden(code, uuid, domain, status, version, revision),
        path,
        [Golden._make(one) for one in heirs if sight.may_see(one[2], HUB)] if heirs else [],
        targets if sight.may_see_all(domain) else [one for one in targets if sight.may_see(domain, one.system)],
    )


def _status(candidate: Candidate) -> Status:
    if not candidate.is_open or candidate.status == "RETIRED":
        return "retired"
    if candidate.status == "SPLIT":
        return "split"
    return "redirected" if len(candidate.path) > 1 or candidate.status == "REDIRECTED" else "current"


def _choice(candidate: Candidate) -> Choice:
    return Choice(candidate.type, candidate.scope, candidate.id, candidate.domain, candidate.code)


def explain_unknown(*, actor: Actor, question: Question) -> tuple[str, str]:
    """Return, in words, why nothing was found and what to do; the words depend only on what the actor may see."""
    sight = Sight(permissions_of(actor))
    if not System.objects.filter(code=question.system).exists():
        return (f"System {question.system} is not registered.", "Check the system's code.")
    named = IdType.objects.filter(system_id=question.system).order_by("name")
    types = sorted({one.name for one in named if sight.may_see(one.domain_id, question.system)})
    if question.type and question.type not in types and question.system != HUB:
        return (
            f"System {question.system} has no id type {question.type} that you may view.",
            f"Use one of: {', '.join(types) or 'none'}; or leave type out.",
        )
    return (
        f"{question.system} has no identifier {question.id!r} that you may view.",
        "Check the identifier, its type and its scope, and whether it was loaded.",
    )
