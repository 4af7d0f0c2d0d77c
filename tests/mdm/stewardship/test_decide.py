"""One answer to a task: records decided about, the task closed, the rest asked anew, the result released by policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from mdm.governance.operations.set_policy import set_policy
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from mdm.matching.models import Decision, Verdict
from mdm.matching.refusals import Distinguished, RecordsMoved
from mdm.records.models import CrosswalkEntry, GoldenRecord
from mdm.stewardship.answers import Answered
from mdm.stewardship.models import ReviewTask, TaskSkip
from mdm.stewardship.operations.decide_task import decide_task
from mdm.stewardship.refusals import TaskMoved
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import answer, codes_of, company, lay_matching, match, steward, tasks

STUTTGART = ("Industriestrasse", "12", "70173", "Stuttgart")
VAT = "DE129273398"
FERRUM = company("Ferrum Antriebe AG", vat="DE811128135", address=("Am Markt", "1", "53111", "Bonn"))


@pytest.fixture(autouse=True)
def matched(world: World) -> None:
    lay_matching()


@pytest.fixture
def anna(world: World) -> Actor:
    return steward()


def say(world: World, system: str, number: str, name: str = "Müller & Söhne GmbH", **values: Any) -> GoldenRecord:
    world.say(system, number, values=company(name, **{"address": STUTTGART, "vat": VAT} | values))
    return world.golden_of(system, number)


def asked(world: World, count: int = 2) -> ReviewTask:
    """The task about so many records that are likely one."""
    for number in range(1, count + 1):
        say(world, "SAP", str(number))
    match(world)
    (task,) = tasks()
    return task


def decide(task: ReviewTask, actor: Actor, verdict: str = "merge", **fields: Any) -> Answered:
    return decide_task(task_id=task.pk, answer=answer(task, verdict, **fields), actor=actor)


def status(world: World, system: str, number: str) -> str:
    return world.golden_of(system, number).status


def test_one_answer_merges_closes_and_releases(world: World, anna: Actor) -> None:
    task = asked(world)

    answered = decide(task, anna)

    assert world.golden_of("SAP", "1") == world.golden_of("SAP", "2")
    assert status(world, "SAP", "1") == "ACTIVE"
    task.refresh_from_db()
    assert (task.status, task.decision_id, task.closed_by) == ("DONE", answered.decision, anna)
    assert (answered.closed, answered.opened) == (True, [])
    assert answered.released == [world.golden_of("SAP", "1").code]
    assert not task.members.filter(open=True).exists()
    assert Decision.objects.get().evidence_hash == task.evidence_hash


def test_the_same_answer_sent_again_does_nothing_twice(world: World, anna: Actor) -> None:
    task = asked(world)
    said = answer(task)
    first = decide_task(task_id=task.pk, answer=said, actor=anna)

    again = decide_task(task_id=task.pk, answer=said, actor=anna)

    assert again == first
    assert Decision.objects.count() == 1


def test_where_a_steward_always_releases_a_decision_does_not(world: World, anna: Actor) -> None:
    set_policy(domain="party", release="steward", hold_seconds=5, auto_merge=False, actor=machine_actor())
    task = asked(world)

    assert decide(task, anna).released == []
    assert status(world, "SAP", "1") == "CANDIDATE"


def test_what_is_left_of_the_question_is_asked_anew_and_not_released(world: World, anna: Actor) -> None:
    task = asked(world, 3)
    ReviewTask.objects.filter(pk=task.pk).update(assignee=anna)
    first, second, third = codes_of(task)

    answered = decide(task, anna, members=[first, second])

    (rest,) = tasks()
    assert (answered.opened, answered.released) == ([rest.pk], [])
    assert set(codes_of(rest)) == {first, third}
    assert rest.assignee == anna
    assert {golden.status for golden in GoldenRecord.objects.all()} == {"CANDIDATE", "REDIRECTED"}


def test_what_is_no_match_is_released_and_not_asked_again(world: World, anna: Actor) -> None:
    task = asked(world)

    answered = decide(task, anna, "not_a_match")
    match(world)

    assert len(answered.released) == 2
    assert {status(world, "SAP", "1"), status(world, "SAP", "2")} == {"ACTIVE"}
    assert tasks() == []
    assert Verdict.objects.get().kind == "DIFFERENT"


def test_a_second_group_is_told_apart_and_the_rest_stays_a_question(world: World, anna: Actor) -> None:
    task = asked(world, 3)
    first, second, third = codes_of(task)

    answered = decide(task, anna, "split", second=[third])

    (rest,) = tasks()
    assert set(codes_of(rest)) == {first, second}
    assert answered.released == [third]
    assert Verdict.objects.filter(kind="DIFFERENT").count() == 2


def test_related_records_stay_two_and_are_not_asked_again(world: World, anna: Actor) -> None:
    task = asked(world)

    answered = decide(task, anna, "related", relation="subsidiary")
    match(world)

    assert len(answered.released) == 2
    assert tasks() == []
    assert Verdict.objects.get().kind == "RELATED"


def test_a_task_that_somebody_decided_says_who_and_how(world: World, anna: Actor) -> None:
    task = asked(world)
    said = answer(task, "not_a_match")
    decide(task, anna)

    with pytest.raises(TaskMoved) as refused:
        decide_task(task_id=task.pk, answer=said, actor=world.engineer)

    assert (refused.value.by, refused.value.task_status) == ("Anna Kern", "DONE")
    assert "Anna Kern decided" in str(refused.value)
    assert Decision.objects.count() == 1


def test_a_task_that_asks_something_else_by_now_is_refused(world: World, anna: Actor) -> None:
    task = asked(world)
    said = answer(task)
    say(world, "SHOP", "C-1")
    match(world, full=False)

    with pytest.raises(TaskMoved, match="changed since you looked"):
        decide_task(task_id=task.pk, answer=said, actor=anna)

    assert not Decision.objects.exists()


def test_records_that_moved_are_named_with_what_changed(world: World, anna: Actor) -> None:
    task = asked(world)
    said = answer(task)
    say(world, "SAP", "2", industry="Steel")

    with pytest.raises(RecordsMoved) as refused:
        decide_task(task_id=task.pk, answer=said, actor=anna)

    assert refused.value.moved[0].paths == ["industry"]
    task.refresh_from_db()
    assert task.status == "OPEN"


def test_what_was_told_apart_is_merged_by_naming_the_verdict_and_a_reason(world: World, anna: Actor) -> None:
    decide(asked(world), anna, "not_a_match")
    say(world, "SAP", "2", phone="+49 711 3800471")
    match(world, full=False)
    (task,) = tasks()
    verdict = Verdict.objects.get()

    with pytest.raises(Distinguished) as refused:
        decide(task, anna)
    decide(task, anna, supersedes=[verdict.pk], reason="The register says so.")

    assert refused.value.verdicts == [verdict.pk]
    assert world.golden_of("SAP", "1") == world.golden_of("SAP", "2")


def test_who_may_not_decide_is_refused(world: World) -> None:
    task = asked(world)

    with pytest.raises(NotAllowed):
        decide(task, steward("view", "propose", name="Vera View"))
    with pytest.raises(NotFound):
        decide(task, steward("decide", name="Otto Other", domain="material"))

    assert tasks() == [task]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"verdict": "guess"}, "verdict"),
        ({"members": ["BP-999999"]}, "members"),
        ({"verdict": "split"}, "second"),
        ({"verdict": "related", "relation": "friend"}, "kind"),
        ({"survivor": "BP-999999"}, "members"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(world: World, anna: Actor, fields: dict[str, Any], field: str) -> None:
    task = asked(world)

    with pytest.raises(Invalid) as refused:
        decide(task, anna, **fields)

    assert refused.value.field == field
    assert tasks() == [task]


def test_one_member_alone_is_no_merge(world: World, anna: Actor) -> None:
    task = asked(world)

    with pytest.raises(Invalid):
        decide(task, anna, members=codes_of(task)[:1])

    assert tasks() == [task]


def test_what_is_held_by_compliance_is_merged_and_not_released(world: World, anna: Actor) -> None:
    task = asked(world)
    world.say("SAP", "2", values={"business_status": "sanctioned"})
    match(world, full=False)
    task.refresh_from_db()

    released = decide(task, anna).released

    assert released == []
    assert status(world, "SAP", "1") == "CANDIDATE"
    assert world.values_of(world.golden_of("SAP", "1"))["business_status"] == "sanctioned"


def test_what_waits_for_the_match_pass_is_not_released(world: World, anna: Actor) -> None:
    task = asked(world)
    say(world, "SAP", "2", language="de")

    assert decide(task, anna).released == []
    assert status(world, "SAP", "1") == "CANDIDATE"


def test_to_ask_lets_the_task_wait_with_its_question(world: World, anna: Actor) -> None:
    task = asked(world)

    answered = decide(task, anna, "ask", question="Is this your branch?", whom=world.engineer.pk)

    task.refresh_from_db()
    assert (answered.closed, answered.decision) == (False, None)
    assert (task.status, task.asked, task.asked_by, task.question) == (
        "WAITING",
        world.engineer,
        anna,
        "Is this your branch?",
    )


def test_later_puts_the_task_off_and_escalating_marks_it(world: World, anna: Actor) -> None:
    task = asked(world)
    until = database_now() + timedelta(hours=4)

    decide(task, anna, "later", until=until)
    decide(task, anna, "escalate", reason="Beyond me.")

    task.refresh_from_db()
    assert (task.status, task.snoozed_until) == ("OPEN", until)
    assert task.escalated_at is not None


@pytest.mark.parametrize(
    ("verdict", "fields"),
    [
        ("ask", {"question": " "}),
        ("ask", {"question": "x" * 1001}),
        ("ask", {"question": "?", "whom": 0}),
        ("later", {"until": timedelta(minutes=-1)}),
        ("later", {"until": timedelta(days=400)}),
    ],
)
def test_what_cannot_be_put_off_so_is_refused(world: World, anna: Actor, verdict: str, fields: dict[str, Any]) -> None:
    task = asked(world)
    if "until" in fields:
        fields = {"until": database_now() + fields["until"]}

    with pytest.raises(Invalid):
        decide(task, anna, verdict, **fields)

    assert tasks(snoozed_until__isnull=True, status="OPEN") == [task]


def test_the_third_skip_asks_for_a_reason(world: World, anna: Actor) -> None:
    task = asked(world)
    decide(task, anna, "skip")
    decide(task, anna, "skip")

    with pytest.raises(Invalid) as refused:
        decide(task, anna, "skip")
    decide(task, anna, "skip", reason="Cannot read Greek.")

    assert refused.value.field == "reason"
    assert TaskSkip.objects.get().times == 3
    assert tasks() == [task]


def broken(world: World) -> ReviewTask:
    """The task about a version that is unlike the one before."""
    say(world, "SAP", "1")
    match(world)
    world.say("SAP", "1", values=FERRUM)
    match(world)
    (task,) = tasks(reason="BROKEN")
    return task


def test_still_the_same_lets_the_waiting_version_count(world: World, anna: Actor) -> None:
    task = broken(world)
    golden = world.golden_of("SAP", "1")

    answered = decide(task, anna)

    assert world.golden_of("SAP", "1") == golden
    assert world.values_of(golden)["name"] == "Ferrum Antriebe AG"
    assert (answered.closed, answered.decision) == (True, None)
    assert tasks() == []
    assert task.finding is not None
    task.finding.refresh_from_db()
    assert task.finding.status == "CLOSED"


def test_another_one_now_begins_a_new_golden_record(world: World, anna: Actor) -> None:
    task = broken(world)
    before = world.golden_of("SAP", "1")

    decide(task, anna, "split")

    after = world.golden_of("SAP", "1")
    assert after != before
    assert world.values_of(after)["name"] == "Ferrum Antriebe AG"
    before.refresh_from_db()
    assert before.status == "RETIRED"
    assert CrosswalkEntry.objects.filter(golden=before, ended_at__isnull=False).exists()


def test_a_newer_version_came_in_between(world: World, anna: Actor) -> None:
    task = broken(world)
    world.say("SAP", "1", values=company("Kelvora Weine AG", vat="DE811128135"))

    with pytest.raises((Conflict, NotFound)):
        decide(task, anna)

    assert world.values_of(world.golden_of("SAP", "1"))["name"] == "Müller & Söhne GmbH"


def test_an_identifier_taken_for_reused_comes_back(world: World, anna: Actor) -> None:
    before = say(world, "SAP", "1")
    world.say("SAP", "1", deleted=True)
    world.say("SAP", "1", values=FERRUM)
    match(world)
    (task,) = tasks(reason="BROKEN")
    assert world.golden_of("SAP", "1") != before

    decide(task, anna)

    assert world.golden_of("SAP", "1") == before
    assert tasks() == []


def test_a_reused_identifier_that_is_confirmed_stays_where_it_leads(world: World, anna: Actor) -> None:
    before = say(world, "SAP", "1")
    world.say("SAP", "1", deleted=True)
    world.say("SAP", "1", values=FERRUM)
    match(world)
    (task,) = tasks(reason="BROKEN")

    decide(task, anna, "split")

    assert world.golden_of("SAP", "1") != before
    assert tasks() == []


def test_a_task_about_one_record_takes_no_other_answer(world: World, anna: Actor) -> None:
    task = broken(world)

    with pytest.raises(Invalid):
        decide(task, anna, "not_a_match")

    assert tasks() == [task]
