"""A match run whose worker dies: it goes on where it was, and finds what a clean run finds."""

from __future__ import annotations

import signal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from mdm.events.queries import verify
from mdm.matching.models import MatchPair, MatchRun, MatchState
from mdm.matching.operations import submit_match_run as submitting
from mdm.matching.operations.submit_match_run import submit_match_run
from mdm.stewardship.models import ReviewTask, TaskMember
from tests.mdm.records.world import World, build_world
from tests.mdm.stewardship.desk import company, match, publish_matching
from tests.tools.forked import Shell

COMPANIES = (
    "Müller & Söhne",
    "Nord Stahl",
    "Ferrum Antriebe",
    "Kelvora Weine",
    "Citadel Treuhand",
    "Primavis Werkzeuge",
)


@pytest.fixture
def world(transactional_db: None) -> World:
    world = build_world()
    publish_matching()
    for number, name in enumerate(COMPANIES):
        address = ("Industriestrasse", str(number), "70173", "Stuttgart")
        world.say("SAP", str(number), values=company(f"{name} GmbH", address=address))
        world.say(
            "SHOP", f"C-{number}", values=company(f"{name} Gmbh", address=address, phone=f"+49 711 380047{number}")
        )
    return world


def pairs() -> list[tuple[Any, ...]]:
    fields = ("left", "right", "score", "levels", "contributions", "evidence_hash", "gone_at")
    return list(MatchPair.objects.order_by("left", "right").values_list(*fields))


def asked() -> list[tuple[Any, ...]]:
    members = TaskMember.objects.filter(open=True).order_by("golden").values_list("golden", "position", "task__score")
    return list(members)


# Six chunks take in two records each, six compare a sixth of the blocks each, one ends what none found, one gathers,
# and one brings tasks up to date.
@pytest.mark.parametrize(
    "fault",
    ["jobs.before_apply:kill9:8", "jobs.in_apply:kill9:9", "jobs.before_commit:kill9:15", "jobs.after_commit:kill9:12"],
)
def test_a_killed_match_run_goes_on_and_finds_what_a_clean_one_finds(
    fault: str, world: World, manage: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    match(world)
    clean_pairs, clean_tasks = pairs(), asked()
    MatchPair.objects.all().delete()
    MatchState.objects.all().delete()
    TaskMember.objects.all().delete()
    ReviewTask.objects.all().delete()
    monkeypatch.setattr(submitting, "RECORDS_PER_SHARD", 2)
    run = submit_match_run(domain="party", actor=world.engineer)

    killed, _ = manage.start(fault=fault, JOB_LEASE_SECONDS=1).end()
    call_command("work", stdout=StringIO())

    assert killed == -signal.SIGKILL
    assert run is not None
    assert MatchRun.objects.get(pk=run.pk).status == "DONE"
    assert (pairs(), asked()) == (clean_pairs, clean_tasks)
    assert len(clean_tasks) == 2 * len(COMPANIES)
    assert MatchState.objects.count() == 2 * len(COMPANIES)
    assert verify() == []
