"""What a target returns of our own neither competes nor counts; what it says of itself does."""

from __future__ import annotations

from typing import Any

import pytest

from mdm.governance.operations.set_ownership import set_ownership
from mdm.matching.origin import echoed_paths
from mdm.records.models import Finding, GoldenRecord, SourceRecord, SourceVersion
from mdm.records.observation import Observation, Outcome
from sync.ingestion.operations.take_in_items import place_of, take_in_items
from tests.sync.delivery.scene import Scene


@pytest.fixture
def erp_writes(scene: Scene) -> None:
    set_ownership(domain="party", attribute="*", system="ERP", mode="writes", actor=scene.machine)


def delivered(scene: Scene, **values: Any) -> tuple[GoldenRecord, str]:
    golden = scene.active("Alpha", **values)
    scene.queue(golden)
    scene.deliver()
    return golden, scene.ids_of(golden)[0]


def erp_says(scene: Scene, key: str, **values: Any) -> Outcome:
    place = place_of(system="ERP", domain="party", type=None, actor=scene.machine)
    return take_in_items(place=place, observations=[Observation(key, values)], actor=scene.machine)[0]


def said(scene: Scene, key: str) -> SourceVersion:
    record = SourceRecord.objects.get(external_id__value=key, external_id__id_type__system="ERP")
    return SourceVersion.objects.get(source_record=record, number=record.in_force)


@pytest.mark.usefixtures("erp_writes")
def test_what_comes_back_is_kept_and_does_not_count(scene: Scene) -> None:
    golden, key = delivered(scene, **{"addresses[main].city": "Kiel"})
    name = scene.world.values_of(golden)["name"]

    erp_says(scene, key, name=name, **{"addresses[main].city": "Kiel", "industry": "Shipping"})

    version = said(scene, key)
    assert version.values is not None and version.values["name"] == name
    assert version.counted == {"industry": "Shipping"}
    assert scene.world.values_of(golden)["industry"] == "Shipping"
    record = SourceRecord.objects.get(external_id__value=key, external_id__id_type__system="ERP")
    assert echoed_paths([record.pk]) == {record.pk: {"name", "addresses[main].city"}}
    assert not record.keys.filter(kind="name").exists()


@pytest.mark.usefixtures("erp_writes")
def test_what_comes_back_stays_ours_when_something_else_is_said(scene: Scene) -> None:
    golden, key = delivered(scene)
    name = scene.world.values_of(golden)["name"]
    erp_says(scene, key, name=name)

    erp_says(scene, key, industry="Shipping")

    assert said(scene, key).counted == {"industry": "Shipping"}


@pytest.mark.usefixtures("erp_writes")
def test_what_a_system_said_before_it_was_given_stays_its_own(scene: Scene) -> None:
    golden, key = delivered(scene)
    erp_says(scene, key, industry="Shipping")
    golden.refresh_from_db()
    scene.queue(golden)
    scene.deliver()

    erp_says(scene, key, industry="Shipping", language="de")

    assert said(scene, key).counted is None
    assert scene.world.values_of(golden)["industry"] == "Shipping"


@pytest.mark.usefixtures("erp_writes")
def test_an_edit_made_in_the_target_counts_as_the_targets(scene: Scene) -> None:
    _, key = delivered(scene, **{"addresses[main].city": "Kiel"})

    erp_says(scene, key, **{"addresses[main].city": "Bonn"})

    assert said(scene, key).counted is None
    assert said(scene, key).values == {"addresses[main].city": "Bonn"}


def test_a_system_that_may_only_propose_does_not_propose_what_it_was_given(scene: Scene) -> None:
    set_ownership(domain="party", attribute="*", system="ERP", mode="proposes", actor=scene.machine)
    golden, key = delivered(scene, **{"addresses[main].city": "Kiel"})

    erp_says(scene, key, **{"addresses[main].city": "Kiel", "industry": "Shipping"})

    assert list(Finding.objects.filter(kind="PROPOSED").values_list("path", flat=True)) == ["industry"]
    assert golden.status == "ACTIVE"
