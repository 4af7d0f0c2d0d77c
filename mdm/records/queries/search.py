"""One box: a code, an identifier of any system, a tax number, an e-mail address, a phone number, or a name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from rapidfuzz import fuzz

from mdm.accounts.models import Actor
from mdm.accounts.permissions import Permissions
from mdm.accounts.queries import permissions_of
from mdm.domains.pack import Pack
from mdm.engine.fold import name_keys, variants
from mdm.governance.models import Domain
from mdm.governance.queries import active_pack, domains_visible_to
from mdm.kernel.prepared import fetch_prepared
from mdm.records.queries.crosswalk import Sight
from mdm.records.queries.crosswalk_lookup import canonical_forms
from mdm.records.queries.golden import MASK, is_hidden
from mdm.records.queries.search_sql import (
    BY_CODE,
    BY_IDENTIFIER,
    BY_KEY,
    EXACT_NAME,
    GOLDENS,
    SIMILAR_NAME,
    name_with_words,
)

LONGEST: Final = 200
MOST_HITS: Final = 200
SURE: Final = 100.0
_WORDS_MATTERING: Final = 6
_CODE: Final = re.compile(r"([A-Za-z]{2})[- ]?([0-9]{1,10})")
_KINDS: Final = {"email": "E-mail", "phone": "Phone", "bank": "Bank account", "web": "Web address"}


@dataclass(frozen=True, slots=True)
class Hit:
    """One golden record, and why it was found. `name` is masked where the actor may not see it."""

    code: str
    uuid: str
    domain: str
    status: str
    name: str
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`recognised` says what the text was taken for; empty when nothing was found."""

    recognised: str
    hits: list[Hit]


class Found(NamedTuple):
    golden: int
    recognised: str
    reason: str
    score: float


@dataclass(frozen=True, slots=True)
class _Scope:
    """What one search may look at. `domains` is None where every domain may be viewed."""

    permissions: Permissions
    sight: Sight
    packs: list[Pack]
    domains: list[str] | None


def search(*, actor: Actor, text: str, limit: int = 20) -> SearchResult:
    """Return the golden records that `text` may mean, best first; only those that the actor may view.

    What is exact ends the search: names are compared only when no code, identifier or key is the text itself.
    """
    asked = " ".join(text.split())[:LONGEST]
    if not asked or not asked.replace(" ", "").isprintable():
        return SearchResult("", [])
    scope = _scope(actor)
    found = [*_by_code(asked), *_by_identifier(asked, scope), *_by_key(asked, scope)]
    if not found:
        found = _by_name(asked, scope)
    best = _best(found)[: min(limit, MOST_HITS)]
    return SearchResult(best[0].recognised if best else "", _hits(best, scope))


def _scope(actor: Actor) -> _Scope:
    permissions = permissions_of(actor)
    visible: list[Domain] = domains_visible_to(permissions)
    return _Scope(
        permissions=permissions,
        sight=Sight(permissions),
        packs=[active_pack(domain.code) for domain in visible],
        domains=None if permissions.everywhere("view") else [domain.code for domain in visible],
    )


def _by_code(asked: str) -> Iterator[Found]:
    match = _CODE.fullmatch(asked)
    code = f"{match[1].upper()}-{match[2].zfill(6)}" if match else ""
    try:
        uuid = str(UUID(asked)) if len(asked) >= 32 else None
    except ValueError:
        uuid = None
    if code or uuid:
        for golden, known in fetch_prepared(BY_CODE, {"code": code, "uuid": uuid}):
            yield Found(golden, "Code", f"Code {known}", SURE)


def _by_identifier(asked: str, scope: _Scope) -> Iterator[Found]:
    forms = list(canonical_forms(asked))
    parameters = {"canonicalisers": [name for name, _ in forms], "values": [value for _, value in forms]}
    for golden, domain, system, kind, at, value in fetch_prepared(BY_IDENTIFIER, parameters):
        if scope.sight.may_ask(system) and scope.sight.may_see(domain, system):
            within = f" in {at}" if at else ""
            yield Found(golden, f"{system} {kind}", f"{system} {kind} {value}{within}", SURE)


