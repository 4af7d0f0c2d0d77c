"""The Story on real servers: the demo's flows lead to a real Tryton and to the stand-in, and a process delivers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection as database

from config import demo_targets
from config.demo_targets import Reach
from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from mdm.governance.operations.set_policy import set_policy
from mdm.records.models import CrosswalkEntry, GoldenRecord
from mdm.stewardship.answers import Answer, Answered
from mdm.stewardship.models import ReviewTask
from mdm.stewardship.operations.decide_task import decide_task
from mdm.stewardship.operations.release_due import release_due
from sync.delivery.models import Delivery
from sync.delivery.preparing import forget_schemas
from tests.erp import LiveErp
from tests.faults.conftest import worker_environment
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import company, match, publish_matching, tasks
from tests.tools.salesforce_stand_in import CLIENT_ID, CLIENT_SECRET, StandIn

SAP_NUMBER, CRM_ACCOUNT = "500123", "0017x000019aBcDAAU"
VAT = "DE129273398"
SAP_SAYS = company("Müller & Söhne GmbH", address=("Industriestrasse", "12", "70173", "Stuttgart"), vat=VAT) | {
    "roles[customer].active": True,
    "phones[main].number": "+49 711 380012",
}
CRM_SAYS = company("Mueller und Soehne GmbH", address=("Industriestr.", "12", "70173", "Stuttgart"), vat=VAT) | {
    "roles[customer].category": "Customer",
    "emails[main].address": "einkauf@mueller-soehne.example",
}
# What the CRM says at first, so that nobody asks; then it adds where the firm is, and its number.
AT_FIRST = company("Kontor Neckar") | {"roles[customer].category": "Customer"}
COMPLETED = AT_FIRST | company("Kontor Neckar", address=("Industriestr.", "12", "70173", "Stuttgart"), vat=VAT)
PATIENCE_SECONDS = 60
LOOK_SECONDS = 0.1
MOVING = ("HELD", "PENDING", "SENDING", "ACCEPTED", "UNKNOWN", "WAITING")
TARGETS = ("SALES", "TRYTON")


@dataclass(frozen=True)
class Story:
    """A world whose released parties reach both counterparts; what they hold is read from their own stores."""

    world: World
    erp: LiveErp
    crm: StandIn

    def golden(self, system: str) -> GoldenRecord:
        """The golden record of what `system` said."""
        return self.world.golden_of(system, SAP_NUMBER if system == "SAP" else CRM_ACCOUNT)

    def parties(self, golden: GoldenRecord) -> list[tuple[int, str]]:
        """Id and name of what Tryton's own database holds under the golden record's code."""
        return [
            (key, name) for key, name in self.erp.rows("SELECT id, name FROM party_party WHERE code = ?", golden.code)
        ]

    def accounts(self, golden: GoldenRecord) -> list[Mapping[str, Any]]:
        """What the CRM holds under the golden record's code."""
        query = "SELECT fields FROM record WHERE external = ? AND object = 'Account' AND deleted = 0"
        return [json.loads(fields) for (fields,) in self.crm.rows(query, [golden.code])]

    def street(self, golden: GoldenRecord) -> str:
        """The street of the golden record's only address in Tryton."""
        query = (
            "SELECT a.street_unstructured FROM party_address a JOIN party_party p ON p.id = a.party"
            " WHERE p.code = ? AND a.active"
        )
        ((street,),) = self.erp.rows(query, golden.code)
        return str(street)

    def counts(self) -> tuple[int, int]:
        """How many parties of ours Tryton holds, and how many accounts the CRM holds."""
        codes = list(GoldenRecord.objects.values_list("code", flat=True))
        marks = ", ".join("?" for _ in codes)
        ((parties,),) = self.erp.rows(f"SELECT count(*) FROM party_party WHERE code IN ({marks})", *codes)
        ((accounts,),) = self.crm.rows("SELECT count(*) FROM record WHERE object = 'Account' AND deleted = 0")
        return parties, accounts

    def effects(self) -> tuple[int, Any]:
        """What grows by every write: the CRM's effects, and when Tryton was last written to."""
        ((effects,),) = self.crm.rows("SELECT count(*) FROM effect")
        tables = ("party_party", "party_address", "party_identifier", "party_contact_mechanism")
        told = [
            self.erp.rows(f"SELECT count(*), max(coalesce(write_date, create_date)) FROM {table}") for table in tables
        ]
        return effects, told

    def settled(self, *goldens: GoldenRecord) -> bool:
        """Whether the deliveries of these golden records have arrived, each in both targets, and nothing moves."""
        deliveries = Delivery.objects.filter(connection__in=TARGETS)
        if _anything_moves():
            return False
        for golden in goldens:
            mine = deliveries.filter(golden=golden, state="CONFIRMED", version=version(golden))
            if set(mine.values_list("connection_id", flat=True)) != set(TARGETS):
                return False
        return True

    def await_settled(self, *goldens: GoldenRecord) -> None:
        wait_until(lambda: self.settled(*goldens), states)

    def erp_id(self, golden: GoldenRecord) -> list[str]:
        """Tryton's ids in the golden record's crosswalk."""
        entries = CrosswalkEntry.objects.filter(
            golden=golden, ended_at__isnull=True, external_id__id_type__system="TRYTON"
        )
        return list(entries.values_list("external_id__value", flat=True))


