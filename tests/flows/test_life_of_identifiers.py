"""Whatever systems say, in whatever order: an identifier leads to at most one golden record at every instant, what it
led to is remembered, and every golden record is what its sources and the rules make of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from mdm.kernel.clock import database_now
from mdm.records.models import CrosswalkEntry, GoldenRecord
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.records.queries.crosswalk import Question, resolve
from mdm.records.queries.rebuild import deviations
from tests.mdm.records.world import World, build_world

IDS = {"SAP": ["1", "2"], "CRM": ["0015g00000abcdeAAA", "0015g00000abcdfAAA"], "SHOP": ["A-1"]}
NAMES = ["Nord Stahl AG", "Nord Stahl KG", "Acme Industries Ltd", "Acme Industries Inc"]
PLACES = st.sampled_from([(system, value) for system, values in IDS.items() for value in values])
Place = tuple[str, str]


class LifeOfIdentifiers(RuleBasedStateMachine):
    """Runs in one transaction that is rolled back at the end; deferred constraints are checked after every step."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.step = transaction.atomic()
        self.step.__enter__()
        self.seen: list[tuple[datetime, dict[Place, str]]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.step.__exit__(None, None, None)

    @rule(place=PLACES, name=st.sampled_from(NAMES), language=st.sampled_from(["de", "en", None]))
    def a_system_speaks(self, place: Place, name: str, language: str | None) -> None:
        self.world.say(*place, values={"name": name, "language": language})

    @rule(place=PLACES, language=st.sampled_from(["de", "en"]))
    def a_system_tells_one_value(self, place: Place, language: str) -> None:
        self.world.say(*place, values={"language": language})

    @rule(place=PLACES)
    def a_system_deletes(self, place: Place) -> None:
        self.world.say(*place, deleted=True)

    @rule(sap=st.sampled_from(IDS["SAP"]), crm=st.sampled_from(IDS["CRM"]))
    def somebody_imports_a_mapping(self, sap: str, crm: str) -> None:
        left, right = self.world.id_type("SAP"), self.world.id_type("CRM")
        link_ids(left=left, right=right, rows=[LinkRow(sap, crm)], actor=self.world.engineer)

    @invariant()
    def deferred_constraints_hold(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    @invariant()
    def living_means_reachable(self) -> None:
        reachable = set(CrosswalkEntry.objects.filter(ended_at__isnull=True).values_list("golden_id", flat=True))
        living = set(GoldenRecord.objects.filter(status__in=["CANDIDATE", "ACTIVE"]).values_list("pk", flat=True))
        assert reachable == living

    @invariant()
    def the_stored_projection_is_the_one_made_from_scratch(self) -> None:
        assert deviations("party") == []

    @invariant()
    def every_instant_so_far_is_remembered_as_it_was(self) -> None:
        self.seen.append((database_now(), dict(self._leads_to(None))))
        for instant, then in self.seen:
            assert dict(self._leads_to(instant)) == then

    def _leads_to(self, as_of: datetime | None) -> Iterator[tuple[Place, str]]:
        questions = [Question(system, value) for system, values in IDS.items() for value in values]
        for answer in resolve(actor=self.world.engineer, questions=questions, as_of=as_of):
            assert answer.status in ("current", "retired", "unknown")
            if answer.status == "current":
                assert answer.golden is not None
                yield (answer.question.system, answer.question.id), answer.golden.code


@pytest.mark.django_db
def test_the_crosswalk_is_total_and_functional_at_every_instant() -> None:
    LifeOfIdentifiers.world = build_world()

    run_state_machine_as_test(
        LifeOfIdentifiers,
        settings=settings(
            max_examples=settings().max_examples // 2,
            stateful_step_count=12,
            suppress_health_check=list(HealthCheck),
        ),
    )
