"""What was decided about a record, how it was built, and the ways back."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from mdm.matching.models import Decision, Verdict
from mdm.matching.operations.merge import merge
from mdm.matching.operations.relate import relate
from mdm.records.models import GoldenRecord
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene
from tests.mdm.web.tasks import codes_named


def seen(*codes: str) -> dict[str, int]:
    return dict(GoldenRecord.objects.filter(code__in=codes).values_list("code", "version_number"))


@pytest.fixture
def merged(scene: Scene) -> tuple[Decision, str, str]:
    """Nord Stahl was merged into Müller & Söhne, by mistake."""
    (stahl,) = codes_named("Nord Stahl")
    made = merge(
        decision_id=uuid4(),
        survivor=scene.joined,
        joined=[stahl],
        versions=seen(scene.joined, stahl),
        actor=scene.steward,
        reason="Same owner",
    )
    return made, scene.joined, stahl


def test_the_history_says_how_a_record_was_built_and_by_whom(
    scene: Scene, pages: Pages, merged: tuple[Decision, str, str]
) -> None:
    _, code, joined = merged

    text = text_of(pages(scene.steward).get(f"/g/{code}/history"))

    assert f"Anna Keller merged {joined} into {code}" in text
    assert "Take out again" in text
    assert "Same owner" in text


def test_an_unmerge_shows_what_becomes_of_it_before_it_is_done(
    scene: Scene, pages: Pages, merged: tuple[Decision, str, str]
) -> None:
    _, code, joined = merged

    text = text_of(pages(scene.steward).get(f"/g/{code}/unmerge"))

    assert "1 identifier moves back" in text
    assert f"SAP 100483 leads to {joined}" in text
    assert "Unmerge 1 record" in text
    assert GoldenRecord.objects.get(code=joined).status == "REDIRECTED"


def test_an_unmerge_in_a_form_takes_the_record_out_for_good(
    scene: Scene, pages: Pages, merged: tuple[Decision, str, str]
) -> None:
    _, code, joined = merged
    client = pages(scene.steward)
    page = client.get(f"/g/{code}/unmerge").content.decode()
    form = dict(re.findall(r'<input type="hidden" name="(decision|joined|decision_id|version)" value="([^"]+)"', page))

    answer = client.post(f"/g/{code}/unmerge", form)

    assert answer["Location"] == f"/g/{code}/history"
    assert GoldenRecord.objects.get(code=joined).status != "REDIRECTED"
    assert Verdict.objects.filter(kind="DIFFERENT").exists()


def test_an_unmerge_of_a_record_that_moved_is_refused_and_says_so(
    scene: Scene, pages: Pages, merged: tuple[Decision, str, str]
) -> None:
    _, code, joined = merged
    client = pages(scene.steward)
    page = client.get(f"/g/{code}/unmerge").content.decode()
    form = dict(re.findall(r'<input type="hidden" name="(decision|joined|decision_id|version)" value="([^"]+)"', page))
    scene.world.say("SAP", "100482", values={"name": "Müller & Söhne Holding GmbH"})

    answer = client.post(f"/g/{code}/unmerge", form)

    assert answer.status_code == 409
    assert "changed since you looked" in text_of(answer)
    assert GoldenRecord.objects.get(code=joined).status == "REDIRECTED"


def test_whoever_only_views_gets_no_button_and_is_refused(
    scene: Scene, pages: Pages, merged: tuple[Decision, str, str]
) -> None:
    made, code, joined = merged
    client = pages(scene.auditor)
    form = {"decision": str(made.pk), "joined": joined, "decision_id": str(uuid4()), "version": "1"}

    shown, sent = client.get(f"/g/{code}/unmerge"), client.post(f"/g/{code}/unmerge", form)

    assert "You may look, not decide." in text_of(shown)
    assert sent.status_code == 403


def test_the_last_decisions_are_listed_with_their_undo(
    scene: Scene, pages: Pages, merged: tuple[Decision, str, str]
) -> None:
    made, code, joined = merged
    client = pages(scene.steward)

    page, drawer = client.get("/decisions"), client.get("/decisions", headers={"HX-Target": "drawer"})

    assert f"Anna Keller merged Nord Stahl AG ({joined}) into Müller & Söhne GmbH ({code})" in text_of(page)
    assert f'action="/decisions/{made.pk}/undo"' in page.content.decode()
    assert "<html" not in drawer.content.decode()


def test_an_undo_puts_everything_back_and_leads_back(
    scene: Scene, pages: Pages, merged: tuple[Decision, str, str]
) -> None:
    made, code, joined = merged
    client = pages(scene.steward)

    answer = client.post(f"/decisions/{made.pk}/undo", {"next": f"/g/{code}/history"})

    assert answer["Location"] == f"/g/{code}/history"
    assert GoldenRecord.objects.get(code=joined).status == "CANDIDATE"
    assert "undone" in text_of(client.get(f"/g/{code}/history"))


def test_decisions_of_another_domain_are_not_told(
    scene: Scene, pages: Pages, merged: tuple[Decision, str, str]
) -> None:
    made, code, joined = merged
    client = pages(scene.other_steward)

    answers = [client.get(f"/g/{code}/unmerge"), client.post(f"/decisions/{made.pk}/undo")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert joined not in text_of(client.get("/decisions"))


def test_relations_are_read_from_both_sides(scene: Scene, pages: Pages) -> None:
    (stahl,) = codes_named("Nord Stahl")
    relate(
        decision_id=uuid4(),
        left=stahl,
        right=scene.joined,
        kind="subsidiary",
        versions=seen(stahl, scene.joined),
        actor=scene.steward,
    )
    client = pages(scene.steward)

    from_child, from_parent = (text_of(client.get(f"/g/{code}/relations")) for code in (stahl, scene.joined))

    assert scene.joined in from_child
    assert stahl in from_parent
    assert from_child != from_parent