def tell(world: World, erp: LiveErp, crm: StandIn, *, hold_seconds: int) -> Story:
    """Everything the demo registers stands; released parties are sent, merges held for `hold_seconds`."""
    hold(hold_seconds)
    publish_matching()
    reach = {
        "erp": Reach(
            erp.reach.url,
            {"database": erp.reach.database, "user": erp.reach.user},
            {"password": erp.reach.password},
        ),
        "crm": Reach(f"http://127.0.0.1:{crm.port}", {"client_id": CLIENT_ID}, {"client_secret": CLIENT_SECRET}),
    }
    demo_targets.connect(machine_actor(), reach)
    forget_schemas()
    return Story(world, erp, crm)


def hold(seconds: int) -> None:
    set_policy(domain="party", release="reviewed", hold_seconds=seconds, auto_merge=False, actor=machine_actor())


def stage_pair(world: World) -> ReviewTask:
    """One customer stands in SAP and in CRM, spelled differently, and matching asks about it."""
    world.say("SAP", SAP_NUMBER, values=SAP_SAYS)
    world.say("CRM", CRM_ACCOUNT, values=CRM_SAYS)
    match(world)
    (task,) = tasks()
    return task


def released_pair(story: Story) -> tuple[GoldenRecord, GoldenRecord]:
    """The customer stands in both systems so differently that nobody asked, and in both targets as two."""
    story.world.say("SAP", SAP_NUMBER, values=SAP_SAYS)
    story.world.say("CRM", CRM_ACCOUNT, values=AT_FIRST)
    match(story.world)
    assert (tasks(), release_due(actor=machine_actor())) == ([], 2)
    sap, other = story.golden("SAP"), story.golden("CRM")
    story.await_settled(sap, other)
    return sap, other


def proposed(story: Story) -> ReviewTask:
    """The CRM completes what it says, and now matching asks whether the two are one."""
    story.world.say("CRM", CRM_ACCOUNT, values=COMPLETED)
    match(story.world)
    (task,) = tasks()
    story.await_settled(story.golden("SAP"), story.golden("CRM"))
    return task


def decide(task: ReviewTask, verdict: str, actor: Actor) -> Answered:
    """The steward answers what the task asks, as it stands."""
    versions = dict(task.members.values_list("golden__code", "golden__version_number"))
    answer = Answer(verdict=verdict, decision_id=uuid4(), evidence_hash=task.evidence_hash, versions=versions)
    return decide_task(task_id=task.pk, answer=answer, actor=actor)


@contextmanager
def delivering() -> Iterator[None]:
    """`manage.py dispatch` runs as a process of its own."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "dispatch"]
    process = subprocess.Popen(command, env=worker_environment(), stdout=subprocess.DEVNULL)
    try:
        yield
        assert process.poll() is None, "the dispatcher ended by itself"
    finally:
        process.terminate()
        process.wait(30)


def wait_until(condition: Callable[[], bool], told: Callable[[], object] = lambda: "") -> None:
    """Return as soon as the condition holds; fail, with what `told` says, when it does not within a minute."""
    over = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < over, told()
        time.sleep(LOOK_SECONDS)


def states() -> list[tuple[Any, ...]]:
    """Every delivery as it stands, oldest first."""
    rows = Delivery.objects.order_by("queued_at", "id")
    return list(rows.values_list("connection_id", "golden__code", "version", "cause", "state", "error_message"))


def version(golden: GoldenRecord) -> int:
    return GoldenRecord.objects.values_list("version_number", flat=True).get(pk=golden.pk)


def _anything_moves() -> bool:
    """Whether a delivery is under way or a change waits for the fan-out, in one look: one becomes the other."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM delivery_delivery WHERE connection_id = ANY(%s) AND state = ANY(%s))"
            " OR EXISTS (SELECT FROM events_outboxmessage m, delivery_fanoutcursor k"
            " WHERE (m.xid, m.id) > (k.xid::text::xid8, k.message) AND m.type = 'golden.changed')",
            [list(TARGETS), list(MOVING)],
        )
        return bool(cursor.fetchone()[0])
