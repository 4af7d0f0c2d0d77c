"""A match run finds what its rules find, says why, keeps what was found, and leaves no record waiting."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from mdm.accounts.queries import machine_actor
from mdm.jobs.operations.cancel import cancel
from mdm.jobs.operations.run_next import run_next
from mdm.kernel.errors import Conflict, Invalid, NotAllowed
from mdm.matching import origin
from mdm.matching.models import MatchPair, MatchRun, MatchShard, MatchState
from mdm.matching.operations import submit_match_run as submitting
from mdm.matching.operations.match_what_is_due import match_what_is_due
from mdm.matching.operations.submit_match_run import submit_match_run
from mdm.matching.queries.due import anything_due, matching_of, unmatched_goldens
from mdm.records.models import SourceRecord
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import (
    MATCHING,
    carry_out,
    codes_of,
    company,
    job_of,
    lay_matching,
    match,
    publish_matching,
    steward,
    tasks,
)

STUTTGART = ("Industriestrasse", "12", "70173", "Stuttgart")
HAMBURG = ("Elbchaussee", "4", "22765", "Hamburg")


@pytest.fixture(autouse=True)
def matched(world: World) -> None:
    lay_matching()


@pytest.fixture
def _no_echoes() -> Iterator[None]:
    known = list(origin._echoes)
    yield
    origin._echoes[:] = known


def duplicates(world: World) -> None:
    """Two records of one company, and one of another."""
    world.say("SAP", "1", values=company("Müller & Söhne GmbH", address=STUTTGART, vat="DE129273398"))
    world.say("CRM", "001700000000001AAA", values=company("Mueller und Soehne", address=STUTTGART, vat="DE129273398"))
    world.say("SHOP", "C-1", values=company("Nord Stahl AG", address=HAMBURG))


def record_of(world: World, system: str, value: str) -> SourceRecord:
    return SourceRecord.objects.get(external_id__value=value, external_id__id_type=world.id_type(system))


def stored() -> list[tuple[Any, ...]]:
    fields = ("left", "right", "score", "levels", "contributions", "evidence_hash", "gone_at")
    return list(MatchPair.objects.order_by("left", "right").values_list(*fields))


def test_a_run_stores_each_pair_with_bars_that_add_up_to_its_score(world: World) -> None:
    duplicates(world)

    run = match(world)

    pair = MatchPair.objects.get()
    assert {pair.left, pair.right} == {record_of(world, "SAP", "1"), record_of(world, "CRM", "001700000000001AAA")}
    assert pair.contributions[0] == ["prior", "", float(MATCHING["prior"])]
    assert sum(bits for _, _, bits in pair.contributions) == pair.score
    assert pair.score > MATCHING["thresholds"]["review"]
    assert (run.status, run.counts["records"], run.counts["pairs"], run.counts["opened"]) == ("DONE", 3, 1, 1)


def test_a_run_leaves_no_record_waiting(world: World) -> None:
    duplicates(world)
    goldens = [world.golden_of("SAP", "1").pk, world.golden_of("SHOP", "C-1").pk]
    assert unmatched_goldens("party", goldens) == set(goldens)

    match(world)

    assert unmatched_goldens("party", goldens) == set()
    assert MatchState.objects.count() == 3


def test_a_second_run_over_unchanged_data_proposes_nothing_new_and_writes_nothing(world: World) -> None:
    duplicates(world)
    match(world)
    before, (task,) = stored(), tasks()

    again = match(world)

    assert stored() == before
    assert (again.counts["changed"], again.counts["opened"], again.counts["updated"]) == (0, 0, 0)
    (still,) = tasks()
    assert (still.pk, still.version, still.changed_at) == (task.pk, 1, task.changed_at)
    assert {pair.run for pair in MatchPair.objects.all()} != {again}


def test_a_run_over_what_changed_finds_what_a_full_run_finds(world: World) -> None:
    duplicates(world)
    match(world)
    world.say("SHOP", "C-2", values=company("Mueller & Soehne GmbH", address=STUTTGART, phone="+49 711 3800471"))
    world.say("SHOP", "C-1", values=company("Nord-Stahl AG", address=HAMBURG, phone="+49 40 123456"))

    changed = match(world, full=False)
    by_changes = [row[:2] for row in stored()]
    match(world)

    assert changed.counts["records"] == 2
    assert [row[:2] for row in stored()] == by_changes
    (task,) = tasks()
    assert task.member_count == 3


def test_nothing_waits_after_a_run_and_a_change_waits(world: World) -> None:
    duplicates(world)
    match(world)
    assert submit_match_run(domain="party", actor=world.engineer, full=False) is None
    assert match_what_is_due(actor=machine_actor()) == []

    world.say("SHOP", "C-1", values=company("Nord Stahl GmbH", address=HAMBURG))
    (run,) = match_what_is_due(actor=machine_actor())

    assert carry_out(run).counts["records"] == 1
    assert match_what_is_due(actor=machine_actor()) == []


def test_the_sweep_lets_another_job_of_the_domain_end_first(world: World) -> None:
    duplicates(world)
    call_command("reproject", domain="party", reason="rules changed", stdout=StringIO())

    assert match_what_is_due(actor=machine_actor()) == []


def test_a_pair_that_is_not_found_again_is_gone_and_so_is_its_task(world: World) -> None:
    duplicates(world)
    match(world)

    world.say("CRM", "001700000000001AAA", deleted=True)
    match(world, full=False)

    assert MatchPair.objects.get().gone_at is not None
    assert tasks() == []
    (gone,) = tasks(status__in=("GONE",))
    assert gone.closed_at is not None
    assert not gone.members.filter(open=True).exists()
    assert MatchState.objects.count() == 2


def test_a_pair_that_comes_back_stands_again(world: World) -> None:
    duplicates(world)
    match(world)
    values = company("Mueller und Soehne", address=STUTTGART, vat="DE129273398")
    world.say("CRM", "001700000000001AAA", deleted=True)
    match(world, full=False)

    world.say("CRM", "001700000000001AAA", values=values)
    match(world, full=False)

    assert MatchPair.objects.get().gone_at is None
    assert len(tasks()) == 1


@pytest.mark.parametrize("record_class", ["one_time", "dummy", "test"])
def test_what_stands_for_no_one_thing_is_never_proposed(world: World, record_class: str) -> None:
    duplicates(world)
    values = company("Müller & Söhne GmbH", address=STUTTGART, vat="DE129273398", record_class=record_class)
    world.say("SAP", "1", values=values)

    match(world)

    assert not MatchPair.objects.exists()
    assert tasks() == []
    assert not anything_due("party", matching_of("party").rule_set)  # type: ignore[union-attr]


@pytest.mark.usefixtures("_no_echoes")
def test_what_a_system_only_repeats_is_no_evidence(world: World) -> None:
    duplicates(world)
    crm = record_of(world, "CRM", "001700000000001AAA").pk
    paths = ["name", "identifiers[eu_vat].value", *(f"addresses[main].{part}" for part in ("street", "postal_code"))]
    origin.register_echoes(lambda records: {record: paths for record in records if record == crm})

    match(world)

    assert not MatchPair.objects.exists()


def test_another_rule_set_makes_every_record_wait_and_its_pairs_are_its_own(world: World) -> None:
    duplicates(world)
    match(world)
    publish_matching(prior=MATCHING["prior"] + 1)

    run = match(world, full=False)

    assert run.counts["records"] == 3
    priors = sorted(pair.contributions[0][2] for pair in MatchPair.objects.all())
    assert priors == [MATCHING["prior"], MATCHING["prior"] + 1]
    (task,) = tasks()
    assert task.score == MatchPair.objects.get(rule_set=run.rule_set).score


def test_a_run_whose_rules_were_replaced_fails_and_says_so(world: World) -> None:
    duplicates(world)
    run = submit_match_run(domain="party", actor=world.engineer)
    publish_matching(prior=MATCHING["prior"] + 1)

    ended = carry_out(run)

    assert ended.status == "FAILED"
    assert "Another rule set was published" in job_of(ended).error
    assert not MatchPair.objects.exists()


def test_one_run_of_a_domain_goes_on_at_a_time(world: World) -> None:
    duplicates(world)
    submit_match_run(domain="party", actor=world.engineer)

    with pytest.raises(Conflict) as refused:
        submit_match_run(domain="party", actor=world.engineer)

    assert refused.value.remedy
    assert MatchRun.objects.count() == 1


def test_a_cancelled_run_is_over_and_another_may_start(world: World) -> None:
    duplicates(world)
    run = submit_match_run(domain="party", actor=world.engineer)
    assert run is not None and run.job is not None

    cancel(job_id=run.job, actor=world.engineer)

    assert carry_out(run).status == "CANCELLED"
    assert match(world).status == "DONE"


def test_who_may_not_operate_starts_no_run(world: World) -> None:
    with pytest.raises(NotAllowed):
        submit_match_run(domain="party", actor=steward("view", "decide"))

    assert not MatchRun.objects.exists()


def test_a_domain_without_matching_rules_is_not_matched(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        submit_match_run(domain="material", actor=world.engineer)

    assert "matching" in refused.value.remedy
    assert unmatched_goldens("material", [1]) == set()


def test_the_command_matches_and_tells_what_came_of_it(world: World) -> None:
    duplicates(world)
    out = StringIO()

    call_command("match", domain="party", wait=True, stdout=out)

    assert "Done: " in out.getvalue()
    assert "opened 1" in out.getvalue()


def test_shards_of_a_run_together_find_what_one_finds_and_what_none_finds_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    duplicates(world)
    world.say("SHOP", "C-2", values=company("Nord Stahl", address=HAMBURG))
    world.say("SHOP", "C-3", values=company("Muller Soehne GmbH", address=STUTTGART, vat="DE129273398"))
    at_once = match(world)
    found = stored()
    MatchPair.objects.all().update(gone_at="2026-01-01T00:00:00Z", score=0)
    none = MatchPair.objects.create(**_unfounded(world, at_once))
    monkeypatch.setattr(submitting, "RECORDS_PER_SHARD", 1)

    run = match(world)

    none.refresh_from_db()
    assert none.gone_at is not None
    assert [row for row in stored() if row[6] is None] == found
    assert len(found) == 4
    assert {name: run.counts[name] for name in ("records", "pairs", "gone")} == {"records": 5, "pairs": 4, "gone": 1}
    assert job_of(run).chunks.count() == 2 * 5 + 3
    assert not MatchShard.objects.exists()


def _unfounded(world: World, run: MatchRun) -> dict[str, Any]:
    """A pair of two records that have nothing in common."""
    left, right = sorted((record_of(world, "SAP", "1").pk, record_of(world, "SHOP", "C-1").pk))
    told = {"score": 9, "levels": {}, "contributions": [], "evidence_hash": "0" * 64}
    return {"left_id": left, "right_id": right, "rule_set": run.rule_set, "run": run} | told | VERSIONS


VERSIONS = {"left_version": 1, "right_version": 1}


def test_a_task_names_its_members_its_reason_and_what_speaks_against(world: World) -> None:
    duplicates(world)
    world.say(
        "SAP", "1", values=company("Müller & Söhne GmbH", address=HAMBURG, vat="DE129273398", open_balance="84.5")
    )

    match(world)

    (task,) = tasks()
    assert set(codes_of(task)) == {world.golden_of("SAP", "1").code, world.golden_of("CRM", "001700000000001AAA").code}
    assert (task.reason, task.systems, task.conflicts) == ("THRESHOLD", ["CRM", "SAP"], ["address"])
    assert task.why.startswith("Tax or register number the same number")
    assert (float(task.value_at_stake), task.rank) == (84.5, task.score)
    assert len(task.evidence_hash) == 64


def test_a_run_that_was_cancelled_half_way_leaves_what_it_compared_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    duplicates(world)
    monkeypatch.setattr(submitting, "RECORDS_PER_SHARD", 1)
    run = submit_match_run(domain="party", actor=world.engineer)
    assert run is not None
    run_next(job_id=job_of(run).pk)
    assert MatchState.objects.count() == 1

    cancel(job_id=job_of(run).pk, actor=world.engineer)

    assert not MatchState.objects.exists()
    assert match(world, full=False).counts["records"] == 3
    assert len(tasks()) == 1
