"""The audit for people."""

from __future__ import annotations

from django.db import transaction

from mdm.events.models import AuditEvent
from mdm.events.operations.seal import seal
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene


def test_each_event_is_one_sentence_with_names_of_people(scene: Scene, pages: Pages) -> None:
    text = text_of(pages(scene.auditor).get("/audit"))

    assert f"Anna Keller pinned a value of {scene.joined}" in text
    assert "Touchstone gave Aki Virtanen the right to view in every domain" in text


def test_events_are_filtered_by_who_what_and_object(scene: Scene, pages: Pages) -> None:
    client = pages(scene.auditor)

    by_who = text_of(client.get("/audit?who=keller"))
    by_what = text_of(client.get("/audit?type=golden.pinned"))
    by_object = text_of(client.get(f"/audit?subject={scene.joined}"))

    for text in (by_who, by_what, by_object):
        assert f"pinned a value of {scene.joined}" in text
        assert "1 row" in text


def test_a_day_that_is_none_is_refused_by_name(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.auditor).get("/audit?since=2026-02-31")

    assert answer.status_code == 422
    assert "2026-02-31" in text_of(answer)


def test_a_steward_sees_the_events_of_her_domain_only(scene: Scene, pages: Pages) -> None:
    seen, unseen = pages(scene.steward).get("/audit"), pages(scene.other_steward).get("/audit")

    assert "SAP sent records" in text_of(seen)
    assert "SAP sent records" not in text_of(unseen)
    assert "gave Aki Virtanen" not in text_of(seen)


def test_one_event_of_another_domain_does_not_exist(scene: Scene, pages: Pages) -> None:
    pinned = AuditEvent.objects.get(type="golden.pinned")

    answer = pages(scene.other_steward).get(f"/audit/{pinned.pk}")

    assert answer.status_code == 404


def test_the_drawer_shows_the_detail_and_the_seal(scene: Scene, pages: Pages) -> None:
    pinned = AuditEvent.objects.get(type="golden.pinned")
    with transaction.atomic():
        seal()

    answer = pages(scene.auditor).get(f"/audit/{pinned.pk}", headers={"HX-Target": "drawer", "HX-Request": "true"})

    assert "record_class" in text_of(answer)
    assert "Sealed block 1" in text_of(answer)
    assert "<html" not in answer.content.decode()
