"""Taking records out of another again, and taking decisions back."""

from __future__ import annotations

from uuid import uuid4

import pytest

from mdm.accounts.models import Actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.events.models import OutboxMessage
from mdm.kernel.clock import database_now
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from mdm.matching.models import Decision
from mdm.matching.plans.picks import Pick
from mdm.matching.refusals import NotUndoable, RecordsMoved
from mdm.records.models import Pin
from mdm.records.operations.erase import erase_values
from mdm.records.operations.pin import pin_value
from mdm.records.queries.crosswalk import Question, resolve
from mdm.records.queries.rebuild import deviations
from tests.mdm.matching.desk import Desk, chain, check_deferred
from tests.mdm.matching.state import state


def test_undoing_a_merge_leaves_everything_as_it_was(desk: Desk) -> None:
    one, other = desk.party(1, language="de"), desk.party(2, language="fr", business_status="blocked")
    pin_value(golden_code=one.code, path="name", value="Nord", reason="asked", actor=desk.world.engineer)
    desk.release(other)
    before = state()

    decision = desk.merge(other, one, picks={"name": Pick("Nord SE", reason="contract")})
    assert state() != before
    undone = desk.undo(decision)

    check_deferred()
    assert state() == before
    decision.refresh_from_db()
    assert decision.undone_by == undone and undone.of == decision
    assert chain(desk.record(1), desk.record(2)) == ["SAME", "WITHDRAWN"] and deviations("party") == []


