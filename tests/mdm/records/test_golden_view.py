"""What a person may see of one golden record."""

from __future__ import annotations

import pytest
from django.db import transaction

from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.kernel.errors import NotFound
from mdm.records.models import GoldenRecord
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.records.queries.golden import MASK, golden_view, history
from tests.mdm.records.world import World

CRM = "0015g00000abcdeAAA"
ANNA = {"record_type": "person", "given_name": "Anna", "language": "de"}


@pytest.fixture
def golden(world: World) -> GoldenRecord:
    """One record of two systems: SAP's language counts."""
    world.say("SAP", "1", values=ANNA)
    with transaction.atomic():
        link_ids(left=world.id_type("SAP"), right=world.id_type("CRM"), rows=[LinkRow("1", CRM)], actor=world.engineer)
    world.say("CRM", CRM, values={**ANNA, "language": "en"})
    return world.golden_of("SAP", "1")


def test_a_viewer_of_one_system_sees_neither_ids_nor_words_of_another(world: World, golden: GoldenRecord) -> None:
    grant(subject=world.stranger, domain="party", action="view", scope="system:CRM", actor=machine_actor())

    view = golden_view(actor=world.stranger, code=golden.code)

    assert {link.system for link in view.links} == {source.system for source in view.sources} == {"CRM"}
    (language,) = [line for line in view.lineage if line.path == "language"]
    assert (language.system, language.external_id, language.value) == ("SAP", "", "de")


def test_sources_say_what_they_say_now_also_where_it_does_not_count(world: World, golden: GoldenRecord) -> None:
    world.say("CRM", CRM, values={"language": "fr"})

    view = golden_view(actor=world.engineer, code=golden.code)

    assert {source.system: source.values["language"] for source in view.sources} == {"SAP": "de", "CRM": "fr"}


def test_personal_values_are_masked_in_values_sources_and_history(world: World, golden: GoldenRecord) -> None:
    grant(subject=world.stranger, domain="party", action="view", actor=machine_actor())

    view = golden_view(actor=world.stranger, code=golden.code)

    assert [line.value for line in view.lineage if line.path == "given_name"] == [MASK]
    assert {source.values["given_name"] for source in view.sources} == {MASK}
    assert "Anna" not in repr((view, history(actor=world.stranger, code=golden.code)))


def test_a_code_in_a_domain_that_one_may_not_view_is_like_an_unknown_one(world: World, golden: GoldenRecord) -> None:
    grant(subject=world.stranger, domain="material", action="view", actor=machine_actor())

    with pytest.raises(NotFound) as hidden:
        golden_view(actor=world.stranger, code=golden.code)
    with pytest.raises(NotFound) as unknown:
        golden_view(actor=world.stranger, code="BP-999999")

    assert str(hidden.value) == str(unknown.value)
