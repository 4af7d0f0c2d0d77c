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
from mdm.records.queries.crosswalk_sql import AT, IN_USE, LIVING, NOW

CODE: Final = "code"
UUID_TYPE: Final = "uuid"
BY_CODE: Final = "hub:code"
BY_UUID: Final = "hub:uuid"
_CODE_FORM: Final = re.compile(r"[A-Za-z]{2}-[0-9]{6,10}")
# Up to so many, spelling an id in every way costs less than asking which ways its system knows.
_FEW: Final = 20
# The identifiers that fit a question, and those of each golden record that one of them leads to.
Fit = tuple[list["Candidate"], Mapping[int, list["Target"]]]
Found = dict[int, Fit]
_Spelling = tuple[int, str, str, str, str, str]


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


def look_up(asked: Mapping[int, Question], targets: Collection[str] | None, as_of: datetime | None) -> Found:
    """Return, by the number of its question, what fits it; a question that nothing fits is left out."""
    spellings = list(_spellings(asked))
    if not spellings:
        return {}
    if as_of is not None:
        return _sorted_out(fetch_prepared(AT, {**_parameters(spellings, targets), "at": as_of}))
    if len(asked) == 1:
        return _sorted_out(fetch_prepared(NOW, _parameters(spellings, targets)))
    found, rest = _living(fetch_prepared(LIVING, _parameters(spellings, targets)))
    if rest:
        left = [spelling for spelling in spellings if spelling[0] in rest]
        found |= _sorted_out(fetch_prepared(NOW, _parameters(left, targets)))
    return found


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


def _spellings(asked: Mapping[int, Question]) -> Iterator[_Spelling]:
    """Each question under every canonicaliser that it may need; the statement joins those of the system's id types.

    Nothing is remembered between requests, so a new id type counts from its first moment.
    """
    known = _in_use(asked) if len(asked) > _FEW else None
    for number, question in asked.items():
        system, raw, kind, scope = question
        if not is_storable(question):
            continue
        own = own_form(question) if system == HUB else None
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


def is_storable(question: Question) -> bool:
    """Say whether the words around the identifier hold nothing that no row could hold."""
    return question.system.isprintable() and question.type.isprintable() and question.scope.isprintable()


def own_form(question: Question) -> tuple[str, str] | None:
    """Return the text as a code or UUID of the hub, which mean one golden record and nothing else; or None."""
    if question.scope:
        return None
    text, kind = question.id.strip(), question.type
    if kind in ("", CODE) and _CODE_FORM.fullmatch(text):
        return BY_CODE, text.upper()
    if kind in ("", UUID_TYPE) and len(text) >= 32:
        try:
            return BY_UUID, str(UUID(text))
        except ValueError:
            return None
    return None


def _parameters(spellings: Sequence[_Spelling], targets: Collection[str] | None) -> dict[str, Any]:
    columns: dict[str, Any] = dict(zip(_COLUMNS, map(text_array, zip(*spellings, strict=True)), strict=True))
    columns["targets"] = None if targets is None else list(targets)
    return columns


def _living(rows: Iterable[tuple[Any, ...]]) -> tuple[Found, set[int]]:
    """Return what the short statement found, and the numbers of the questions that are left to the full one."""
    found: dict[int, list[Candidate]] = defaultdict(list)
    listed: dict[int, list[Target]] = defaultdict(list)
    rest: set[int] = set()
    for number, golden, kind, scope, value, code, uuid, domain, status, version, revision in rows:
        if number is None:
            listed[golden].append(Target(code, kind, scope, value, uuid))
        elif golden is None:
            rest.add(number)
        else:
            found[number].append(
                Candidate(golden, kind, scope, value, True, [code], code, uuid, domain, status, version, revision, None)
            )
    for number in rest:
        found.pop(number, None)
    return in_order(found, listed), rest


def _sorted_out(rows: Iterable[tuple[Any, ...]]) -> Found:
    found: dict[int, list[Candidate]] = defaultdict(list)
    listed: dict[int, list[Target]] = defaultdict(list)
    for row in rows:
        if row[0] is None:
            listed[row[1]].append(Target(row[7], row[2], row[3], row[4], row[10]))
        else:
            found[row[0]].append(Candidate._make(row[1:]))
    return in_order(found, listed)


def in_order(found: Mapping[int, list[Candidate]], listed: dict[int, list[Target]]) -> Found:
    """Return what fits each question, in one order however it was found, with the targets that its statement saw."""
    for candidates in found.values():
        if len(candidates) > 1:
            candidates.sort(key=lambda one: (one.type, one.scope, one.domain, one.id, one.path))
    for targets in listed.values():
        targets.sort()
    return {number: (candidates, listed) for number, candidates in found.items()}
