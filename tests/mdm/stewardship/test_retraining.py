"""Weights learned from verdicts: what a person reads before they count, who may ask, and what is never counted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mdm.governance.models import RuleSet
from mdm.governance.queries import active_rules
from mdm.jobs.models import Job
from mdm.jobs.operations.cancel import cancel
from mdm.jobs.operations.run_next import run_next
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from mdm.matching.models import MatchPair, Retraining
from mdm.matching.operations.publish_retraining import publish_retraining
from mdm.matching.operations.submit_retraining import submit_retraining
from mdm.matching.queries.due import anything_due, matching_of
from mdm.matching.queries.retrainings import moved_pairs, retraining_of
from mdm.matching.queries.taught import taught_in, verdicts_standing
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import company, publish_matching, steward, verdict
from tests.mdm.stewardship.taught import NEIGHBOURS, TWINS, lay_verdicts, record


@pytest.fixture(autouse=True)
def _decided(world: World) -> None:
    lay_verdicts()


def learn(world: World) -> Retraining:
    """Learn, in this process, to the end."""
    asked = submit_retraining(domain="party", actor=world.engineer, reason="Neighbours confuse it")
    return carried_out(world, asked)


def carried_out(world: World, asked: Retraining) -> Retraining:
    while run_next(job_id=asked.job):
        pass
    return retraining_of(actor=world.engineer, retraining=asked.pk)


def job_of(asked: Retraining) -> Job:
    return Job.objects.get(pk=str(asked.job))


def told(found: Retraining) -> dict[str, Any]:
    """The report, which is there."""
    assert found.report is not None
    report: dict[str, Any] = found.report
    return report


def publish(world: World, found: Retraining, review: str = "-2", auto: str = "14") -> RuleSet:
    return publish_retraining(retraining=found.pk, review=Decimal(review), auto=Decimal(auto), actor=world.engineer)


def test_what_verdicts_teach_is_a_report_and_a_draft_and_changes_nothing(world: World) -> None:
    before = active_rules("party")

    found = learn(world)

    report = told(found)
    assert (found.status, found.draft and found.draft.status) == ("DONE", "DRAFT")
    assert report["verdicts"] == {"same": len(TWINS), "different": len(NEIGHBOURS), "decisions": 23, "left_out": 0}
    assert report["before"]["different_shown"] == len(NEIGHBOURS) and report["after"]["different_shown"] == 0
    assert report["before"]["same_shown"] == report["after"]["same_shown"] == len(TWINS)
    assert report["better"] and report["after"]["loss"] < 0.1 < report["before"]["loss"]
    assert (report["came"], report["went"]) == (0, len(NEIGHBOURS))
    assert active_rules("party") == before


def test_the_report_names_no_value_and_shows_pairs_only_to_those_who_may_view_them(world: World) -> None:
    found = learn(world)

    lines = told(found)["went_first"]
    seen = moved_pairs(actor=world.engineer, lines=lines)
    assert {pair.left.name for pair in seen} | {pair.right.name for pair in seen} <= {
        name for both in NEIGHBOURS for name in both
    }
    assert len(seen) == 10 and all(pair.after < -2 <= pair.before for pair in seen)
    assert moved_pairs(actor=steward("view", domain="material"), lines=lines) == []
    asked = {tuple(line[:2]) for line in told(found)["telling"]}
    assert asked and not asked & set(MatchPair.objects.values_list("left_id", "right_id"))
    assert not any(name in str(found.report) for both in (*NEIGHBOURS, TWINS) for name in both)


def test_a_person_puts_the_weights_in_force_with_thresholds_of_their_choice(world: World) -> None:
    found = learn(world)
    drafted = found.draft

    published = publish(world, found, review="1.5", auto="6")

    found.refresh_from_db()
    assert found.draft == published != drafted
    matching = matching_of("party")
    assert matching is not None and matching.rule_set == published.pk
    assert (matching.model.thresholds.review, matching.model.thresholds.auto) == (1.5, 6.0)
    assert anything_due("party", published.pk)
    with pytest.raises(Conflict, match="active already"):
        publish(world, found, review="2", auto="6")


def test_verdicts_that_made_the_weights_in_force_do_not_judge_their_successors(world: World) -> None:
    published = publish(world, learn(world))

    again = learn(world)

    assert (again.status, again.draft, again.rule_set) == ("DONE", None, published)
    assert told(again)["tried"] == {"same": 0, "different": 0}
    assert not told(again)["better"]
    with pytest.raises(Conflict, match="no learned weights"):
        publish(world, again)
    publish_matching(prior=-12)
    assert told(learn(world))["tried"] == {"same": 0, "different": 0}, "changed by hand, they may still be made of them"


def test_rules_published_meanwhile_are_not_overwritten(world: World) -> None:
    learned = learn(world)
    waiting = submit_retraining(domain="party", actor=world.engineer)
    publish_matching(prior=-12)

    ended = carried_out(world, waiting)

    assert (ended.status, ended.draft, ended.report) == ("FAILED", None, None)
    assert "Another rule set was published" in job_of(ended).error
    with pytest.raises(Conflict, match="was published since"):
        publish(world, learned)


def test_only_who_may_publish_learns_one_at_a_time_and_may_cancel(world: World) -> None:
    with pytest.raises(NotAllowed):
        submit_retraining(domain="party", actor=steward("view", "operate", "decide"))
    asked = submit_retraining(domain="party", actor=world.engineer)
    with pytest.raises(Conflict, match="being learned already"):
        submit_retraining(domain="party", actor=world.engineer)
    with pytest.raises(NotFound):
        retraining_of(actor=steward("view", "publish", name="Ola Nordmann", domain="material"), retraining=asked.pk)

    cancel(job_id=job_of(asked).pk, actor=world.engineer)

    ended = retraining_of(actor=world.engineer, retraining=asked.pk)
    assert (ended.status, ended.report, ended.draft) == ("CANCELLED", None, None)


def test_a_verdict_counts_by_what_its_records_said_when_it_was_given(world: World) -> None:
    matching = matching_of("party")
    assert matching is not None
    world.say("SAP", "100", values=company(f"{TWINS[0]} Europa SE", address=("Weg", "1", "10115", "Berlin")))
    world.say("SAP", "101", deleted=True)
    strange = MatchPair.objects.get(left=record("102"), right=record("T-2"))
    verdict(world, "SAME", pair=strange, evidence="f" * 64)

    taught = taught_in("party", matching.model)

    rows = dict(zip(taught.table.ids, taught.table.columns["name"], strict=True))
    assert rows[f"{record('100').pk}/1"] == f"{TWINS[0]} GmbH"
    assert (taught.left_out, len(taught.labels.left)) == (1, len(TWINS) + len(NEIGHBOURS) - 1)
    assert f"{record('102').pk}" not in rows


def test_what_was_taken_back_or_said_by_a_rule_teaches_nothing_and_few_are_too_few(world: World) -> None:
    pairs = list(MatchPair.objects.order_by("pk"))
    for pair in pairs[:3]:
        verdict(world, "WITHDRAWN", pair=pair)
    verdict(world, "SAME", pair=pairs[3], by="RULE")

    left = verdicts_standing("party")

    assert sum(left) == len(pairs) - 4 < 20
    with pytest.raises(Invalid, match="20 pairs on"):
        submit_retraining(domain="party", actor=world.engineer)
    assert not Retraining.objects.exists()