def _by_key(asked: str, scope: _Scope) -> Iterator[Found]:
    labels = {pair: label for pack in scope.packs for pair, label in _readings(pack, asked)}
    if not labels:
        return
    kinds, values = zip(*labels, strict=True)
    parameters = {"kinds": list(kinds), "values": list(values), "domains": scope.domains}
    for golden, kind, value in fetch_prepared(BY_KEY, parameters):
        label = labels[kind, value]
        yield Found(golden, label, f"{label} {value}", SURE)


def _readings(pack: Pack, asked: str) -> Iterator[tuple[tuple[str, str], str]]:
    """The text read as a value of every attribute that records are found by, with what that attribute is called."""
    probe = dict.fromkeys(_probes(pack), asked)
    for kind, value in pack.check(probe).keys:
        if kind == "name":
            continue
        scheme = pack.schemes.get(kind.partition(":")[2])
        yield ((kind, value), scheme.label if scheme else _KINDS.get(kind, kind.removeprefix("id:").upper()))


def _probes(pack: Pack) -> Iterator[str]:
    for path, attribute in pack.attributes.items():
        if not attribute.key or attribute.key == "name" or attribute.privacy == "secret":
            continue
        if not attribute.group:
            yield path
            continue
        group = pack.groups[attribute.group]
        listed = pack.schemes if group.keys == "schemes" else list(pack.code_lists.get(group.keys, ()))[:1]
        yield from (f"{group.name}[{key}].{attribute.name}" for key in listed or ("any",))


def _by_name(asked: str, scope: _Scope) -> list[Found]:
    spellings = list(dict.fromkeys((*name_keys(asked), *variants(asked))))
    if not spellings:
        return []
    rows = _rows(EXACT_NAME, {"domains": scope.domains, "spellings": spellings})
    for spelling in spellings:
        words = sorted(set(spelling.split()), key=lambda word: (-len(word), word))[:_WORDS_MATTERING]
        statement, patterns = name_with_words(words)
        rows += _rows(statement, {"domains": scope.domains, **patterns})
    if not rows and len(asked) > 2:
        rows = _rows(SIMILAR_NAME, {"domains": scope.domains, "spelling": spellings[0]})
    return [Found(golden, "Name", f"Name {value}", _likeness(spellings, value)) for golden, value in rows]


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _likeness(spellings: Sequence[str], value: str) -> float:
    """How much a name is like what was typed: whole words in any order first, then one slip of the finger."""
    return max(
        0.7 * fuzz.token_sort_ratio(typed, value) + 0.29 * fuzz.partial_ratio(typed, value) for typed in spellings
    )


def _best(found: Iterable[Found]) -> list[Found]:
    """The best reason per golden record, in order of likeness."""
    best: dict[int, Found] = {}
    for one in found:
        known = best.get(one.golden)
        if known is None or one.score > known.score:
            best[one.golden] = one
    return sorted(best.values(), key=lambda one: (-one.score, one.golden))


def _hits(best: Sequence[Found], scope: _Scope) -> list[Hit]:
    if not best:
        return []
    packs = {pack.code: pack for pack in scope.packs}
    rows = {row[0]: row[1:] for row in fetch_prepared(GOLDENS, {"goldens": [one.golden for one in best]})}
    hits = []
    for one in best:
        code, uuid, domain, status, values = rows[one.golden]
        pack = packs.get(domain)
        if pack is not None:
            name, masked = _name(pack, values, reveal=scope.permissions.may("reveal", domain))
            reason = "Name" if masked and one.recognised == "Name" else one.reason
            hits.append(Hit(code, str(uuid), domain, status, name, reason, one.score))
    return hits


def _name(pack: Pack, values: Any, *, reveal: bool) -> tuple[str, bool]:
    """What a record is called, of the attributes that its pack calls a name, and whether some of that is masked."""
    known = json.loads(values) if isinstance(values, str) else values or {}
    paths = [path for path, one in pack.attributes.items() if one.identity == "name" and known.get(path)]
    hidden = [path for path in paths if is_hidden(path, pack, reveal=reveal)]
    shown = [str(known[path]) for path in paths if path not in hidden]
    return (" ".join(shown) or (MASK if hidden else ""), bool(hidden))
