"""A queue made by real matching: pairs that SAP and CRM spell differently, ready to be decided one by one."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction

from mdm.accounts.models import Actor
from mdm.engine.matching import Labels, MatchModel, Pairs, Table
from mdm.governance.models import RuleSet
from mdm.governance.operations.draft_rule_set import draft_rule_set
from mdm.matching.learned import HeldOut, Rescored, report_of
from mdm.matching.models import Decision, MatchPair, Retraining
from mdm.matching.queries.taught import Taught
from mdm.records.models import SourceRecord
from mdm.records.observation import Observation
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.stewardship.operations.decide_task import decide_task
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import answer, company, match, publish_matching, tasks, verdict
from tests.mdm.web.scene import build_scene

SYLLABLES = (
    "ba",
    "ke",
    "li",
    "mo",
    "ru",
    "sta",
    "ven",
    "dor",
    "fi",
    "gan",
    "hel",
    "jo",
    "nim",
    "pax",
    "tor",
    "wil",
    "zu",
)
TOWNS = (("70565", "Stuttgart"), ("20095", "Hamburg"), ("01067", "Dresden"), ("50667", "Köln"), ("80331", "München"))


def lay_queue(world: World, pairs: int) -> None:
    """`pairs` companies stand in SAP and in CRM, spelled differently, and matching has asked about each of them."""
    publish_matching()
    world.say_all("SAP", [Observation(f"{500_000 + n}", _sap(n), position=n) for n in range(pairs)])
    world.say_all("CRM", [Observation(f"0017x00000{n:05}", _crm(n), position=n) for n in range(pairs)])
    match(world)


def register_queue() -> None:
    """The scene of pages, and four pairs to decide."""
    lay_queue(build_scene().world, 4)


def lay_each_reason(world: World, steward: Actor) -> dict[str, object]:
    """A task of each reason, one merged, one asked about; by reason or `merged`, `survivor`, `asked`."""
    lay_queue(world, 4)
    pairs = tasks()
    erp, shop = world.id_type("SAP"), world.id_type("SHOP")
    with transaction.atomic():
        link_ids(left=erp, right=shop, rows=[LinkRow("1", "C-1")], actor=world.engineer)
    world.say("SAP", "1", values=company("Ferrum Antriebe AG", vat="DE811128135"))
    world.say("SHOP", "C-1", values=company("Ferrum Antrieb AG", vat="DE811128135"))
    world.say("SAP", "2", values=company("Kontor Nord KG", address=("Am Markt", "1", "53111", "Bonn")))
    match(world)
    within = MatchPair.objects.get(left__in=SourceRecord.objects.filter(external_id__value__in=("1", "C-1")))
    with transaction.atomic():
        verdict(world, "DIFFERENT", pair=within)
    world.say("SAP", "2", values=company("Marine Optik AG", vat="DE129273398"))
    match(world)
    merge = answer(pairs[1])
    decide_task(task_id=pairs[1].pk, answer=merge, actor=steward)
    decide_task(task_id=pairs[2].pk, answer=answer(pairs[2], "ask", question="Is this the branch?"), actor=steward)
    survivor = Decision.objects.get(pk=merge.decision_id).goldens.get(role="SURVIVOR").golden.code
    found = {reason: tasks(reason=reason)[0].pk for reason in ("THRESHOLD", "CONFLICT", "BROKEN")}
    return {**found, "merged": pairs[1].pk, "survivor": survivor, "asked": pairs[2].pk}


def name_of(number: int) -> str:
    """No two names have a word in common."""
    return f"{_word(number, 'first')} {_word(number, 'second')} GmbH"


def _sap(number: int) -> dict[str, Any]:
    code, town = TOWNS[number % len(TOWNS)]
    return {
        "record_type": "organisation",
        "name": name_of(number),
        "addresses[main].street": f"{_word(number, 'street')}str.",
        "addresses[main].house_number": str(number + 1),
        "addresses[main].postal_code": code,
        "addresses[main].city": town,
        "addresses[main].country": "DE",
        "phones[main].number": f"+49 711 {random.Random(number).randint(1_000_000, 9_999_999)}",
        "emails[main].address": f"info@{_word(number, 'first').lower()}.example",
    }


def _crm(number: int) -> dict[str, Any]:
    said = _sap(number)
    return said | {
        "name": name_of(number).upper(),
        "addresses[main].street": f"{_word(number, 'street')}straße",
        "emails[main].address": f"einkauf@{_word(number, 'first').lower()}.example",
    }


def _word(number: int, kind: str) -> str:
    dice = random.Random(f"{kind} {number}")
    return "".join(dice.choice(SYLLABLES) for _ in range(4)).capitalize()


def lay_what_was_learned(world: World) -> UUID:
    """A report of what verdicts taught, with its draft, as the job leaves them; its figures are of no matter here."""
    in_force = RuleSet.objects.get(domain="party", status="ACTIVE")
    model = MatchModel.from_content(in_force.content["matching"])
    one, other = SourceRecord.objects.filter(deleted=False, external_id__entries__ended_at__isnull=True)[:2]
    left, right = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    pairs = Pairs(left, right, np.ones(1, dtype=np.int64))
    every = Rescored(
        [str(one.pk), str(other.pk)], pairs, np.array([-3.0]), np.array([4.0]), np.zeros(1, dtype=np.int64)
    )
    labels = Labels.of([(0, 1, True), (0, 1, False)])
    taught = Taught(Table([], {}), labels, [0, 1], [in_force.created_at] * 2, [], left_out=1)
    tried = HeldOut(np.array([-3.0, 1.0]), np.array([4.0, -2.0]), labels.same)
    draft = draft_rule_set(domain="party", content={**in_force.content, "unlike_guard": False}, actor=world.engineer)
    learned = Retraining.objects.create(
        domain_id="party",
        rule_set=in_force,
        status="DONE",
        requested_by=world.engineer,
        started_at=in_force.created_at,
        finished_at=in_force.created_at,
        report=report_of(model, replace(model, prior=-9.0), "records", taught, tried, every),
        draft=draft,
    )
    return learned.pk
