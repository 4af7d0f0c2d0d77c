"""Change requests in the browser: proposed by one, approved by another, never by the same."""

from __future__ import annotations

import pytest

from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.stewardship.models import ChangeRequest
from mdm.stewardship.operations.submit_change_request import submit_change_request
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene


@pytest.fixture
def approver(scene: Scene) -> Scene:
    """The auditor may approve, too."""
    for action in ("approve", "reveal"):
        grant(subject=scene.auditor, domain="party", action=action, actor=machine_actor())
    return scene


@pytest.fixture
def request_made(approver: Scene) -> ChangeRequest:
    return submit_change_request(
        golden_code=approver.joined,
        values={"industry": "Gear wheels", "language": "en"},
        reason="Registered since May",
        actor=approver.steward,
    )


def test_an_edit_becomes_a_request_and_changes_nothing(approver: Scene, pages: Pages) -> None:
    client = pages(approver.steward)
    form = {"value:industry": "Gear wheels", "value:name": "Müller & Söhne GmbH", "reason": "Registered since May"}

    answer = client.post(f"/g/{approver.joined}/edit", form)

    made = ChangeRequest.objects.get()
    assert answer["Location"] == f"/requests/{made.pk}"
    assert [item.path for item in made.items.all()] == ["industry"]
    assert "Machine tools" in text_of(client.get(f"/g/{approver.joined}"))


def test_an_edit_without_a_reason_is_refused_and_keeps_what_was_typed(approver: Scene, pages: Pages) -> None:
    answer = pages(approver.steward).post(f"/g/{approver.joined}/edit", {"value:industry": "Gear wheels"})

    assert answer.status_code == 422
    assert "needs a reason" in text_of(answer)
    assert not ChangeRequest.objects.exists()


def test_a_request_shows_what_would_change_beside_what_is_shown(
    approver: Scene, pages: Pages, request_made: ChangeRequest
) -> None:
    text = text_of(pages(approver.auditor).get(f"/requests/{request_made.pk}"))

    assert "Industry" in text
    assert "Gear wheels" in text
    assert "Machine tools" in text
    assert "Approve change" in text


def test_another_person_approves_and_the_value_counts(
    approver: Scene, pages: Pages, request_made: ChangeRequest
) -> None:
    client = pages(approver.auditor)

    answer = client.post(f"/requests/{request_made.pk}/approve", {"note": ""})

    assert answer["Location"] == f"/requests/{request_made.pk}"
    assert "Gear wheels" in text_of(client.get(f"/g/{approver.joined}"))


def test_whoever_requested_is_offered_no_approval_and_refused_one(
    approver: Scene, pages: Pages, request_made: ChangeRequest
) -> None:
    grant(subject=approver.steward, domain="party", action="approve", actor=machine_actor())
    client = pages(approver.steward)

    shown, sent = client.get(f"/requests/{request_made.pk}"), client.post(f"/requests/{request_made.pk}/approve")

    assert "Approve change" not in text_of(shown)
    assert "Withdraw request" in text_of(shown)
    assert sent.status_code == 403
    assert ChangeRequest.objects.get(pk=request_made.pk).status == "SUBMITTED"


def test_a_rejection_needs_a_note_and_the_page_says_so(
    approver: Scene, pages: Pages, request_made: ChangeRequest
) -> None:
    client = pages(approver.auditor)

    bare = client.post(f"/requests/{request_made.pk}/reject", {"note": ""})
    told = client.post(f"/requests/{request_made.pk}/reject", {"note": "The certificate says otherwise"})

    assert bare.status_code == 422
    assert "A rejection needs a reason." in text_of(bare)
    assert told.status_code == 302
    assert "The certificate says otherwise" in text_of(client.get(f"/requests/{request_made.pk}"))


def test_the_list_names_attributes_and_never_values(approver: Scene, pages: Pages, request_made: ChangeRequest) -> None:
    text = text_of(pages(approver.auditor).get("/requests?who=others"))

    assert f"{approver.joined}: Industry, Language" in text
    assert "Gear wheels" not in text
    assert "1 row" in text


def test_home_counts_what_there_is_to_approve(approver: Scene, pages: Pages, request_made: ChangeRequest) -> None:
    text = text_of(pages(approver.auditor).get("/"))

    assert "1 change request to approve" in text


def test_another_domain_sees_no_request(approver: Scene, pages: Pages, request_made: ChangeRequest) -> None:
    client = pages(approver.other_steward)

    answers = [client.get(f"/requests/{request_made.pk}"), client.post(f"/requests/{request_made.pk}/approve")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert approver.joined not in text_of(client.get("/requests"))


def test_private_values_of_a_request_stay_masked(scene: Scene, pages: Pages) -> None:
    made = submit_change_request(
        golden_code=scene.person, values={"family_name": "Rossi"}, reason="Married", actor=scene.steward
    )

    page = pages(scene.auditor).get(f"/requests/{made.pk}").content.decode()

    assert "Rossi" not in page
    assert "Esposito" not in page
