"""Take over what somebody already knows: the id here is the id there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import reserve_event_id
from mdm.governance.identifiers import canonical, canonical_scope
from mdm.governance.models import IdType
from mdm.kernel.errors import Invalid
from mdm.records.act import Act
from mdm.records.identifiers import Key, Standing, hold, last_goldens, moment_after, standings
from mdm.records.models import GoldenRecord
from mdm.records.next_versions import Reshaping
from mdm.records.operations.claim_ids import claim_ids
from mdm.records.operations.cut_versions import cut_versions
from mdm.records.operations.open_goldens import Birth, give_birth
from mdm.records.operations.seal_event import seal_event
from mdm.records.operations.write_entries import open_entries
from mdm.records.projection import Projector

LinkStatus = Literal["created", "linked", "unchanged", "collision", "rejected"]
Place = tuple[int, Key]


@dataclass(slots=True)
class LinkRow:
    """One row of a mapping sheet: the two identifiers as written, and where they stand in the sheet."""

    left: str
    right: str
    left_scope: str = ""
    right_scope: str = ""
    position: int = 0


@dataclass(slots=True)
class LinkOutcome:
    """What became of one row; a collision names the two golden records, of which neither was changed."""

    position: int
    status: LinkStatus
    golden_code: str = ""
    other_code: str = ""
    field: str = ""
    value: str = ""
    message: str = ""
    remedy: str = ""


@dataclass(slots=True)
class _Thing:
    """A golden record as it will be: one that exists, or one to be born of the row that first names it."""

    golden: int | None
    code: str = ""
    birth: Birth | None = None


@dataclass(slots=True)
class _Sheet:
    things: dict[Place, _Thing] = field(default_factory=dict)
    external_ids: dict[Place, int] = field(default_factory=dict)
    standings: list[Standing] = field(default_factory=list)
    unlinked: set[Place] = field(default_factory=set)
    births: list[Birth] = field(default_factory=list)
    joined: list[tuple[int, _Thing]] = field(default_factory=list)


def link_ids(
    *,
    left: IdType,
    right: IdType,
    rows: Sequence[LinkRow],
    actor: Actor,
    reason: str = "",
    detail: dict[str, Any] | None = None,
) -> list[LinkOutcome]:
    """Both identifiers of every row lead to one golden record, or the row is a collision and changed nothing.

    Both unknown: one CANDIDATE golden record without values. One known: the other joins it. Rows count in the order
    given. Runs in the caller's transaction, in a fixed number of statements.

    Raises: NotAllowed without `operate` in both systems; Invalid when the id types belong to two domains.
    """
    if left.domain_id != right.domain_id:
        raise Invalid(
            f"{left.system_id} {left.name} and {right.system_id} {right.name} belong to two domains.",
            field="right",
            remedy="Map identifiers of one domain.",
        )
    for side in (left, right):
        require(actor, "operate", side.domain_id, system=side.system_id)
    outcomes, places = _read(left, right, rows)
    sheet = _place(places, rows, outcomes, (left, right))
    for index, pair in places.items():
        _link(sheet, pair, outcomes[index])
    if sheet.births or sheet.joined:
        _write(sheet, left, right, actor, reason, detail or {})
    for index, (one, other) in places.items():
        outcomes[index].golden_code = sheet.things[one].code
        outcomes[index].other_code = sheet.things[other].code if outcomes[index].status == "collision" else ""
    return outcomes


def _read(
    left: IdType, right: IdType, rows: Sequence[LinkRow]
) -> tuple[list[LinkOutcome], dict[int, tuple[Place, Place]]]:
    outcomes, places = [], {}
    for index, row in enumerate(rows):
        outcome = LinkOutcome(row.position, "unchanged")
        outcomes.append(outcome)
        try:
            one = _read_place(left, row.left, row.left_scope)
            other = _read_place(right, row.right, row.right_scope)
        except Invalid as refusal:
            outcome.status, outcome.message, outcome.remedy = "rejected", refusal.message, refusal.remedy
            outcome.field, outcome.value = refusal.field, refusal.value
            continue
        places[index] = (one, other)
    return outcomes, places


def _read_place(id_type: IdType, raw: str, scope: str) -> Place:
    return id_type.pk, (canonical_scope(id_type, scope), canonical(id_type, raw))


def _place(
    places: dict[int, tuple[Place, Place]],
    rows: Sequence[LinkRow],
    outcomes: Sequence[LinkOutcome],
    sides: tuple[IdType, IdType],
) -> _Sheet:
    """Register what is new, lock what is known, and find where each identifier leads."""
    sent: dict[int, dict[Key, str]] = {side.pk: {} for side in sides}
    for index, (one, other) in places.items():
        sent[one[0]].setdefault(one[1], rows[index].left)
        sent[other[0]].setdefault(other[1], rows[index].right)
    for id_type in sorted(sent):
        known = standings(id_type, list(sent[id_type]))
        claim_ids(id_type=id_type, sent={key: raw[:200] for key, raw in sent[id_type].items() if key not in known})
    now: dict[Place, Standing] = {}

    def wanted() -> tuple[list[int], set[int]]:
        now.update(_standings(sent))
        return [standing.external_id for standing in now.values()], _goldens(now)

    hold(wanted)
    return _sheet(now)


def _standings(sent: dict[int, dict[Key, str]]) -> dict[Place, Standing]:
    return {
        (id_type, key): standing
        for id_type, keys in sent.items()
        for key, standing in standings(id_type, list(keys)).items()
    }


def _goldens(now: dict[Place, Standing]) -> set[int]:
    heirs = last_goldens([standing.external_id for standing in now.values() if standing.golden is None])
    return {standing.golden for standing in now.values() if standing.golden is not None} | set(heirs.values())


def _sheet(now: dict[Place, Standing]) -> _Sheet:
    sheet = _Sheet(standings=list(now.values()))
    by_golden: dict[int, _Thing] = {}
    heirs = last_goldens([standing.external_id for standing in now.values() if standing.golden is None])
    codes = dict(GoldenRecord.objects.filter(pk__in=_goldens(now)).values_list("pk", "code"))
    for place, standing in now.items():
        sheet.external_ids[place] = standing.external_id
        golden = standing.golden if standing.golden is not None else heirs.get(standing.external_id)
        if golden is not None:
            sheet.things[place] = by_golden.setdefault(golden, _Thing(golden, codes[golden]))
        if standing.golden is None:
            sheet.unlinked.add(place)
    return sheet


def _link(sheet: _Sheet, pair: tuple[Place, Place], outcome: LinkOutcome) -> None:
    one, other = (sheet.things.get(place) for place in pair)
    if one is not None and other is not None and one is not other:
        outcome.status = "collision"
        outcome.message = "The two identifiers lead to two golden records."
        outcome.remedy = "Correct the row, or merge the golden records and import it again."
        return
    thing = one or other
    if thing is None:
        birth = Birth(sheet.external_ids[pair[0]], None, 0, {}, pair[0][1])
        thing = _Thing(None, birth=birth)
        sheet.births.append(birth)
        sheet.unlinked.discard(pair[0])
        sheet.things[pair[0]] = thing
        outcome.status = "created"
    for place in pair:
        sheet.things[place] = thing
        if place in sheet.unlinked:
            sheet.unlinked.discard(place)
            sheet.joined.append((sheet.external_ids[place], thing))
            outcome.status = "linked" if outcome.status == "unchanged" else outcome.status


def _write(sheet: _Sheet, left: IdType, right: IdType, actor: Actor, reason: str, detail: dict[str, Any]) -> None:
    act = Act(reserve_event_id(), moment_after(sheet.standings), "mapping.imported", actor, reason)
    projector = Projector(left.domain_id)
    sealed = give_birth(sheet.births, id_type=left, projector=projector, event=act.event, at=act.at)
    for thing in sheet.things.values():
        if thing.birth is not None:
            thing.golden, thing.code = thing.birth.golden, thing.birth.code
    links = [(external_id, thing.golden) for external_id, thing in sheet.joined if thing.golden is not None]
    open_entries(links, event=act.event, at=act.at)
    born = {birth.golden for birth in sheet.births}
    moved = {golden for _, golden in links} - born
    sealed += cut_versions(moved, projector=projector, act=act, change=Reshaping(moved=moved))
    counts = {"created": len(sheet.births), "linked": len(links)}
    seal_event(
        act,
        domain=left.domain_id,
        subject=f"system:{left.system_id}",
        detail={"with": right.system_id, **counts, **detail},
        goldens=sealed,
    )
