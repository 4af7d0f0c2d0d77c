"""/metrics: every stage's figures, for those who may see all of it."""

from __future__ import annotations

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from config.metrics import FIGURES
from mdm.accounts.models import Actor
from mdm.accounts.operations.create_api_key import create_api_key
from mdm.accounts.queries import machine_actor
from tests.sync.delivery.scene import Scene, kept_scene


@pytest.fixture
def scene(db: None) -> Scene:
    return kept_scene()


def _key(scopes: list[str]) -> str:
    return create_api_key(name=f"prometheus {len(scopes)}", actor=machine_actor(), scopes=scopes)[1]


def test_every_stage_is_told_and_counts_what_is_there(scene: Scene) -> None:
    scene.pending()
    secret = _key(["view:*"])

    answer = Client().get("/metrics", headers={"authorization": f"Bearer {secret}"})

    families = {family.name: family for family in text_string_to_metric_families(answer.content.decode())}
    assert set(families) == {figure.name for figure in FIGURES}
    waiting = {(s.labels["target"], s.labels["state"]): s.value for s in families["touchstone_deliveries"].samples}
    assert waiting["ERP", "PENDING"] == 1
    assert families["touchstone_connection_open"].samples[0].value == 1


def test_nobody_is_told_anything_without_a_key(scene: Scene) -> None:
    answer = Client().get("/metrics")

    assert answer.status_code == 401
    assert b"touchstone_" not in answer.content


def test_a_key_for_one_domain_is_not_enough(scene: Scene) -> None:
    secret = _key(["view:party"])

    answer = Client().get("/metrics", headers={"authorization": f"Bearer {secret}"})

    assert answer.status_code == 403
    assert b"touchstone_" not in answer.content
    assert Actor.objects.filter(name="prometheus 1").exists()
