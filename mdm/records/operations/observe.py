"""Take in what one system says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.events.operations.record import reserve_event_id
from mdm.governance.models import IdType
from mdm.governance.queries import active_pack
from mdm.records.act import Act
from mdm.records.answers import answer_attributes
from mdm.records.change import Change, Decider, Kind, is_unchanged
from mdm.records.identifiers import Key, Standing, hold, last_goldens, moment_after, standings
from mdm.records.observation import Outcome, Prepared
from mdm.records.operations.apply_changes import Applier, Result
from mdm.records.operations.claim_ids import claim_ids
from mdm.records.operations.seal_event import seal_event
from mdm.records.operations.write_source_versions import hear_again
from mdm.records.projection import Projector
from mdm.records.said import circumstances, said_before, without_heard_before


def observe(
    *,
    id_type: IdType,
    prepared: Sequence[Prepared],
    actor: Actor,
    reason: str = "",
    detail: dict[str, Any] | None = None,
    answers: bool = False,
) -> list[Outcome]:
    """What one system says is in history, in the crosswalk and in its golden records; answers follow the order given.

    New identifiers get a CANDIDATE golden record each; unchanged content leaves no trace; a version unlike its
    predecessor, and a value that the system may only propose, is stored and waits as a finding. Runs in the caller's
    transaction, in a fixed number of statements. The audit gets one event, with `detail` of the caller's. With
    `answers` each outcome tells what became of each attribute.

    Raises: NotAllowed without `operate` in the domain and system; Conflict when the records moved meanwhile.
    """
    require(actor, "operate", id_type.domain_id, system=id_type.system_id)
    accepted = [one for one in prepared if not one.refusals and one.repeats is None]
    known, claimed = _place(id_type, accepted)
    changes = _decide(id_type, [one for one in accepted if one.key in known], known)
    fresh = [one for one in accepted if one.key in claimed]
    results: dict[Key, Result] = {key: ("unchanged", standing.golden_code, "") for key, standing in known.items()}
    moved = [change for change in changes if change.kind is not Kind.UNCHANGED]
    hear_again(_confirmed(changes))
    if fresh or moved:
        applied = _apply(id_type, fresh, claimed, moved, actor, reason, detail or {})
        results.update(applied)
    outcomes = [_outcome(one, prepared, results) for one in prepared]
    if answers:
        answer_attributes(id_type=id_type, prepared=prepared, outcomes=outcomes, actor=actor)
    return outcomes


def _place(id_type: IdType, accepted: Sequence[Prepared]) -> tuple[dict[Key, Standing], dict[Key, int]]:
    """Return the known identifiers, locked where their content changes, and the new ones that are ours now."""
    known = standings(id_type.pk, [one.key for one in accepted])
    sent = {
        one.key: one.observation.external_id[:200]
        for one in accepted
        if one.key not in known and not one.observation.deleted
    }
    claimed = claim_ids(id_type=id_type.pk, sent=sent)
    taken = [key for key in sent if key not in claimed]
    known.update(standings(id_type.pk, taken))
    touched = [one.key for one in accepted if one.key in known and not is_unchanged(one, known[one.key])]
    if touched:
        known.update(_lock(id_type, {key: known[key] for key in touched}))
    return known, claimed


def _lock(id_type: IdType, touched: dict[Key, Standing]) -> dict[Key, Standing]:
    identifiers = [standing.external_id for standing in touched.values()]
    now: dict[Key, Standing] = {}

    def wanted() -> tuple[list[int], set[int]]:
        now.update(standings(id_type.pk, list(touched)))
        heirs = last_goldens([s.external_id for s in now.values() if s.golden is None])
        return identifiers, {s.golden for s in now.values() if s.golden is not None} | set(heirs.values())

    hold(wanted)
    return now


def _decide(id_type: IdType, accepted: Sequence[Prepared], known: dict[Key, Standing]) -> list[Change]:
    changed = [one for one in accepted if not is_unchanged(one, known[one.key])]
    if not changed:
        return []
    projector = Projector(id_type.domain_id)
    decider = Decider(
        active_pack(id_type.domain_id), projector.ownership, id_type.system_id, guard=projector.rules.rules.unlike_guard
    )
    subjects = [known[one.key] for one in changed]
    said = said_before(subjects)
    around = circumstances(subjects)
    changes = [
        decider.decide(
            one,
            known[one.key],
            *said.get(known[one.key].source_record or 0, (None, None)),
            around[known[one.key].external_id],
        )
        for one in changed
    ]
    return without_heard_before(changes)


def _confirmed(changes: Sequence[Change]) -> dict[int, datetime]:
    """Return when each source record was last said to be as it is, for those that say nothing else."""
    return {
        c.standing.source_record: c.prepared.observation.changed_at
        for c in changes
        if c.kind is Kind.UNCHANGED and c.standing.source_record is not None and c.prepared.observation.changed_at
    }


def _apply(
    id_type: IdType,
    fresh: Sequence[Prepared],
    claimed: dict[Key, int],
    moved: Sequence[Change],
    actor: Actor,
    reason: str,
    detail: dict[str, Any],
) -> dict[Key, Result]:
    at = moment_after(change.standing for change in moved)
    act = Act(reserve_event_id(), at, "records.observed", actor, reason)
    applier = Applier(id_type, act=act)
    for one in fresh:
        applier.create(one, claimed[one.key])
    for change in moved:
        applier.change(change)
    sources, goldens = applier.write()
    seal_event(
        act,
        domain=id_type.domain_id,
        subject=f"system:{id_type.system_id}",
        detail={"id_type": id_type.name, **applier.counts, **detail},
        sources=sources,
        goldens=goldens,
    )
    return applier.results()


def _outcome(one: Prepared, prepared: Sequence[Prepared], results: dict[Key, Result]) -> Outcome:
    outcome = Outcome(one.observation.position, one.observation.external_id, "rejected")
    if one.refusals:
        outcome.issues = one.refusals
        return outcome
    status, outcome.golden_code, outcome.held = results.get(one.key, ("unchanged", "", ""))
    outcome.status = "unchanged" if one.repeats is not None else status
    if one.checked is not None:
        outcome.issues = one.checked.issues
    return outcome
