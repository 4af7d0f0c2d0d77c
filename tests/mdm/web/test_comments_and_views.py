"""What people say below records and requests, and the views they keep of the queue."""

from __future__ import annotations

from mdm.stewardship.models import Comment, SavedView
from mdm.stewardship.operations.submit_change_request import submit_change_request
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene


def test_a_comment_stands_below_its_golden_record(scene: Scene, pages: Pages) -> None:
    client, page = pages(scene.steward), f"/g/{scene.joined}"

    answer = client.post("/comments", {"subject": f"golden:{scene.joined}", "body": "Moved to Ulm.", "next": page})

    assert answer["Location"] == page
    assert "Anna Keller" in text_of(client.get(page))
    assert "Moved to Ulm." in text_of(client.get(page))


def test_a_comment_stands_below_its_change_request(scene: Scene, pages: Pages) -> None:
    request = submit_change_request(
        golden_code=scene.joined, values={"name": "Müller Söhne SE"}, reason="By the register", actor=scene.steward
    )
    subject, page = f"change_request:{request.pk}", f"/requests/{request.pk}"

    pages(scene.second_steward).post("/comments", {"subject": subject, "body": "Since when?", "next": page})

    assert "Since when?" in text_of(pages(scene.steward).get(page))


def test_nobody_comments_on_what_they_may_not_see(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.other_steward).post("/comments", {"subject": f"golden:{scene.joined}", "body": "Hello"})

    assert answer.status_code == 404
    assert not Comment.objects.exists()


def test_a_view_is_kept_under_a_name_opened_by_its_tab_and_removed(scene: Scene, pages: Pages) -> None:
    client = pages(scene.steward)

    answer = client.post("/review/views", {"domain": "party", "name": "Large ones", "query": "members:>2"})

    kept = SavedView.objects.get()
    assert "Large ones" in text_of(client.get(answer["Location"]))
    assert f"/review/views/{kept.pk}/remove" in client.get(answer["Location"]).content.decode()
    client.post(f"/review/views/{kept.pk}/remove")
    assert not SavedView.objects.exists()


def test_a_view_of_ones_own_is_nobody_elses(scene: Scene, pages: Pages) -> None:
    pages(scene.steward).post("/review/views", {"domain": "party", "name": "Large ones", "query": "members:>2"})
    kept = SavedView.objects.get()
    other = pages(scene.second_steward)

    refused = other.post(f"/review/views/{kept.pk}/remove")

    assert refused.status_code == 404
    assert "Large ones" not in text_of(other.get("/review"))
    assert SavedView.objects.filter(pk=kept.pk).exists()
