"""The rules of a domain, what verdicts taught, and how that comes into force."""

from __future__ import annotations

import re

import pytest

from mdm.jobs.operations.run_next import run_next
from mdm.matching.models import Retraining
from mdm.matching.queries.due import matching_of
from mdm.matching.queries.taught import verdicts_standing
from tests.mdm.stewardship.desk import match, publish_matching
from tests.mdm.stewardship.taught import NEIGHBOURS, teach, twins_and_neighbours
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene


@pytest.fixture
def taught(scene: Scene) -> Scene:
    publish_matching()
    twins_and_neighbours(scene.world)
    match(scene.world)
    teach(scene.world)
    return scene


def test_verdicts_are_learned_from_read_about_and_published_without_javascript(taught: Scene, pages: Pages) -> None:
    client = pages(taught.engineer)
    page = text_of(client.get("/rules/party"))
    assert f"People said of {verdicts_standing('party').same} pairs that they are the same" in page
    assert "another name" in page

    job = client.post("/rules/party/learn", {"reason": "Neighbours"})["Location"]
    while run_next():
        pass
    found = Retraining.objects.get()
    assert f"/rules/learned/{found.pk}" in client.get(f"/rules/jobs/{found.job}/panel").content.decode()
    assert str(found.job) in job
    report = client.get(f"/rules/learned/{found.pk}")
    assert "No longer shown to people" in text_of(report) and NEIGHBOURS[0][0] in text_of(report)
    refused = client.post(f"/rules/learned/{found.pk}/publish", {"review": "9", "auto": "3"})
    published = client.post(f"/rules/learned/{found.pk}/publish", {"review": "-1", "auto": "5"})

    assert (refused.status_code, published.status_code) == (422, 302)
    assert "cannot begin below" in text_of(refused) and 'value="9"' in refused.content.decode()
    matching = matching_of("party")
    assert matching is not None and matching.model.thresholds.review == -1
    assert re.search(r"Rule set \d+ is in force", text_of(client.get("/rules/party")))
    assert "has these weights" in text_of(client.get(f"/rules/learned/{found.pk}"))


def test_who_may_not_publish_reads_and_who_views_another_domain_sees_nothing(taught: Scene, pages: Pages) -> None:
    pages(taught.engineer).post("/rules/party/learn")
    while run_next():
        pass
    found = Retraining.objects.get()
    reader, stranger = pages(taught.steward), pages(taught.other_steward)

    assert "Publish learned weights" not in text_of(reader.get(f"/rules/learned/{found.pk}"))
    refusals = [
        reader.post("/rules/party/learn"),
        reader.post(f"/rules/learned/{found.pk}/publish", {"review": 0, "auto": 7}),
    ]

    assert [one.status_code for one in refusals] == [403, 403]
    for path in ("/rules/party", f"/rules/learned/{found.pk}", f"/rules/jobs/{found.job}/panel"):
        assert stranger.get(path).status_code == 404
    assert (
        "Business party" not in text_of(stranger.get("/rules"))
        and "party" not in stranger.get("/rules").content.decode()
    )


def test_too_few_verdicts_are_refused_on_the_page_with_what_is_needed(scene: Scene, pages: Pages) -> None:
    publish_matching()

    answer = pages(scene.engineer).post("/rules/party/learn")

    assert answer.status_code == 422
    assert "Weights are learned from 20 pairs on" in text_of(answer)
    assert not Retraining.objects.exists()