def test_undoing_restores_the_verdict_that_was_overruled_and_the_pin_that_was_replaced(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    desk.apart(one, other, evidence_hash="b" * 64)
    (verdict,) = Decision.objects.get().verdicts.all()
    pin_value(golden_code=one.code, path="name", value="Nord", reason="asked", actor=desk.world.engineer)
    before = state()

    picks = {"name": Pick("Nord SE", reason="contract")}
    decision = desk.merge(one, other, picks=picks, supersedes=[verdict.pk], reason="sure")
    desk.undo(decision)

    assert state() == before
    assert chain(desk.record(1), desk.record(2)) == ["DIFFERENT", "SAME", "DIFFERENT"]
    assert Pin.objects.filter(ended_at=None).get().reason == "asked"


def test_undo_is_refused_while_another_decision_stands_on_its_records(desk: Desk) -> None:
    one, other, third = desk.party(1), desk.party(2), desk.party(3)
    first = desk.merge(one, other)
    second = desk.merge(one, third)

    with pytest.raises(NotUndoable, match=f"decided about {one.code} since") as refused:
        desk.undo(first)
    desk.undo(second)
    desk.undo(first)
    with pytest.raises(NotUndoable, match="already"):
        desk.undo(first)

    assert refused.value.by == [str(second.pk)]
    assert (desk.ids(one), desk.ids(other), desk.ids(third)) == (["1"], ["2"], ["3"])


def test_an_undo_is_not_undone_and_a_release_since_does_not_stand_in_the_way(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    decision = desk.merge(one, other)
    desk.release(one)

    undone = desk.undo(decision)
    with pytest.raises(NotUndoable, match="not undone"):
        desk.undo(undone)

    assert (desk.status(one), desk.status(other)) == ("ACTIVE", "CANDIDATE")


def test_undoing_twice_with_one_id_is_one_undo(desk: Desk) -> None:
    one, other, key = desk.party(1), desk.party(2), uuid4()
    decision = desk.merge(one, other)

    assert desk.undo(decision, decision_id=key) == desk.undo(decision, decision_id=key)
    assert Decision.objects.filter(kind="UNDO").count() == 1


def test_undoing_needs_the_right_and_tells_a_stranger_nothing(desk: Desk) -> None:
    decision, stranger = desk.merge(desk.party(1), desk.party(2)), desk.world.stranger

    with pytest.raises(NotFound):
        desk.undo(decision, actor=stranger)
    grant(subject=stranger, domain="party", action="view", actor=machine_actor())
    with pytest.raises(NotAllowed):
        desk.undo(decision, actor=Actor.objects.get(pk=stranger.pk))

    assert not Decision.objects.filter(kind="UNDO").exists()


def test_what_was_deleted_since_comes_back_where_it_was_before_the_merge(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    decision = desk.merge(one, other)
    desk.world.say("SAP", "2", deleted=True)

    undone = desk.undo(decision)
    check_deferred()
    assert (desk.status(one), desk.status(other)) == ("CANDIDATE", "RETIRED")
    assert undone.effects["left"] == [[desk_external_id("2"), "ended"]]
    desk.world.say("SAP", "2", values={"name": "Nord Stahl AG", "language": "de"})

    assert desk.ids(other) == ["2"] and desk.ids(one) == ["1"]


def desk_external_id(value: str) -> int:
    from mdm.records.models import ExternalId

    return ExternalId.objects.get(value=value).pk


def test_what_came_to_the_survivor_since_stays_with_it(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    decision = desk.merge(one, other)
    desk.party(1, industry="steel")
    pin_value(golden_code=one.code, path="language", value="pl", reason="asked", actor=desk.world.engineer)

    desk.undo(decision)

    assert desk.values(one)["industry"] == "steel" and desk.values(one)["language"] == "pl"
    assert desk.values(other)["language"] == "de"


def test_a_pin_made_since_on_the_path_of_a_pick_outlives_the_undo(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    pin_value(golden_code=one.code, path="name", value="First", reason="asked", actor=desk.world.engineer)
    decision = desk.merge(one, other, picks={"name": Pick("Second", reason="contract")})
    pin_value(golden_code=one.code, path="name", value="Third", reason="asked again", actor=desk.world.engineer)

    desk.undo(decision)

    assert desk.values(one)["name"] == "Third"


def test_an_erased_pin_is_not_made_again(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    pin_value(golden_code=one.code, path="name", value="Anna", reason="asked", actor=desk.world.engineer)
    decision = desk.merge(one, other, picks={"name": Pick("Anna K", reason="contract")})
    erase_values(golden_code=one.code, actor=desk.world.engineer, reason="request 17")

    desk.undo(decision)

    assert not Pin.objects.filter(ended_at=None).exists()
    assert "name" not in desk.values(one) and "name" not in desk.values(other)


def test_erasing_the_survivor_erases_what_redirects_to_it(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    pin_value(golden_code=other.code, path="name", value="Anna", reason="asked", actor=desk.world.engineer)
    desk.merge(one, other)

    erase_values(golden_code=one.code, actor=desk.world.engineer, reason="request 17")

    assert not Pin.objects.exclude(value=None).exists()
    assert not [v for g in (one, other) for v in g.versions.values_list("values", flat=True) if v]


def test_unmerging_moves_back_exactly_what_the_merge_moved_and_tells_apart(desk: Desk) -> None:
    one, other, third = desk.party(1), desk.party(2, industry="steel"), desk.party(3)
    desk.release(other)
    desk.release(one)
    decision = desk.merge(one, other)
    desk.merge(one, third)

    out = desk.unmerge(decision, one, other)

    check_deferred()
    assert (desk.ids(one), desk.ids(other), desk.status(other)) == (["1", "3"], ["2"], "ACTIVE")
    assert desk.values(other)["industry"] == "steel" and deviations("party") == []
    assert chain(desk.record(1), desk.record(2)) == ["SAME", "DIFFERENT"]
    assert chain(desk.record(2), desk.record(3)) == ["DIFFERENT"]
    assert OutboxMessage.objects.latest("pk").detail["decision"] == str(out.pk)
    with pytest.raises(Conflict, match="taken out already"):
        desk.unmerge(decision, one)


def test_unmerging_works_after_the_survivor_was_merged_itself(desk: Desk) -> None:
    one, other, third = desk.party(1), desk.party(2), desk.party(3)
    decision = desk.merge(one, other)
    desk.merge(third, one)
    (before,) = resolve(actor=desk.world.engineer, questions=[Question("HUB", other.code)])
    moment = database_now()

    desk.unmerge(decision, third)

    check_deferred()
    assert (desk.ids(third), desk.ids(other), desk.status(one)) == (["1", "3"], ["2"], "REDIRECTED")
    assert before.path == [other.code, one.code, third.code]
    now, then = (
        resolve(actor=desk.world.engineer, questions=[Question("HUB", other.code)], as_of=at)[0]
        for at in (None, moment)
    )
    assert (now.path, then.path) == ([other.code], before.path)


def test_undoing_an_unmerge_makes_one_of_them_again_even_after_later_merges(desk: Desk) -> None:
    one, other, third = desk.party(1), desk.party(2), desk.party(3)
    decision = desk.merge(one, other)
    desk.merge(third, one)
    before = state()
    out = desk.unmerge(decision, third)
    desk.world.say("CRM", "0015g00000abcdeAAA", values={"name": "Nord Stahl AG"})
    fresh = desk.world.golden_of("CRM", "0015g00000abcdeAAA")
    joined_since = desk.merge(other, fresh)
    desk.undo(joined_since)

    desk.undo(out)

    check_deferred()
    assert desk.ids(third) == ["1", "2", "3"]
    assert {key: said for key, said in state().items() if key in before} == before
    again = desk.unmerge(decision, third)
    assert again.of == decision and desk.ids(other) == ["2"]


def test_one_of_several_joined_records_is_taken_out(desk: Desk) -> None:
    one, other, third = desk.party(1), desk.party(2), desk.party(3)
    decision = desk.merge(one, other, third)

    desk.unmerge(decision, one, third)
    with pytest.raises(Invalid, match="did not join"):
        desk.unmerge(decision, one, desk.party(4))
    desk.unmerge(decision, one)

    assert (desk.ids(one), desk.ids(other), desk.ids(third)) == (["1"], ["2"], ["3"])


def test_unmerging_is_bound_to_the_version_that_was_seen(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    decision = desk.merge(one, other)
    seen = desk.seen(one)
    desk.party(1, industry="steel")

    with pytest.raises(RecordsMoved):
        desk.unmerge(decision, one, versions=seen)

    assert desk.ids(one) == ["1", "2"]


def test_what_is_not_there_any_more_is_listed_and_nothing_left_is_refused(desk: Desk) -> None:
    one = desk.party(1)
    desk.party(2)
    two = desk.party("0015g00000abcdeAAA", "CRM")
    other = desk.world.golden_of("SAP", "2")
    desk.merge(other, two)
    decision = desk.merge(one, other)
    desk.split(one, desk.external_ids("2"))

    out = desk.unmerge(decision, one)
    again = desk.merge(one, other, supersedes=[h.pk for h in out.verdicts.all()], reason="after all")
    desk.split(one, desk.external_ids("0015g00000abcdeAAA"))

    assert out.effects["left"] == [[desk_external_id("2"), "elsewhere"]]
    with pytest.raises(Conflict, match="No identifier"):
        desk.unmerge(again, one)


def test_a_merge_that_was_undone_is_not_unmerged(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    decision = desk.merge(one, other)
    desk.undo(decision)

    with pytest.raises(Conflict, match="undone"):
        desk.unmerge(decision, one)

    assert desk.status(other) == "CANDIDATE"


def test_taking_out_of_a_record_that_was_merged_meanwhile_says_so(desk: Desk) -> None:
    one, other, third = desk.party(1), desk.party(2), desk.party(3)
    decision = desk.merge(one, other)
    seen = desk.seen(one)
    desk.merge(third, one)

    with pytest.raises(RecordsMoved) as refused:
        desk.unmerge(decision, third, versions=seen)
    with pytest.raises(Invalid, match=f"version of {third.code}"):
        desk.unmerge(decision, third, versions={})

    assert refused.value.moved[0].leads_to == [third.code]


def test_undoing_the_release_of_a_record_that_an_undo_led_elsewhere_leaves_it_there(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    desk.merge(one, other)
    parted = desk.split(one, desk.external_ids("2"))
    new = parted.goldens.get(role="NEW").golden
    released = desk.release(new, one)
    desk.undo(parted)

    desk.undo(released)

    check_deferred()
    assert (desk.status(new), desk.status(one)) == ("REDIRECTED", "CANDIDATE")
