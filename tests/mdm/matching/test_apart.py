"""Records that are not the same, that are related, or that are several."""

from __future__ import annotations

import pytest

from mdm.accounts.queries import machine_actor
from mdm.kernel.errors import Conflict, Invalid
from mdm.matching.models import Decision, Verdict
from mdm.matching.refusals import Distinguished, RecordsMoved
from mdm.records.models import GoldenRecord, Relationship
from mdm.records.queries.crosswalk import Question, resolve
from mdm.records.queries.rebuild import deviations
from tests.mdm.matching.desk import Desk, chain, check_deferred


def test_groups_are_told_apart_on_every_pair_across_and_on_none_within(desk: Desk) -> None:
    one, two, three = (desk.party(number) for number in (1, 2, 3))

    decision = desk.apart(groups=[[one.code, two.code], [three.code]], versions=desk.seen(one, two, three))

    records = [desk.record(number) for number in (1, 2, 3)]
    assert chain(records[0], records[2]) == chain(records[1], records[2]) == ["DIFFERENT"]
    assert chain(records[0], records[1]) == []
    versions = decision.goldens.values_list("role", "version_before", "version_after")
    assert set(versions) == {("SUBJECT", 1, 1)}


def test_what_is_told_apart_on_the_same_evidence_already_keeps_its_verdict(desk: Desk) -> None:
    one, two = desk.party(1), desk.party(2)
    desk.apart(one, two)

    desk.apart(one, two)
    desk.apart(one, two, evidence_hash="a" * 64)

    assert chain(desk.record(1), desk.record(2)) == ["DIFFERENT", "DIFFERENT"]


def test_a_rule_does_not_part_what_a_person_called_the_same(desk: Desk) -> None:
    one, two = desk.party(1), desk.party(2)
    desk.merge(one, two)

    with pytest.raises(Distinguished, match="same"):
        desk.split(one, desk.external_ids("2"), actor=machine_actor())

    assert Decision.objects.count() == 1 and desk.ids(one) == ["1", "2"]


@pytest.mark.parametrize("groups", [[["A"]], [["A"], []], [["A"], ["A"]]])
def test_groups_that_part_nothing_are_refused(desk: Desk, groups: list[list[str]]) -> None:
    one = desk.party(1)

    with pytest.raises(Invalid):
        desk.apart(one, groups=[[one.code for _ in group] for group in groups])

    assert not Decision.objects.exists()


def test_related_records_stay_two_and_are_not_the_same(desk: Desk) -> None:
    mother, daughter = desk.party(1), desk.party(2)

    decision = desk.relate(daughter, mother, "subsidiary")
    with pytest.raises(Conflict, match="already"):
        desk.relate(daughter, mother, "subsidiary")
    with pytest.raises(Distinguished):
        desk.merge(mother, daughter)

    assert Relationship.objects.get(ended_at=None).left == daughter
    assert chain(desk.record(1), desk.record(2)) == ["RELATED"]
    desk.undo(decision)
    assert not Relationship.objects.filter(ended_at=None).exists()
    assert chain(desk.record(1), desk.record(2)) == ["RELATED", "WITHDRAWN"]


def test_an_unknown_kind_of_relationship_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid, match="cousin"):
        desk.relate(desk.party(1), desk.party(2), "cousin")

    assert not Relationship.objects.exists()


def test_a_split_makes_new_records_and_the_old_code_keeps_the_rest(desk: Desk) -> None:
    one, two, three = desk.party(1), desk.party(2, industry="steel"), desk.party(3)
    desk.merge(one, two, three)

    decision = desk.split(one, desk.external_ids("2"))

    check_deferred()
    new = decision.goldens.get(role="NEW").golden
    assert (desk.ids(one), desk.ids(new)) == (["1", "3"], ["2"])
    assert desk.values(new)["industry"] == "steel" and "industry" not in desk.values(one)
    assert (new.status, new.version_number, new.crosswalk_revision) == ("CANDIDATE", 1, 1)
    assert chain(desk.record(1), desk.record(2)) == ["SAME", "DIFFERENT"]
    assert chain(desk.record(2), desk.record(3)) == ["DIFFERENT"] and deviations("party") == []
    desk.undo(decision)
    check_deferred()
    assert desk.ids(one) == ["1", "2", "3"] and desk.status(new) == "REDIRECTED"
    assert chain(desk.record(1), desk.record(2)) == ["SAME", "DIFFERENT", "SAME"]


def test_a_code_that_keeps_nothing_answers_split_and_names_where_it_went(desk: Desk) -> None:
    one, two = desk.party(1), desk.party(2)
    desk.release(one)
    desk.merge(one, two)

    decision = desk.split(one, desk.external_ids("1"), desk.external_ids("2"))

    check_deferred()
    (answer,) = resolve(actor=desk.world.engineer, questions=[Question("HUB", one.code)])
    new = GoldenRecord.objects.filter(decisions__decision=decision, decisions__role="NEW")
    assert (answer.status, [golden.code for golden in answer.successors]) == ("split", sorted(g.code for g in new))
    desk.undo(decision)
    check_deferred()
    assert (desk.status(one), desk.ids(one)) == ("ACTIVE", ["1", "2"])
    (answer,) = resolve(actor=desk.world.engineer, questions=[Question("HUB", new[0].code)])
    assert answer.path == [new[0].code, one.code]


def test_a_split_that_moves_everything_or_the_wrong_thing_is_refused(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)

    bad: list[list[list[int]]] = [[desk.external_ids("1")], [[]], [desk.external_ids("1"), desk.external_ids("1")]]
    for groups in bad:
        with pytest.raises(Invalid):
            desk.split(one, *groups)
    with pytest.raises(Conflict, match="does not lead"):
        desk.split(one, desk.external_ids("2"))

    assert desk.status(other) == "CANDIDATE" and not Decision.objects.exists()


def test_a_release_is_a_decision_that_can_be_undone(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    decision = desk.release(one, other)

    with pytest.raises(Conflict, match="released already"):
        desk.release(one)
    desk.undo(decision)

    assert (desk.status(one), desk.status(other)) == ("CANDIDATE", "CANDIDATE")
    assert GoldenRecord.objects.filter(released_at=None).count() == 0


def test_nothing_is_said_of_records_without_values(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    Verdict.objects.all()
    from mdm.records.operations.link_ids import LinkRow, link_ids

    left, right = desk.world.id_type("SAP"), desk.world.id_type("CRM")
    link_ids(left=left, right=right, rows=[LinkRow("77", "0015g00000abcdeAAA")], actor=desk.world.engineer)
    bare = desk.world.golden_of("SAP", "77")

    with pytest.raises(Invalid, match="Nothing is known"):
        desk.apart(one, bare)
    desk.merge(other, bare)

    assert desk.ids(other) == ["0015g00000abcdeAAA", "2", "77"] and not Verdict.objects.exists()


def test_deciding_about_a_record_that_is_gone_says_where_it_leads(desk: Desk) -> None:
    one, other, third = desk.party(1), desk.party(2), desk.party(3)
    desk.merge(one, other)

    with pytest.raises(RecordsMoved) as refused:
        desk.apart(other, third)

    assert refused.value.moved[0].leads_to == [one.code]
