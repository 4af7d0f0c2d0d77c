"""Take over the identifiers that a system gave to records it was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, LiteralString, NamedTuple

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import EventDraft, record_many, reserve_event_ids
from mdm.governance.identifiers import canonical, canonical_scope
from mdm.governance.models import IdType
from mdm.kernel.errors import Invalid
from mdm.kernel.prepared import fetch_prepared
from mdm.records.identifiers import Key, Standing, Wanted, heirs_of, hold, moment_after, standings, untold
from mdm.records.next_versions import LIVING
from mdm.records.operations.claim_ids import claim_ids


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of an identifier. `golden` is the record it leads to now, None when it leads nowhere.

    "taken": it leads to another golden record, and nothing was changed; "homeless": the record no longer lives;
    "unusable": the value is no identifier of that type, `why` says so.
    """

    status: Literal["opened", "unchanged", "taken", "homeless", "unusable"]
    golden: int | None = None
    why: str = ""


class _Heir(NamedTuple):
    """A golden record that identifiers lead to; `released`: it is, or was once."""

    id: int
    code: str
    domain: str
    status: str
    released: bool


_GOLDENS: Final[LiteralString] = """
SELECT id, code, domain_id, status, released_at IS NOT NULL OR status = 'ACTIVE' FROM records_goldenrecord
WHERE id = ANY(%(ids)s::bigint[])
"""
# One moment for all that is opened together: the database's clock, or what it was told is later.
_OPEN: Final[LiteralString] = """
WITH entry AS (
    INSERT INTO records_crosswalkentry (external_id_id, golden_id, opened_at, opened_event_id)
    SELECT external_id, golden, moment.at, event
    FROM unnest(%(external_ids)s::bigint[], %(goldens)s::bigint[], %(events)s::bigint[])
        AS given (external_id, golden, event),
        (SELECT coalesce(%(at)s::timestamptz, clock_timestamp()) AS at OFFSET 0) AS moment
)
UPDATE records_goldenrecord SET crosswalk_revision = crosswalk_revision + 1 WHERE id = ANY(%(goldens)s::bigint[])
RETURNING id
"""


def attach_ids(
    *, id_type: IdType, given: Sequence[tuple[str, int]], actor: Actor, scope: str = "", reason: str = ""
) -> list[Attached]:
    """Each (value, golden id) in `given` leads to that golden record, or to the one that it was merged into since; no
    source record comes with it, so no version is cut. Lives in the caller's transaction. Answers in the order given.

    Raises: NotAllowed without `operate` in the system; Conflict when the records keep moving.
    """
    require(actor, "operate", id_type.domain_id, system=id_type.system_id)
    where = canonical_scope(id_type, scope)
    keys, unusable = _keys(id_type, where, [value for value, _ in given])
    ours = claim_ids(id_type=id_type.pk, sent={key: value[:200] for value, key in keys.items()})
    others = [key for key in dict.fromkeys(keys.values()) if key not in ours]
    now, heirs = _held(id_type, ours, others, [golden for _, golden in given])
    leads_to: dict[Key, int | None] = {key: standing.golden for key, standing in now.items()}
    answers, opened = [], dict[Key, _Heir]()
    for value, golden in given:
        if value in unusable:
            answers.append(Attached("unusable", why=unusable[value]))
            continue
        key, heir = keys[value], heirs[golden]
        answers.append(_answer(leads_to[key], heir))
        if answers[-1].status == "opened":
            leads_to[key] = heir.id
            opened[key] = heir
    if opened:
        told_before = [now[key] for key in opened if key not in ours]
        at = moment_after(told_before) if told_before else None
        _open({now[key].external_id: heir for key, heir in opened.items()}, at, id_type, actor, reason)
    return answers


def _keys(id_type: IdType, scope: str, values: Sequence[str]) -> tuple[dict[str, Key], dict[str, str]]:
    keys: dict[str, Key] = {}
    unusable: dict[str, str] = {}
    for value in values:
        try:
            keys[value] = (scope, canonical(id_type, value))
        except Invalid as refusal:
            unusable[value] = refusal.message
    return keys, unusable


def _held(
    id_type: IdType, ours: Mapping[Key, int], others: Sequence[Key], goldens: Sequence[int]
) -> tuple[dict[Key, Standing], dict[int, _Heir]]:
    """Hold the identifiers and every golden record that counts, and return how they stand then. What was just taken
    nobody else has seen: only of the other identifiers it is asked where they lead.
    """
    now = {key: untold(external_id) for key, external_id in ours.items()}
    found: dict[int, _Heir] = {}
    heirs: dict[int, int] = {}

    def wanted() -> Wanted:
        now.update(standings(id_type.pk, others))
        found.update(_goldens(goldens))
        moved = [golden for golden in goldens if found[golden].status == "REDIRECTED"]
        heirs.update({golden: golden for golden in goldens} | (heirs_of(moved) if moved else {}))
        leads_to = {standing.golden for standing in now.values() if standing.golden is not None}
        return [now[key].external_id for key in others if key in now], {*goldens, *heirs.values(), *leads_to}

    hold(wanted, foreseen=None if others else ([], set(goldens)))
    found.update(_goldens(set(heirs.values()) - {*goldens}))
    return now, {golden: found[heir] for golden, heir in heirs.items()}


def _goldens(ids: Iterable[int]) -> dict[int, _Heir]:
    wanted = list(ids)
    return {row[0]: _Heir(*row) for row in fetch_prepared(_GOLDENS, {"ids": wanted})} if wanted else {}


def _answer(leads_to: int | None, heir: _Heir) -> Attached:
    if leads_to is not None:
        return Attached("unchanged" if leads_to == heir.id else "taken", leads_to)
    if heir.status not in LIVING:
        return Attached("homeless")
    return Attached("opened", heir.id)


def _open(opened: Mapping[int, _Heir], at: datetime | None, id_type: IdType, actor: Actor, reason: str) -> None:
    """An entry and an event for each, `at` that moment or now; one message about all that are or were released."""
    events = dict(zip(opened, reserve_event_ids(len(opened)), strict=True))
    goldens = [golden.id for golden in opened.values()]
    keys = {"external_ids": [*opened], "goldens": goldens, "events": [*events.values()]}
    fetch_prepared(_OPEN, {**keys, "at": at})
    told = {"system": id_type.system_id, "id_type": id_type.name}
    drafts = [
        EventDraft(
            id=events[key],
            type="id.attached",
            domain=golden.domain,
            subject=f"golden:{golden.code}",
            reason=reason,
            detail={**told, "external_id": key},
        )
        for key, golden in opened.items()
    ]
    released = sorted({golden.id for golden in opened.values() if golden.released})
    if released:
        name = f"{id_type.system_id}/{id_type.name}"
        detail = {"goldens": released, "decision": None, "kind": "id.attached", "event": min(events.values())}
        detail |= {"id_type": name}
        domain = id_type.domain_id
        drafts.append(EventDraft(type="golden.changed", domain=domain, subject=f"domain:{domain}", detail=detail))
    record_many(drafts, actor=actor)
