"""What the database knows of identifiers, whoever asks: rights are judged by the caller, `crosswalk.resolve`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson

from mdm.engine.canonicalisers import CANONICALISERS, IdentifierError
from mdm.governance.models import HUB
from mdm.kernel.prepared import fetch_prepared
from mdm.records.queries.crosswalk_sql import AT, IN_USE, LIVING, LIVING_CODE, LIVING_OR_CODE, NOW

CODE: Final = "code"
UUID_TYPE: Final = "uuid"
_CODE_FORM: Final = re.compile(r"[A-Za-z]{2}-[0-9]{6,10}")
# Up to so many, spelling an id in every way costs less than asking which ways its system knows, and a short statement
# that answers most of them less than the full one.
_FEW: Final = 20
_Found = tuple[dict[int, list["Candidate"]], dict[int, list["Target"]]]


class Question(NamedTuple):
    """One identifier as a caller knows it; an empty type or scope leaves it open."""

    system: str
    id: str
    type: str = ""
    scope: str = ""


class Target(NamedTuple):
    """One identifier that the golden record has now (or had at the instant asked)."""

    system: str
    type: str
    scope: str
    id: str
    since: str


class Candidate(NamedTuple):
    """An identifier that fits a question, and the golden record it leads to in the end."""

    golden: int
    type: str
    scope: str
    id: str
    is_open: bool
    path: list[str]
    code: str
    uuid: str
    domain: str
    status: str
    version: int
    revision: int
    successors: list[list[Any]] | None


def look_up(asked: Mapping[int, Question], targets: Collection[str] | None, as_of: datetime | None) -> _Found:
    """Return candidates by the number of their question, and targets by golden record."""
    spellings = list(_spellings(asked))
    if not spellings:
        return {}, {}
    parameters: dict[str, Any] = dict(zip(_COLUMNS, map(text_array, zip(*spellings, strict=True)), strict=True))
    parameters["targets"] = None if targets is None else list(targets)
    if as_of is not None:
        return _sorted_out(fetch_prepared(AT, {**parameters, "at": as_of}))
    living = _living(spellings, parameters) if len(asked) <= _FEW else None
    return living or _sorted_out(fetch_prepared(NOW, parameters))


def canonical_forms(raw: str, names: Iterable[str] = tuple(CANONICALISERS)) -> Iterator[tuple[str, str]]:
    """The identifier under each canonicaliser that accepts it."""
    for name in names:
        try:
            yield name, CANONICALISERS[name](raw)
        except IdentifierError:
            continue


def text_array(values: Sequence[Any]) -> str:
    """Return printable values as PostgreSQL writes an array; JSON writes such text alike, and its encoder is fast."""
    return "{" + orjson.dumps(values).decode()[1:-1] + "}"


_COLUMNS: Final = ("numbers", "systems", "canonicalisers", "values", "types", "scopes")


def _spellings(asked: Mapping[int, Question]) -> Iterator[tuple[int, str, str, str, str, str]]:
    """Each question under every canonicaliser that it may need; the statement joins those of the system's id types.

    Nothing is remembered between requests, so a new id type counts from its first moment.
    """
    known = _in_use(asked) if len(asked) > _FEW else None
    for number, (system, raw, kind, scope) in asked.items():
        if not (system.isprintable() and kind.isprintable() and scope.isprintable()):
            continue
        own = _own_form(raw, kind) if system == HUB and not scope else None
        if own is not None:
            yield number, HUB, *own, "", ""
            continue
        for name, value in canonical_forms(raw) if known is None else canonical_forms(raw, known[system]):
            yield number, system, name, value, kind, scope


def _in_use(asked: Mapping[int, Question]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = defaultdict(list)
    for system, name in fetch_prepared(IN_USE, {"systems": list({question.system for question in asked.values()})}):
        known[system].append(name)
    return known


def _own_form(raw: str, kind: str) -> tuple[str, str] | None:
    """The text as a code or UUID of the hub, which mean one golden record and nothing else."""
    text = raw.strip()
    if kind in ("", CODE) and _CODE_FORM.fullmatch(text):
        return "hub:code", text.upper()
    if kind in ("", UUID_TYPE) and len(text) >= 32:
        try:
            return "hub:uuid", str(UUID(text))
        except ValueError:
            return None
    return None


def _living(spellings: Sequence[tuple[Any, ...]], parameters: Mapping[str, Any]) -> _Found | None:
    """Return what the short statement found; None when something it does not tell, such as a redirect, is among it."""
    ways = {spelling[2] for spelling in spellings}
    if "hub:uuid" in ways:
        return None
    found: dict[int, dict[Any, Candidate]] = defaultdict(dict)
    listed: dict[int, set[Target]] = defaultdict(set)
    if "hub:code" not in ways:
        statement = LIVING
    else:
        statement = LIVING_CODE if len(ways) == 1 else LIVING_OR_CODE
    for row in fetch_prepared(statement, parameters):
        number, golden, kind, scope, value, code, uuid, domain, status, version, revision, system, *target = row
        if golden is None:
            return None
        found[number][domain, kind, scope, value] = Candidate(
            golden, kind, scope, value, True, [code], code, uuid, domain, status, version, revision, None
        )
        if system is not None:
            listed[golden].add(_target(system, *target))
    return _in_order({number: list(some.values()) for number, some in found.items()}, listed)


def _sorted_out(rows: Iterable[tuple[Any, ...]]) -> _Found:
    found: dict[int, list[Candidate]] = defaultdict(list)
    listed: dict[int, list[Target]] = defaultdict(list)
    for row in rows:
        if row[0] is None:
            _, golden, kind, scope, value, _, _, system, _, _, since, *_ = row
            listed[golden].append(_target(system, kind, scope, value, since))
        else:
            found[row[0]].append(Candidate._make(row[1:]))
    return _in_order(found, listed)


def _target(system: str, kind: str, scope: str, value: str, since: str) -> Target:
    return Target(system, kind, scope, value, f"{since[:10]}T{since[11:]}Z")


def _in_order(found: dict[int, list[Candidate]], listed: Mapping[int, Collection[Target]]) -> _Found:
    for candidates in found.values():
        if len(candidates) > 1:
            candidates.sort(key=lambda one: (one.type, one.scope, one.domain, one.id, one.path))
    return found, {golden: sorted(targets) for golden, targets in listed.items()}
