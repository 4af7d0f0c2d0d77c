"""What the database knows of identifiers, whoever asks: rights are judged by the caller, `crosswalk.resolve`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from mdm.engine.canonicalisers import CANONICALISERS, IdentifierError
from mdm.governance.models import HUB
from mdm.kernel.prepared import fetch_prepared
from mdm.records.queries.crosswalk_sql import AT, IN_USE, NOW

CODE: Final = "code"
UUID_TYPE: Final = "uuid"
# Below this, spelling an id in every way costs less than asking which ways its system knows.
_WORTH_ASKING: Final = 20


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


def look_up(
    asked: Mapping[int, Question], targets: Collection[str] | None, as_of: datetime | None
) -> tuple[dict[int, list[Candidate]], dict[int, list[Target]]]:
    """Return candidates by the number of their question, and targets by golden record."""
    spellings = list(_spellings(asked))
    if not spellings:
        return {}, {}
    parameters: dict[str, Any] = dict(zip(_COLUMNS, map(text_array, zip(*spellings, strict=True)), strict=True))
    parameters["targets"] = None if targets is None else list(targets)
    if as_of is None:
        return _sorted_out(fetch_prepared(NOW, parameters))
    return _sorted_out(fetch_prepared(AT, {**parameters, "at": as_of}))


def canonical_forms(raw: str, names: Iterable[str] = tuple(CANONICALISERS)) -> Iterator[tuple[str, str]]:
    """The identifier under each canonicaliser that accepts it."""
    for name in names:
        try:
            yield name, CANONICALISERS[name](raw)
        except IdentifierError:
            continue


def text_array(values: Sequence[Any]) -> str:
    """Return printable values as PostgreSQL writes an array; JSON writes such text alike, and its encoder is fast."""
    return "{" + json.dumps(values, ensure_ascii=False)[1:-1] + "}"


_COLUMNS: Final = ("numbers", "systems", "canonicalisers", "values", "types", "scopes")


def _spellings(asked: Mapping[int, Question]) -> Iterator[tuple[int, str, str, str, str, str]]:
    """Each question under every canonicaliser that it may need; the statement joins those of the system's id types.

    Nothing is remembered between requests, so a new id type counts from its first moment.
    """
    known = _in_use(asked) if len(asked) > _WORTH_ASKING else None
    for number, (system, raw, kind, scope) in asked.items():
        if not (system.isprintable() and kind.isprintable() and scope.isprintable()):
            continue
        for name, value in canonical_forms(raw) if known is None else canonical_forms(raw, known[system]):
            yield number, system, name, value, kind, scope
        if system == HUB and not scope:
            for name, value in _hub_forms(raw, kind):
                yield number, HUB, name, value, "", ""


def _in_use(asked: Mapping[int, Question]) -> dict[str, list[str]]:
    known: dict[str, list[str]] = defaultdict(list)
    for system, name in fetch_prepared(IN_USE, {"systems": list({question.system for question in asked.values()})}):
        known[system].append(name)
    return known


def _hub_forms(raw: str, kind: str) -> Iterator[tuple[str, str]]:
    text = raw.strip()
    if not text.isprintable():
        return
    if kind in ("", CODE):
        yield "hub:code", text.upper()
    if kind in ("", UUID_TYPE) and len(text) >= 32:
        try:
            yield "hub:uuid", str(UUID(text))
        except ValueError:
            return


def _sorted_out(rows: Iterable[tuple[Any, ...]]) -> tuple[dict[int, list[Candidate]], dict[int, list[Target]]]:
    found: dict[int, list[Candidate]] = defaultdict(list)
    listed: dict[int, list[Target]] = defaultdict(list)
    for row in rows:
        if row[0] is None:
            _, golden, kind, scope, value, _, _, system, _, _, since, *_ = row
            listed[golden].append(Target(system, kind, scope, value, f"{since[:10]}T{since[11:]}Z"))
        else:
            found[row[0]].append(Candidate._make(row[1:]))
    for candidates in found.values():
        if len(candidates) > 1:
            candidates.sort(key=lambda one: (one.type, one.scope, one.domain, one.id, one.path))
    for targets in listed.values():
        if len(targets) > 1:
            targets.sort()
    return found, listed
