"""What is shown before a decision is what the decision does."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mdm.accounts.models import Actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.kernel.errors import NotFound
from mdm.matching.plans.picks import Pick
from mdm.matching.queries.decisions import decision_line, how_built, last_decisions
from mdm.matching.queries.preview import preview_merge, preview_split, preview_undo, preview_unmerge
from mdm.records.next_versions import NextVersion
from mdm.records.operations.pin import pin_value
from mdm.records.queries.golden import MASK
from mdm.records.queries.relationships import relationships_of
from tests.mdm.matching.desk import Desk
from tests.mdm.matching.previews import expect_done

STREET = "addresses[billing].street"


def test_a_merge_is_shown_as_it_will_be_with_winners_rules_and_runners_up(desk: Desk) -> None:
    one = desk.party(1, **{STREET: "Hafenstr. 1"})
    other = desk.party("A-1", "SHOP", industry="steel", **{STREET: "Hafenweg 1", "addresses[billing].city": "Kiel"})
    picks = {"name": Pick("Nord SE", reason="contract")}

    preview = preview_merge(actor=desk.world.engineer, survivor=one.code, joined=[other.code], picks=picks)
    decision = desk.merge(one, other, picks=picks)

    shown = {value.path: value for value in preview.goldens[0].values}
    assert (shown["name"].winner.pin, shown["name"].winner.value, shown["name"].changed) == (-1, "Nord SE", True)
    assert (shown[STREET].winner.system, shown[STREET].winner.rule) == ("SAP", "source_order")
    assert [(one.system, one.value) for one in shown[STREET].runners_up] == [("SHOP", "Hafenweg 1")]
    assert (shown["language"].changed, shown["industry"].changed) == (False, True)
    assert "addresses[billing].city" not in shown
    assert preview.leads == [(other.code, one.code)] and preview.pinned == ["name"]
    expect_done(preview, decision)


def test_a_preview_writes_nothing_and_locks_nothing(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)
    preview_merge(actor=desk.world.engineer, joined=[one.code, other.code])

    with CaptureQueriesContext(
        connection,
    ) as queries:
        preview_merge(actor=desk.world.engineer, joined=[one.code, other.code])

    said = " ".join(query["sql"].upper() for query in queries)
    assert not any(word in said for word in ("INSERT", "UPDATE", "NEXTVAL", "COPY", "FOR NO KEY"))
    assert len(queries) <= 30


def test_what_stands_against_a_merge_is_listed(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2, record_class="test")
    desk.apart(one, other)
    desk.release(other)

    preview = preview_merge(actor=desk.world.engineer, survivor=one.code, joined=[other.code])

    assert [(one.code, one.field) for one in preview.objections] == [
        ("invalid", "survivor"),
        ("invalid", "reason"),
        ("distinguished", "supersedes"),
    ]
    assert len(preview.objections[2].verdicts) == 1


def test_a_release_with_the_decision_is_shown(desk: Desk) -> None:
    one, other = desk.party(1), desk.party(2)

    def survivors(versions: Sequence[NextVersion]) -> list[int]:
        return [version.golden for version in versions if len(version.sources) > 1]

    preview = preview_merge(actor=desk.world.engineer, joined=[one.code, other.code], release=survivors)

    assert preview.released == [one.code] and preview.goldens[0].status_after == "ACTIVE"


def test_a_split_an_unmerge_and_an_undo_are_shown_as_they_will_be(desk: Desk) -> None:
    actor = desk.world.engineer
    one, two, three = desk.party(1), desk.party(2, industry="steel"), desk.party(3, language="fr")
    pin_value(golden_code=two.code, path="language", value="pl", reason="asked", actor=actor)
    merged = desk.merge(one, two, three)
    groups = [desk.external_ids("3")]

    shown = preview_split(actor=actor, golden=one.code, groups=groups)
    parted = desk.split(one, *groups)
    expect_done(shown, parted)
    shown = preview_unmerge(actor=actor, decision=merged.pk, joined=[two.code])
    out = desk.unmerge(merged, one, two)
    expect_done(shown, out)
    for decision in (out, parted, merged):
        shown = preview_undo(actor=actor, of=decision.pk)
        expect_done(shown, desk.undo(decision))

    assert (desk.ids(one), desk.ids(two), desk.ids(three)) == (["1"], ["2"], ["3"])


def test_personal_values_and_identifiers_of_unseen_systems_are_masked(desk: Desk) -> None:
    one, other = desk.party(1, given_name="Anna"), desk.party("A-1", "SHOP", given_name="Anne", industry="steel")
    clerk = desk.world.stranger
    grant(subject=clerk, domain="party", action="view", scope="system:SAP", actor=machine_actor())
    clerk = Actor.objects.get(pk=clerk.pk)

    preview = preview_merge(actor=clerk, survivor=one.code, joined=[other.code])

    shown = {value.path: value for value in preview.goldens[0].values}
    assert (shown["given_name"].winner.value, shown["given_name"].winner.masked) == (MASK, True)
    assert (shown["industry"].winner.value, shown["name"].winner.value) == (MASK, "Nord Stahl AG")
    assert preview.moves[0].identifier.value == MASK


def test_a_stranger_sees_no_preview_and_no_decision(desk: Desk) -> None:
    one, other, stranger = desk.party(1), desk.party(2), desk.world.stranger
    decision = desk.merge(one, other)

    with pytest.raises(NotFound):
        preview_merge(actor=stranger, joined=[one.code, other.code])
    with pytest.raises(NotFound):
        preview_undo(actor=stranger, of=decision.pk)
    with pytest.raises(NotFound):
        decision_line(actor=stranger, decision=decision.pk)
    with pytest.raises(NotFound):
        how_built(actor=stranger, code=one.code)

    assert last_decisions(actor=stranger) == []


def test_decisions_are_listed_with_what_can_be_undone_and_why_not(desk: Desk) -> None:
    actor = desk.world.engineer
    one, other, third = desk.party(1), desk.party(2), desk.party(3)
    first, second = desk.merge(one, other), desk.merge(one, third)

    newest, oldest = last_decisions(actor=actor, by=actor)
    about_other = last_decisions(actor=actor, golden=other.code)

    assert (newest.id, newest.why_not_undone, newest.by_me) == (second.pk, "", True)
    assert (oldest.id, oldest.goldens) == (first.pk, [(one.code, "SURVIVOR"), (other.code, "JOINED")])
    assert oldest.names == dict.fromkeys([one.code, other.code], "Nord Stahl AG")
    assert f"decided about {one.code} since" in oldest.why_not_undone
    assert [line.id for line in about_other] == [first.pk]
    assert last_decisions(actor=actor, domain="material") == []


def test_how_a_record_was_built_lists_the_merges_that_still_hold(desk: Desk) -> None:
    actor = desk.world.engineer
    one, two, three, four = (desk.party(number) for number in range(1, 5))
    first, second, third = desk.merge(two, three), desk.merge(one, two), desk.merge(one, four)
    desk.undo(third)

    steps = how_built(actor=actor, code=one.code)
    desk.unmerge(second, one)
    after = how_built(actor=actor, code=one.code)

    assert [(step.decision, step.survivor, step.still_joined) for step in steps] == [
        (first.pk, two.code, [three.code]),
        (second.pk, one.code, [two.code]),
    ]
    assert after == []


def test_relationships_are_read_through_successors(desk: Desk) -> None:
    actor = desk.world.engineer
    mother, daughter, double = desk.party(1), desk.party(2), desk.party(3)
    desk.relate(daughter, mother, "subsidiary")
    desk.merge(double, daughter)

    (up,) = relationships_of(actor=actor, code=double.code)
    (down,) = relationships_of(actor=actor, code=mother.code)

    assert (up.code, up.reads_from_other, up.words) == (mother.code, False, "is a subsidiary of")
    assert (down.code, down.reads_from_other) == (double.code, True)
    with pytest.raises(NotFound):
        relationships_of(actor=desk.world.stranger, code=mother.code)
