"""The review queue: one typed line, facets that count, only what its reader may view."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import body_of, text_of
from tests.mdm.web.scene import Scene
from tests.mdm.web.tasks import codes_named, lay_task


@pytest.fixture
def tasks(scene: Scene) -> list[int]:
    stahl, acme, werk = codes_named("Nord Stahl", "Acme", "Wrong Number")
    return [
        lay_task(scene.joined, stahl).pk,
        lay_task(acme, score=9.2, value_at_stake=100, reason="COLLISION", conflicts=[], systems=["CRM"]).pk,
        lay_task(werk, score=6.1, value_at_stake=0, assignee=scene.steward, systems=["SHOP"], conflicts=[]).pk,
    ]


def test_the_queue_ranks_by_value_and_says_why_each_is_here(scene: Scene, pages: Pages, tasks: list[int]) -> None:
    text = text_of(pages(scene.steward).get("/review"))

    assert "3 open" in text
    assert text.index("Müller & Söhne GmbH") < text.index("Acme Industries") < text.index("Wrong Number")
    assert "Tax ID equal, street differs" in text
    assert "84 k" in text


def test_a_typed_line_narrows_the_queue_and_every_word_can_be_taken_away(
    scene: Scene, pages: Pages, tasks: list[int]
) -> None:
    client = pages(scene.steward)

    answer = client.get("/review", {"q": "source:CRM value:>10k"})

    assert "Müller & Söhne" in text_of(answer)
    assert "Acme" not in text_of(answer)
    chips = re.findall(r'<a class="chip info" href="([^"]+)"', answer.content.decode())
    without = [text_of(client.get(unescape(url))) for url in chips]
    assert ["Acme" in text for text in without] == [False, True]


def test_a_facet_counts_what_it_leads_to(scene: Scene, pages: Pages, tasks: list[int]) -> None:
    client = pages(scene.steward)

    page = client.get("/review").content.decode()
    links = re.findall(r'<a class="menu-item" href="(/review\?q=[^"]+)">([^<]+)<span class="muted end">(\d+)<', page)

    assert links
    for url, label, count in links:
        shown = text_of(client.get(unescape(url)))
        assert f"{count} row" in shown or (count == "0" and "Nothing matches" in shown), (url, label)


def test_a_facet_that_is_on_is_taken_away_by_the_same_link(scene: Scene, pages: Pages, tasks: list[int]) -> None:
    client = pages(scene.steward)
    page = client.get("/review", {"q": "source:SAP"}).content.decode()

    on = re.findall(r'<a class="menu-item" href="([^"]+)" aria-current="true">.*?</svg>SAP<', page)

    assert on == ["/review"]


def test_a_word_that_is_none_is_refused_by_name_and_keeps_what_was_typed(
    scene: Scene, pages: Pages, tasks: list[int]
) -> None:
    answer = pages(scene.steward).get("/review", {"q": "score:high"})

    text = text_of(answer)
    assert "score:high is no filter." in text
    assert 'value="score:high"' in answer.content.decode()
    assert "Müller" not in text


def test_nothing_found_offers_the_whole_queue(scene: Scene, pages: Pages, tasks: list[int]) -> None:
    text = text_of(pages(scene.steward).get("/review", {"q": "members:>7"}))

    assert "Nothing matches" in text
    assert "Clear the filters" in text


def test_a_reader_of_another_domain_sees_an_empty_queue_and_no_number(
    scene: Scene, pages: Pages, tasks: list[int]
) -> None:
    text = text_of(pages(scene.other_steward).get("/review"))

    assert "0 open" in text
    assert "Caught up" in text
    assert "84 k" not in text


def test_private_names_stay_masked(scene: Scene, pages: Pages) -> None:
    lay_task(scene.person)

    seen, shown = (pages(who).get("/review").content.decode() for who in (scene.auditor, scene.steward))

    assert "Esposito" not in seen
    assert "Esposito" in shown


def test_the_queue_is_exported_as_it_is_filtered(scene: Scene, pages: Pages, tasks: list[int]) -> None:
    written = json.loads(body_of(pages(scene.steward).get("/review", {"q": "source:CRM", "export": "json"})))

    assert [row["id"] for row in written] == tasks[:2]
    assert written[0]["why"] == "Tax ID equal, street differs"


def test_a_longer_queue_costs_no_more(scene: Scene, pages: Pages, tasks: list[int]) -> None:
    client, counts = pages(scene.steward), []
    client.get("/review")
    for line in ("source:SHOP", ""):
        with CaptureQueriesContext(connection) as asked:
            client.get("/review", {"q": line})
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 26


@pytest.mark.parametrize("line", ["", "source:SAP sort:age", "score:high"])
def test_the_queue_holds_no_inline_script_or_style(scene: Scene, pages: Pages, tasks: list[int], line: str) -> None:
    page = pages(scene.steward).get("/review", {"q": line}).content.decode()

    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", page)
