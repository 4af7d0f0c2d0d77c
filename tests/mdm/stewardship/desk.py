"""A world whose parties are matched by the demo's rules, and how its match runs are carried out."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import yaml

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.events.operations.record import EventDraft, record
from mdm.governance.operations.publish_rules import publish_rules
from mdm.jobs.models import ENDED, Job
from mdm.jobs.operations.run_next import run_next
from mdm.kernel.clock import database_now
from mdm.matching.models import Decision, MatchPair, MatchRun, Verdict
from mdm.matching.operations.submit_match_run import submit_match_run
from mdm.stewardship.answers import Answer
from mdm.stewardship.models import ReviewTask
from tests import seeds
from tests.architecture.sources import ROOT
from tests.mdm.records.world import RULES, World, build_world

SEEDS = yaml.load((ROOT / "demo" / "seeds.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
MATCHING: dict[str, Any] = SEEDS["rules"]["party"]["matching"]


def publish_matching(**changes: Any) -> None:
    """The party domain matches by the demo's rules, with `changes` at the top of them."""
    content = {**RULES, "matching": {**MATCHING, **changes}}
    publish_rules(domain="party", content=content, actor=machine_actor())


def register_matched_world() -> None:
    """The registered world, matching by the demo's rules."""
    build_world()
    publish_matching()


def lay_matching() -> None:
    """The registered world matches by the demo's rules, as it was kept when the database was made."""
    seeds.put("matched")


def carry_out(run: MatchRun | None) -> MatchRun:
    """Run the job of a match run to its end in this process."""
    assert run is not None
    while run_next(job_id=run.job):
        pass
    assert job_of(run).status in ENDED
    run.refresh_from_db()
    return run


def job_of(run: MatchRun) -> Job:
    """The job that carries the run."""
    assert run.job is not None
    return Job.objects.get(pk=run.job)


def match(world: World, *, full: bool = True) -> MatchRun:
    """Match every record, or what changed, and bring tasks up to date."""
    return carry_out(submit_match_run(domain="party", actor=world.engineer, full=full))


def tasks(**fields: Any) -> list[ReviewTask]:
    return list(ReviewTask.objects.filter(**{"status__in": ("OPEN", "WAITING")} | fields).order_by("pk"))


def codes_of(task: ReviewTask) -> list[str]:
    """Codes of what the task asks about, the survivor first."""
    return [member.golden.code for member in task.members.select_related("golden").order_by("position")]


def steward(*rights: str, name: str = "Anna Kern", domain: str = "party") -> Actor:
    """A person with these rights in the domain."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    actor = create_actor(kind="person", name=name, email=email, actor=machine_actor())
    for right in rights or ("view", "propose", "decide", "reveal"):
        grant(subject=actor, domain=domain, action=right, actor=machine_actor())
    return actor


def company(name: str, **values: Any) -> dict[str, Any]:
    """What a system says of a company; `address=("Street", "1", "70173", "Stuttgart")`, `vat`, `phone` for short."""
    said: dict[str, Any] = {"name": name, "record_type": "organisation"}
    if address := values.pop("address", None):
        parts = dict(zip(("street", "house_number", "postal_code", "city"), address, strict=True))
        said |= {f"addresses[main].{part}": text for part, text in parts.items()}
        said["addresses[main].country"] = "DE"
    short = {"vat": "identifiers[eu_vat].value", "phone": "phones[main].number", "iban": "bank_accounts[1].iban"}
    return said | {short.get(key, key): value for key, value in values.items()}


def verdict(
    world: World, kind: str, *, pair: MatchPair | None = None, evidence: str | None = None, by: str = "PERSON"
) -> Verdict:
    """A verdict about the only stored pair, as a decision leaves it."""
    pair = pair or MatchPair.objects.get()
    before = Verdict.objects.filter(left=pair.left, right=pair.right, superseded_by__isnull=True).first()
    event = record(EventDraft(type="tasks.refreshed", domain="party", subject="domain:party"), actor=machine_actor())
    at = database_now()
    decision = Decision.objects.create(
        id=uuid4(),
        domain_id="party",
        kind="NOT_A_MATCH",
        actor=world.engineer,
        decided_at=at,
        event_id=event,
        effects={},
    )
    return Verdict.objects.create(
        left=pair.left,
        right=pair.right,
        kind=kind,
        by=by,
        decision=decision,
        evidence_hash=pair.evidence_hash if evidence is None else evidence,
        supersedes=before,
        created_at=at,
    )


def answer(task: ReviewTask, verdict: str = "merge", **fields: Any) -> Answer:
    """An answer to the task as it stands."""
    versions = dict(task.members.values_list("golden__code", "golden__version_number"))
    bound: dict[str, Any] = {"decision_id": uuid4(), "evidence_hash": task.evidence_hash, "versions": versions}
    return Answer(verdict=verdict, **bound | fields)
