"""Several golden records become one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import pytest
from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.events.models import AuditEvent, OutboxMessage
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from mdm.matching.models import Decision, Verdict
from mdm.matching.plans.picks import Pick
from mdm.matching.refusals import Distinguished, RecordsMoved
from mdm.records.models import CrosswalkEntry, GoldenRecord, Pin
from mdm.records.next_versions import NextVersion
from mdm.records.queries.crosswalk import Question, resolve
from mdm.records.queries.rebuild import deviations
from tests.mdm.matching.desk import Desk, chain, check_deferred


def test_a_merge_moves_every_identifier_and_the_old_code_leads_on(desk: Desk) -> None:
    one, other = desk.party(1), desk.party("A-1", "SHOP", name="Nord Stahl", industry="steel")

    decision = desk.merge(one, other)

    check_deferred()
    assert desk.ids(one) == ["1", "A-1"]
    assert (desk.status(one), desk.status(other)) == ("CANDIDATE", "REDIRECTED")
    assert desk.values(one)["name"] == "Nord Stahl AG" and desk.values(one)["industry"] == "steel"
    (answer,) = resolve(actor=desk.world.engineer, questions=[Question("HUB", other.code)])
    assert (answer.status, answer.path) == ("redirected", [other.code, one.code])
    assert chain(desk.record(1), desk.record("A-1", "SHOP")) == ["SAME"]
    roles = decision.goldens.order_by("golden").values_list("role", "version_before", "version_after")
    assert list(roles) == [("SURVIVOR", 1, 2), ("JOINED", 1, 2)]
    assert deviations("party") == []


def test_without_a_survivor_a_released_record_stays_then_the_oldest(desk: Desk) -> None:
    first, second, third, fourth = (desk.party(number) for number in range(1, 5))
    desk.release(third)

    of_equals = desk.merge(first, second, survivor="", joined=[second.code, first.code])
    of_all = desk.merge(first, third, fourth, survivor="", joined=[fourth.code, first.code, third.code])

    assert of_equals.goldens.get(role="SURVIVOR").golden == first
    assert of_all.goldens.get(role="SURVIVOR").golden == third
    assert GoldenRecord.objects.filter(status="REDIRECTED").count() == 3


def test_a_released_record_does_not_vanish_into_one_that_is_not(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    desk.release(other)

    with pytest.raises(Invalid, match=f"{other.code} is released and {one.code} is not"):
        desk.merge(one, other)

    assert not Decision.objects.filter(kind="MERGE").exists()


def test_sending_a_decision_again_does_nothing_twice(desk: Desk) -> None:
    one, other, third, key = desk.party(1), desk.party(2), desk.party(3), uuid4()
    first = desk.again(key, one, other)

    again = desk.again(key, one, other)
    with pytest.raises(Conflict, match="another decision"):
        desk.apart(one, third, decision_id=key)

    assert again == first
    assert Decision.objects.count() == 1 and Verdict.objects.count() == 1


def test_a_decision_on_records_that_moved_is_refused_and_says_what_changed(desk: Desk) -> None:
    one, other, third = desk.party(1), desk.party(2), desk.party(3)
    seen = desk.seen(one, other, third)
    desk.party(1, industry="steel")
    desk.merge(third, other)

    with pytest.raises(RecordsMoved) as refused:
        desk.merge(one, other, versions=seen)

    said = {moved.code: moved for moved in refused.value.moved}
    assert (said[one.code].seen, said[one.code].now, said[one.code].paths) == (1, 2, ["industry"])
    assert (said[other.code].status, said[other.code].leads_to) == ("REDIRECTED", [third.code])
    assert desk.status(one) == "CANDIDATE" and Decision.objects.count() == 1


def test_every_record_must_have_been_seen(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)

    with pytest.raises(Invalid, match=f"version of {other.code}"):
        desk.merge(one, other, versions=desk.seen(one))

    assert desk.status(other) == "CANDIDATE"


def test_records_of_an_unknown_domain_do_not_exist_and_deciding_needs_the_right(desk: Desk) -> None:
    one, other, stranger = desk.party(1), desk.party(2), desk.world.stranger

    with pytest.raises(NotFound):
        desk.merge(one, other, actor=stranger)
    grant(subject=stranger, domain="party", action="view", actor=machine_actor())
    with pytest.raises(NotAllowed):
        desk.merge(one, other, actor=Actor.objects.get(pk=stranger.pk))

    assert not Decision.objects.exists()


def test_merging_across_a_verdict_must_name_it_with_a_reason(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    desk.apart(one, other)
    verdict = Verdict.objects.get()

    with pytest.raises(Distinguished) as refused:
        desk.merge(one, other, reason="she said so")
    with pytest.raises(Invalid, match="needs a reason"):
        desk.merge(one, other, supersedes=[verdict.pk])
    with pytest.raises(Distinguished, match="does not stand"):
        desk.merge(one, other, supersedes=[verdict.pk, verdict.pk + 100], reason="she said so")
    desk.merge(one, other, supersedes=[verdict.pk], reason="she said so")

    assert refused.value.verdicts == [verdict.pk]
    assert chain(desk.record(1), desk.record(2)) == ["DIFFERENT", "SAME"]


def test_a_rule_never_overrules_a_person(desk: Desk) -> None:
    one, other, third = desk.party(1), desk.party(2), desk.party(3)
    desk.apart(one, other)
    verdict = Verdict.objects.get()

    with pytest.raises(Distinguished, match="person"):
        desk.merge(one, other, actor=machine_actor(), supersedes=[verdict.pk], reason="sure")
    by_rule = desk.merge(one, third, actor=machine_actor())

    assert by_rule.verdicts.get().by == "RULE" and verdict.by == "PERSON"
    assert desk.status(other) == "CANDIDATE"


@pytest.mark.parametrize("kind", ["one_time", "dummy", "test"])
def test_records_that_stand_for_many_are_merged_for_a_reason_only(desk: Desk, kind: str) -> None:
    one, other = desk.party(1), desk.party(2, record_class=kind)

    with pytest.raises(Invalid, match=kind):
        desk.merge(one, other)
    desk.merge(one, other, reason="a double of the till")

    assert desk.status(other) == "REDIRECTED"


def test_the_stricter_business_status_is_taken_over_by_rule(desk: Desk) -> None:
    one, other = desk.party(1, business_status="active"), desk.party(2, business_status="blocked")

    desk.merge(one, other)
    assert desk.values(one)["business_status"] == "blocked" and not Pin.objects.exists()
    desk.party(2, business_status="active")

    assert desk.values(one)["business_status"] == "active"


def test_the_stricter_business_status_is_pinned_where_the_rule_would_lose_it(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2, business_status="sanctioned")
    picked = {"business_status": Pick("active", reason="a mistake")}

    with pytest.raises(Invalid, match="sanctioned"):
        desk.merge(one, other, picks=picked)
    desk.merge(one, desk.party(3), picks=picked)
    decision = desk.merge(one, other)

    assert desk.values(one)["business_status"] == "sanctioned"
    assert decision.effects["pins"] == [[Pin.objects.latest("pk").pk, 0], [0, Pin.objects.earliest("pk").pk]]
    desk.undo(decision)
    assert desk.values(one)["business_status"] == "active"


def test_picked_values_are_pinned_and_those_that_hold_anyway_are_not(desk: Desk) -> None:
    one, other = desk.party(1, language="de"), desk.party(2, language="fr", industry="steel")
    picks = {
        "language": Pick(source_record=desk.record(1)),
        "industry": Pick(source_record=desk.record(2)),
        "name": Pick("Nord Stahl SE", reason="per contract"),
    }

    desk.merge(one, other, picks=picks)

    assert desk.values(one) == {"name": "Nord Stahl SE", "language": "de", "industry": "steel"}
    assert sorted(Pin.objects.values_list("path", flat=True)) == ["language", "name"]


@pytest.mark.parametrize(
    ("pick", "message"),
    [
        ({"nonsense": Pick("x", reason="y")}, "nonsense"),
        ({"language": Pick("fr")}, "needs a reason"),
        ({"founded_on": Pick(source_record=1)}, "no value"),
    ],
)
def test_a_bad_pick_is_refused(desk: Desk, pick: dict[str, Pick], message: str) -> None:
    one, other = desk.party(1), desk.party(2)

    with pytest.raises(Invalid, match=message):
        desk.merge(one, other, picks=pick)

    assert not Pin.objects.exists() and not Decision.objects.exists()


def test_pins_count_where_their_record_leads(desk: Desk) -> None:
    from mdm.records.operations.pin import end_pin, pin_value

    one, other = desk.party(1, language="de"), desk.party(2, language="fr")
    pin = pin_value(golden_code=other.code, path="language", value="pl", reason="asked", actor=desk.world.engineer)

    decision = desk.merge(one, other)
    assert desk.values(one)["language"] == "pl" and deviations("party") == []
    end_pin(pin_id=pin.pk, actor=desk.world.engineer, reason="no longer")

    assert desk.values(one)["language"] == "fr"
    assert Pin.objects.get().golden == other
    desk.undo(decision)
    assert desk.values(other)["language"] == "fr"


def test_the_pair_that_was_shown_is_the_one_that_is_called_the_same(desk: Desk) -> None:
    one, other, third = desk.party(1), desk.party(2), desk.party(3)
    desk.merge(one, other)

    desk.merge(one, third, pairs=[(desk.record(3), desk.record(2))])
    with pytest.raises(Invalid, match="not of two records"):
        desk.merge(one, desk.party(4), pairs=[(desk.record(1), desk.record(2))])

    assert chain(desk.record(2), desk.record(3)) == ["SAME"] and chain(desk.record(1), desk.record(3)) == []


def test_records_may_be_released_with_the_decision(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)

    def all_of_them(versions: Sequence[NextVersion]) -> list[int]:
        return [version.golden for version in versions]

    decision = desk.merge(one, other, release=all_of_them)

    assert (desk.status(one), decision.effects["released"]) == ("ACTIVE", [one.pk])
    assert one.versions.count() == 2
    desk.undo(decision)
    assert (desk.status(one), desk.status(other)) == ("CANDIDATE", "CANDIDATE")


def test_others_are_told_of_released_records_only_and_once_per_act(desk: Desk) -> None:
    one, other, third, fourth = (desk.party(number) for number in range(1, 5))
    desk.merge(third, fourth)
    assert not OutboxMessage.objects.filter(type__startswith="golden.").exists()
    desk.release(one, other)
    last = OutboxMessage.objects.latest("pk").pk

    decision = desk.merge(one, other, third)

    message = OutboxMessage.objects.get(pk__gt=last)
    assert message.type == "golden.changed"
    assert message.detail == {
        "goldens": [one.pk, other.pk],
        "decision": str(decision.pk),
        "kind": "golden.merged",
        "event": decision.event_id,
    }
    assert AuditEvent.objects.get(pk=decision.event_id).detail["joined"] == [other.code, third.code]


def test_a_merge_that_fails_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = desk.party(1), desk.party(2)
    monkeypatch.setenv("TOUCHSTONE_FAULT", "matching.decided:raise:1")
    from mdm.kernel import faults

    faults.reset()
    with pytest.raises(faults.InjectedFault), transaction.atomic():
        desk.merge(one, other)

    assert not Decision.objects.exists() and desk.status(other) == "CANDIDATE"
    assert CrosswalkEntry.objects.count() == 2
