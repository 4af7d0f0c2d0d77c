"""One task as its review shows it; what is foreseen is what happens."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from mdm.accounts.models import Actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.governance.queries import id_type
from mdm.kernel.errors import Invalid, NotFound
from mdm.matching.plans.picks import Pick
from mdm.records.models import GoldenRecord
from mdm.records.operations.attach_ids import attach_ids
from mdm.records.queries.golden import MASK
from mdm.stewardship.answers import Answer
from mdm.stewardship.models import ReviewTask
from mdm.stewardship.operations.decide_task import decide_task
from mdm.stewardship.queries.item import following, item, neighbours, preview
from mdm.stewardship.queries.shapes import QueueFilter, Segment, TaskItem
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import company, lay_matching, match, steward, tasks

STUTTGART = ("Industriestrasse", "12", "70173", "Stuttgart")
VAT = "DE129273398"
CRM_ID = "001700000000001AAA"
PHONE = "+49 711 3800471"


@pytest.fixture(autouse=True)
def matched(world: World) -> None:
    lay_matching()


@pytest.fixture
def anna(world: World) -> Actor:
    return steward()


def say(world: World, system: str, number: str, name: str, **values: Any) -> GoldenRecord:
    world.say(system, number, values=company(name, **{"address": STUTTGART, "vat": VAT} | values))
    return world.golden_of(system, number)


@pytest.fixture
def task(world: World) -> ReviewTask:
    """Two spellings of one company."""
    say(world, "SAP", "100482", "Müller & Söhne GmbH", phone=PHONE, open_balance="84000.50")
    say(world, "CRM", CRM_ID, "Mueller & Soehne GmbH", phone="+49 711 3800472")
    match(world)
    (found,) = tasks()
    return found


def row_of(shown: TaskItem, path: str) -> Any:
    return next(row for row in shown.rows if row.path == path)


def merge(task: ReviewTask, actor: Actor, **fields: Any) -> None:
    versions = dict(task.members.values_list("golden__code", "golden__version_number"))
    answer = Answer(verdict="merge", decision_id=uuid4(), evidence_hash=task.evidence_hash, versions=versions, **fields)
    decide_task(task_id=task.pk, answer=answer, actor=actor)


def test_the_members_stand_with_their_identifiers_as_sent(world: World, task: ReviewTask, anna: Actor) -> None:
    shown = item(actor=anna, task_id=task.pk)

    first, second = shown.members
    assert (first.kind, first.survives, second.survives) == ("golden", True, False)
    assert {one.systems[0]: one.identifiers[0].value for one in shown.members} == {"SAP": "100482", "CRM": CRM_ID}
    assert {one.name for one in shown.members} == {"Müller & Söhne GmbH", "Mueller & Soehne GmbH"}
    assert sorted(float(one.value_at_stake) for one in shown.members) == [0.0, 84000.5]
    assert shown.versions == {one.code: 1 for one in shown.members}
    assert (shown.may_decide, shown.alone, shown.reason) == (True, False, "THRESHOLD")


def test_a_member_is_named_as_its_own_source_calls_it_whatever_a_target_answered(
    world: World, task: ReviewTask, anna: Actor
) -> None:
    golden = world.golden_of("SAP", "100482")
    with transaction.atomic():
        attach_ids(id_type=id_type("CRM", "party"), given=[("001700000000009AAA", golden.pk)], actor=machine_actor())

    named = next(one for one in item(actor=anna, task_id=task.pk).members if one.code == golden.code)

    assert [(one.system, one.value) for one in named.identifiers] == [("SAP", "100482"), ("CRM", "001700000000009AAA")]
    assert named.systems == ["SAP"]


def test_the_bars_add_up_to_the_score_exactly(task: ReviewTask, anna: Actor) -> None:
    shown = item(actor=anna, task_id=task.pk)

    assert shown.best == 0
    pair = shown.pairs[0]
    assert sum(bar.bits for bar in pair.bars) == pair.score == shown.score
    assert pair.bars[0].comparison == "prior"
    assert all(bar.sentence for bar in pair.bars if bar.bits and bar.level)
    assert shown.matrix == [[None, pair.score], [pair.score, None]]


def test_rows_stand_by_how_much_they_tell(task: ReviewTask, anna: Actor) -> None:
    shown = item(actor=anna, task_id=task.pk)

    told = [abs(row.bits) for row in shown.rows if row.bits is not None]
    assert told == sorted(told, reverse=True)
    vat, phone = row_of(shown, "identifiers[eu_vat].value"), row_of(shown, "phones[main].number")
    assert (vat.equal, vat.level) == (True, "the same number")
    assert vat.bits is not None and vat.bits > 5
    assert phone.bits is not None and not phone.equal
    assert row_of(shown, "addresses[main].house_number").bits is None
    paths = [row.path for row in shown.rows]
    assert paths.index("addresses[main].house_number") == paths.index("addresses[main].street") + 1


def test_a_cell_tells_where_it_differs_from_the_first(task: ReviewTask, anna: Actor) -> None:
    cells = row_of(item(actor=anna, task_id=task.pk), "name").cells

    anchor, other = sorted(cells, key=lambda cell: bool(cell.segments))
    assert anchor.segments == []
    assert "".join(one.text for one in other.segments if one.op != "removed") == other.text
    assert "".join(one.text for one in other.segments if one.op != "added") == anchor.text
    assert Segment("added", "ue") in other.segments or Segment("removed", "ue") in other.segments


def test_who_may_not_reveal_sees_bullets_and_where_they_differ(task: ReviewTask) -> None:
    viewer = steward("view", "decide", name="Vera View")

    row = row_of(item(actor=viewer, task_id=task.pk), "phones[main].number")

    assert {cell.value for cell in row.cells} == {MASK}
    assert not any(char.isalnum() for cell in row.cells for char in cell.text)
    segments = [one for cell in row.cells for one in cell.segments]
    assert {one.op for one in segments} >= {"same", "added"}
    assert not any(char.isalnum() for one in segments for char in one.text)
    assert row.result is not None and row.result.masked and row.result.value == MASK
    assert not any(char.isalnum() for char in row.result.text)
    assert (row.privacy, row.level != "") == ("personal", True)


def test_the_result_names_winner_rule_and_runners_up(task: ReviewTask, anna: Actor) -> None:
    shown = item(actor=anna, task_id=task.pk)

    result = row_of(shown, "name").result
    assert (result.value, result.label, result.picked) == ("Müller & Söhne GmbH", "SAP 100482", False)
    assert result.winner == next(one.key for one in shown.members if one.systems == ["SAP"])
    assert result.rule
    assert [rival.value for rival in result.runners_up] == ["Mueller & Soehne GmbH"]


def test_what_is_foreseen_is_what_happens(world: World, task: ReviewTask, anna: Actor) -> None:
    record = row_of(item(actor=anna, task_id=task.pk), "name").cells
    crm = next(cell.source_record for cell in record if cell.value == "Mueller & Soehne GmbH")
    members = [one.key for one in item(actor=anna, task_id=task.pk).members]
    picks: dict[str, Any] = {"name": {"source_record": crm}, "industry": {"value": "Steel", "reason": "Site visit"}}

    seen = preview(actor=anna, task_id=task.pk, members=members, picks=picks)
    merge(task, anna, picks={path: Pick(**pick) for path, pick in picks.items()})

    golden = world.golden_of("SAP", "100482")
    assert {path: result.value for path, result in seen.results.items()} == world.values_of(golden)
    assert (seen.picks, seen.results["industry"].picked, seen.results["industry"].label) == (2, True, "pinned")
    follows = seen.consequences
    assert follows is not None
    assert (follows.survivor, follows.releases, golden.status) == (golden.code, True, "ACTIVE")
    assert [(one.identifier.system, one.to_code) for one in follows.moving] == [("CRM", golden.code)]
    assert (follows.policy, follows.hold_seconds, follows.blocked_by) == ("reviewed", 300, [])


def test_what_keeps_the_result_from_being_released_is_said(world: World, task: ReviewTask, anna: Actor) -> None:
    world.say("SAP", "100482", values={"business_status": "sanctioned"})

    follows = item(actor=anna, task_id=task.pk).consequences

    assert follows is not None
    assert not follows.releases
    assert follows.blocked_by == ["The match pass has not come by yet.", "Business status: sanctioned."]


def test_fewer_members_leave_a_question_open(world: World, task: ReviewTask, anna: Actor) -> None:
    say(world, "SHOP", "C-1", "Müller & Söhne GmbH")
    match(world, full=False)
    keys = [one.key for one in item(actor=anna, task_id=task.pk).members]

    seen = preview(actor=anna, task_id=task.pk, members=keys[:2], picks={})

    assert seen.members == keys[:2]
    assert seen.consequences is not None
    assert seen.consequences.blocked_by == ["A question about it is open."]
    assert seen.matrix[0][2] is None and seen.matrix[0][1] is not None
    assert preview(actor=anna, task_id=task.pk, members=keys[:1], picks={}).results == {}


def test_a_member_that_is_none_and_a_value_that_is_none_are_refused(task: ReviewTask, anna: Actor) -> None:
    keys = [one.key for one in item(actor=anna, task_id=task.pk).members]

    with pytest.raises(Invalid):
        preview(actor=anna, task_id=task.pk, members=["BP-999999"], picks={})
    with pytest.raises(Invalid):
        preview(actor=anna, task_id=task.pk, members=keys, picks={"founded_on": {"value": "soon", "reason": "x"}})


def test_verdicts_that_a_merge_would_overrule_are_named(world: World, task: ReviewTask, anna: Actor) -> None:
    versions = dict(task.members.values_list("golden__code", "golden__version_number"))
    told_apart = Answer(verdict="not_a_match", decision_id=uuid4(), versions=versions)
    decide_task(task_id=task.pk, answer=told_apart, actor=anna)
    say(world, "CRM", CRM_ID, "Mueller & Soehne GmbH", phone=PHONE)
    match(world, full=False)
    (again,) = tasks()

    shown = item(actor=anna, task_id=again.pk)

    assert shown.consequences is not None
    assert len(shown.consequences.supersedes) == 1
    assert shown.pairs[0].verdict == "DIFFERENT"
    assert "Two of them were told apart before." in shown.why_not_automatic


def test_a_version_that_waits_stands_beside_the_one_that_counts(world: World, anna: Actor) -> None:
    say(world, "SAP", "1", "Müller & Söhne GmbH")
    world.say("SAP", "1", values=company("Ferrum Antriebe AG", vat="DE811128135"))
    match(world)
    (broken,) = tasks()

    shown = item(actor=anna, task_id=broken.pk)

    assert [one.kind for one in shown.members] == ["record", "waiting"]
    assert [cell.text for cell in row_of(shown, "name").cells] == ["Müller & Söhne GmbH", "Ferrum Antriebe AG"]
    assert (shown.alone, shown.consequences, shown.pairs, shown.finding is not None) == (True, None, [], True)


def test_what_no_one_may_see_is_not_found(task: ReviewTask) -> None:
    outsider = steward("view", name="Otto Other", domain="material")

    with pytest.raises(NotFound):
        item(actor=outsider, task_id=task.pk)
    with pytest.raises(NotFound):
        preview(actor=outsider, task_id=task.pk, members=[], picks={})
    assert following(actor=outsider, filter=QueueFilter(), after=task.pk) == []
    assert neighbours(actor=outsider, filter=QueueFilter(), task_id=task.pk).next is None


def test_identifiers_of_systems_that_may_not_be_seen_are_left_out(world: World, task: ReviewTask) -> None:
    viewer = steward("decide", name="Sina Sap")
    grant(subject=viewer, domain="party", action="view", scope="system:SAP", actor=machine_actor())

    shown = item(actor=viewer, task_id=task.pk)

    named = [one.system for member in shown.members for one in member.identifiers]
    assert named == ["SAP"]
    assert shown.pairs[0].left_label == "CRM" or shown.pairs[0].right_label == "CRM"


def test_an_item_costs_the_same_whatever_its_size(world: World, task: ReviewTask, anna: Actor) -> None:
    item(actor=anna, task_id=task.pk)
    with CaptureQueriesContext(connection) as few:
        item(actor=anna, task_id=task.pk)
    for number in range(6):
        say(world, "SHOP", f"C-{number}", "Müller & Söhne GmbH")
    match(world, full=False)

    with CaptureQueriesContext(connection) as many:
        assert len(item(actor=anna, task_id=task.pk).members) == 8

    assert len(many) == len(few) < 60


def test_the_view_goes_on_after_a_task(world: World, anna: Actor) -> None:
    for number, (name, amount) in enumerate([("Ferrum", "300"), ("Kelvora", "200"), ("Primavis", "100")]):
        for system in ("SAP", "SHOP"):
            world.say(
                system,
                f"{'C-' if system == 'SHOP' else ''}{number}",
                values=company(f"{name} GmbH", address=("Am Markt", str(number), "53111", "Bonn"), open_balance=amount),
            )
    match(world)
    by_value = [task.pk for task in sorted(tasks(), key=lambda one: -one.value_at_stake)]
    view = QueueFilter(domain="party", sort="value")

    assert following(actor=anna, filter=view, after=by_value[0]) == by_value[1:]
    assert following(actor=anna, filter=view, after=0, n=1) == by_value[:1]
    found = neighbours(actor=anna, filter=view, task_id=by_value[1])
    assert (found.previous, found.next, found.place, found.total) == (by_value[0], by_value[2], 2, 3)
    ends = neighbours(actor=anna, filter=view, task_id=by_value[2])
    assert (ends.previous, ends.next, ends.place) == (by_value[1], None, 3)
