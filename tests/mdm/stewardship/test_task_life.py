"""What happens to a task besides its answer: leases, assignment, questions, comments, views, undo."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from mdm.accounts.models import Actor
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from mdm.matching.models import Verdict
from mdm.matching.refusals import NotUndoable
from mdm.records.models import GoldenRecord
from mdm.stewardship.answers import Answer
from mdm.stewardship.models import ReviewTask, SavedView
from mdm.stewardship.operations.add_comment import add_comment
from mdm.stewardship.operations.assign_task import answer_question, assign_task, wake_task
from mdm.stewardship.operations.decide_records import split_record, unmerge_records
from mdm.stewardship.operations.decide_task import decide_task
from mdm.stewardship.operations.lease_task import PREFETCH, give_back_task, lease_task
from mdm.stewardship.operations.save_view import remove_view, save_view
from mdm.stewardship.operations.undo_decision import undo_decision
from mdm.stewardship.queries.comments import comments_about
from mdm.stewardship.queries.item import item
from mdm.stewardship.queries.views import default_line, saved_views
from mdm.stewardship.refusals import TaskMoved
from tests.mdm.matching.desk import Desk
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import codes_of, company, lay_matching, match, steward, tasks

STUTTGART = ("Industriestrasse", "12", "70173", "Stuttgart")


@pytest.fixture(autouse=True)
def matched(world: World) -> None:
    lay_matching()


@pytest.fixture
def anna(world: World) -> Actor:
    return steward()


@pytest.fixture
def jonas(world: World) -> Actor:
    return steward(name="Jonas Peters")


def asked(world: World, count: int = 2) -> ReviewTask:
    for number in range(1, count + 1):
        said = company("Müller & Söhne GmbH", address=STUTTGART, vat="DE129273398")
        world.say("SAP", str(number), values=said)
    match(world)
    (task,) = tasks()
    return task


def decide(task: ReviewTask, actor: Actor, verdict: str = "merge", **fields: object) -> UUID:
    versions = dict(task.members.values_list("golden__code", "golden__version_number"))
    chosen: dict[str, object] = {"decision_id": uuid4(), "versions": versions}
    answered = decide_task(
        task_id=task.pk,
        answer=Answer(verdict=verdict, **chosen | fields),  # type: ignore[arg-type]
        actor=actor,
    )
    return answered.decision or uuid4()


def undo(actor: Actor, of: UUID) -> None:
    undo_decision(decision_id=uuid4(), of=of, actor=actor)


def statuses() -> set[str]:
    return set(GoldenRecord.objects.values_list("status", flat=True))


def test_who_looks_first_holds_the_lease_and_nobody_is_kept_out(world: World, anna: Actor, jonas: Actor) -> None:
    task = asked(world)

    mine, theirs = lease_task(task_id=task.pk, actor=anna), lease_task(task_id=task.pk, actor=jonas)
    decide(task, jonas)

    assert (mine.holder, mine.mine) == ("Anna Kern", True)
    assert (theirs.holder, theirs.mine) == ("Anna Kern", False)
    task.refresh_from_db()
    assert (task.status, task.lease_holder) == ("DONE", None)


def test_prefetching_never_shortens_a_lease_and_giving_back_ends_it(world: World, anna: Actor, jonas: Actor) -> None:
    task = asked(world)
    long = lease_task(task_id=task.pk, actor=anna)

    short = lease_task(task_id=task.pk, actor=anna, lasts=PREFETCH)
    give_back_task(task_id=task.pk, actor=jonas)
    still = item(actor=anna, task_id=task.pk).lease
    give_back_task(task_id=task.pk, actor=anna)

    assert short.until is not None and long.until is not None
    assert short.until >= long.until
    assert still.mine
    assert lease_task(task_id=task.pk, actor=jonas).mine


def test_a_lease_that_ran_out_is_anybodys(world: World, anna: Actor, jonas: Actor) -> None:
    task = asked(world)
    lease_task(task_id=task.pk, actor=anna)
    ReviewTask.objects.update(lease_until=database_now() - timedelta(seconds=1))

    assert lease_task(task_id=task.pk, actor=jonas).mine
    with pytest.raises(NotAllowed):
        lease_task(task_id=task.pk, actor=steward("view", name="Vera View"))


def test_a_task_is_assigned_to_who_may_decide(world: World, anna: Actor, jonas: Actor) -> None:
    task = asked(world)

    assign_task(task_id=task.pk, assignee=jonas, actor=anna)
    with pytest.raises(Invalid):
        assign_task(task_id=task.pk, assignee=steward("view", name="Vera View"), actor=anna)

    task.refresh_from_db()
    assert task.assignee == jonas
    decide(task, anna)
    with pytest.raises(TaskMoved):
        assign_task(task_id=task.pk, assignee=anna, actor=anna)


def test_an_answer_opens_the_task_again(world: World, anna: Actor, jonas: Actor) -> None:
    task = asked(world)
    decide(task, anna, "ask", question="Is it you?", whom=jonas.pk)

    answer_question(task_id=task.pk, text="Yes, our branch.", actor=jonas)

    shown = item(actor=anna, task_id=task.pk)
    assert (shown.status, [one.body for one in shown.comments]) == ("OPEN", ["Yes, our branch."])
    assert shown.question is not None and shown.question.whom == "Jonas Peters"
    assert shown.question.answered_at is not None
    with pytest.raises(Conflict):
        answer_question(task_id=task.pk, text="Again.", actor=jonas)


def test_a_task_put_off_is_woken(world: World, anna: Actor) -> None:
    task = asked(world)
    decide(task, anna, "later")
    decide(task, anna, "escalate")

    wake_task(task_id=task.pk, actor=anna)

    assert tasks(snoozed_until__isnull=True, escalated_at__isnull=True) == [task]


def test_comments_stand_below_what_they_are_about(world: World, anna: Actor) -> None:
    task = asked(world)
    code = codes_of(task)[0]

    add_comment(subject=f"task:{task.pk}", body=" Look at the register. ", actor=anna)
    about = add_comment(subject=f"golden:{code}", body="Called them.", actor=anna)

    assert [one.body for one in item(actor=anna, task_id=task.pk).comments] == ["Look at the register."]
    assert (about.domain_id, about.author) == ("party", anna)


@pytest.mark.parametrize(
    ("subject", "body", "refusal"),
    [
        ("task:0", "x", NotFound),
        ("task:999999999999999999999", "x", NotFound),
        ("golden:BP-999999", "x", NotFound),
        ("person:7", "x", NotFound),
        ("", "x", NotFound),
        (None, " ", Invalid),
        (None, "x" * 4001, Invalid),
    ],
)
def test_a_comment_on_nothing_or_of_nothing_is_refused(
    world: World, anna: Actor, subject: str | None, body: str, refusal: type[Exception]
) -> None:
    task = asked(world)

    with pytest.raises(refusal):
        add_comment(subject=f"task:{task.pk}" if subject is None else subject, body=body, actor=anna)

    assert item(actor=anna, task_id=task.pk).comments == []


def test_views_are_kept_by_name_for_oneself_and_for_the_team(world: World, anna: Actor, jonas: Actor) -> None:
    save_view(domain="party", name="Mine", line="score:>7 who:me", actor=anna, is_default=True)
    save_view(domain="party", name="Ours", line="value:>10k", actor=jonas, team=True, is_default=True)
    save_view(domain="party", name="Mine", line="score:>8", actor=anna)

    assert [(view.name, view.line, view.mine) for view in saved_views(actor=anna)] == [
        ("Mine", "score:8..", True),
        ("Ours", "value:10000..", False),
    ]
    assert [view.name for view in saved_views(actor=jonas)] == ["Ours"]
    assert default_line(actor=jonas, domain="party") == "value:10000.."
    assert default_line(actor=anna, domain="material") == "domain:material"


def test_a_view_is_replaced_as_the_default_and_removed_by_its_owner(world: World, anna: Actor, jonas: Actor) -> None:
    first = save_view(domain="party", name="A", line="", actor=anna, is_default=True)
    save_view(domain="party", name="B", line="who:me", actor=anna, is_default=True)

    with pytest.raises(NotFound):
        remove_view(view_id=first.pk, actor=jonas)
    remove_view(view_id=first.pk, actor=anna)

    assert [(view.name, view.is_default) for view in saved_views(actor=anna)] == [("B", True)]
    with pytest.raises(Invalid):
        save_view(domain="party", name=" ", line="", actor=anna)
    with pytest.raises(Invalid):
        save_view(domain="party", name="C", line="score:high", actor=anna)
    with pytest.raises(NotAllowed):
        save_view(domain="party", name="C", line="", actor=steward("view", name="Vera View"), team=True)
    assert SavedView.objects.count() == 1


def test_undo_opens_the_task_again_with_everything_it_had(world: World, anna: Actor) -> None:
    task = asked(world)
    assign_task(task_id=task.pk, assignee=anna, actor=anna)
    add_comment(subject=f"task:{task.pk}", body="Sure?", actor=anna)
    members = codes_of(task)

    undo(anna, decide(task, anna))

    (again,) = tasks()
    assert (again.pk, again.reason, again.assignee, again.decision) == (task.pk, "REOPENED", anna, None)
    assert codes_of(again) == members
    assert statuses() == {"CANDIDATE"}
    assert [one.body for one in item(actor=anna, task_id=task.pk).comments] == ["Sure?"]
    match(world)
    assert [one.pk for one in tasks()] == [task.pk]


def test_undo_of_half_a_merge_puts_the_whole_question_back(world: World, anna: Actor) -> None:
    task = asked(world, 3)
    first, second, _ = codes_of(task)
    decision = decide(task, anna, members=[first, second])
    (rest,) = tasks()

    undo(anna, decision)

    (again,) = tasks()
    assert (again.pk, again.member_count) == (task.pk, 3)
    assert ReviewTask.objects.get(pk=rest.pk).status == "GONE"


def test_undo_of_no_match_withdraws_it_and_takes_the_release_back(world: World, anna: Actor) -> None:
    task = asked(world)
    decision = decide(task, anna, "not_a_match")
    assert statuses() == {"ACTIVE"}

    undo(anna, decision)

    assert statuses() == {"CANDIDATE"}
    assert [one.pk for one in tasks()] == [task.pk]
    assert Verdict.objects.get(superseded_by__isnull=True).kind == "WITHDRAWN"


def test_an_undone_task_is_decided_again(world: World, anna: Actor) -> None:
    task = asked(world)
    undo(anna, decide(task, anna, "not_a_match"))
    task.refresh_from_db()

    decide(task, anna)

    assert tasks() == []
    assert statuses() == {"ACTIVE", "REDIRECTED"}


def test_what_was_undone_is_not_undone_twice(world: World, anna: Actor) -> None:
    decision = decide(asked(world), anna)
    undo(anna, decision)

    with pytest.raises(NotUndoable):
        undo(anna, decision)

    assert len(tasks()) == 1


def test_what_an_unmerge_takes_out_is_not_asked_about_again(world: World, anna: Actor) -> None:
    decision = decide(asked(world), anna)
    survivor = world.golden_of("SAP", "1")

    unmerge_records(
        decision_id=uuid4(), decision=decision, versions={survivor.code: survivor.version_number}, actor=anna
    )
    match(world)

    assert tasks() == []
    assert world.golden_of("SAP", "1") != world.golden_of("SAP", "2")


def test_what_is_split_off_asks_about_what_it_is_alike_to(world: World, anna: Actor) -> None:
    decide(asked(world), anna)
    said = company("Müller & Söhne GmbH", address=STUTTGART, vat="DE129273398")
    world.say("SHOP", "C-1", values=said)
    match(world, full=False)
    (task,) = tasks()
    decide(task, anna, "not_a_match")
    assert tasks() == []
    golden = world.golden_of("SAP", "1")
    entry = golden.entries.get(external_id__value="2", ended_at__isnull=True)

    split_record(
        decision_id=uuid4(),
        golden=golden.code,
        groups=[[entry.external_id_id]],
        versions={golden.code: golden.version_number},
        actor=anna,
    )

    assert tasks() == []
    assert world.golden_of("SAP", "2").status == "ACTIVE"


def test_comments_follow_a_record_into_the_one_that_joined_it_and_back_again(world: World, anna: Actor) -> None:
    desk = Desk(world)
    world.say("SAP", "1", values=company("Alpha Handel GmbH"))
    world.say("SAP", "2", values=company("Alfa Handel GmbH"))
    stays, joins = world.golden_of("SAP", "1"), world.golden_of("SAP", "2")
    add_comment(subject=f"golden:{joins.code}", body="Moved to Ulm.", actor=anna)

    merge = desk.merge(stays, joins)
    after = comments_about(actor=anna, subject=f"golden:{stays.code}")
    stranger = comments_about(actor=steward("view", domain="material", name="Max"), subject=f"golden:{stays.code}")
    desk.undo(merge)

    assert [(one.body, one.of) for one in after] == [("Moved to Ulm.", joins.code)]
    assert stranger == []
    assert comments_about(actor=anna, subject=f"golden:{stays.code}") == []
    assert [one.of for one in comments_about(actor=anna, subject=f"golden:{joins.code}")] == [""]
