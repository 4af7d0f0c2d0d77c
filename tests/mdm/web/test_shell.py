"""The frame of every page: navigation by right, preferences without a flash, a policy that nothing breaks."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from mdm.web import diffs, preferences
from mdm.web.charts import evidence_bar
from mdm.web.templatetags.touchstone import json_view, middle
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene

PAGES = [
    "/",
    "/review",
    "/policies",
    "/policies/party",
    "/records",
    "/search?q=stahl",
    "/jobs",
    "/audit",
    "/systems",
    "/profile",
    "/help",
    "/styleguide",
]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_an_inline_script_style_or_handler(scene: Scene, pages: Pages, path: str) -> None:
    page = pages(scene.engineer).get(path).content.decode()

    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", page)
    assert not re.findall(r"https?://(?!www\.w3\.org)[^\"' <]+\.(?:js|css|woff2)", page)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_kept_by_a_cache(scene: Scene, pages: Pages, path: str) -> None:
    answer = pages(scene.engineer).get(path)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_the_first_byte_has_the_theme_the_person_chose(scene: Scene, pages: Pages) -> None:
    client = pages(scene.steward)

    saved = client.post("/preferences", {"theme": "dark", "density": "compact", "keys": "off", "next": "/records"})

    assert saved["Location"] == "/records"
    html = client.get("/records").content.decode()
    assert '<html lang="en" data-theme="dark" data-density="compact" data-keys="off">' in html


def test_a_preference_outside_the_list_is_ignored(scene: Scene, pages: Pages) -> None:
    client = pages(scene.steward)
    client.cookies["ts_theme"] = '"><script>'

    assert "<script>" not in client.get("/profile").content.decode().partition("<head>")[0]
    assert preferences.Preferences().attributes == ""


def test_a_person_without_rights_is_told_whom_to_ask(scene: Scene, pages: Pages) -> None:
    text = text_of(pages(scene.newcomer).get("/"))

    assert "You may not view any domain yet Ask the person who runs this installation" in text


def test_home_counts_what_its_links_list(scene: Scene, pages: Pages) -> None:
    client = pages(scene.steward)

    home = client.get("/").content.decode()
    number = int(re.findall(r'domain=party&amp;status=CANDIDATE">(\d+)<', home)[0])

    listed = text_of(client.get("/records?domain=party&status=CANDIDATE"))
    assert f"{number} rows" in listed
    assert "Business partner with finding: Quality" in text_of(client.get("/"))


def test_what_does_not_exist_is_answered_in_the_shell(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get("/g/XX-999999")

    assert answer.status_code == 404
    assert "There is no golden record with that code that you may see." in text_of(answer)
    assert "Records" in text_of(answer)


def test_a_refused_fragment_stays_a_fragment(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get("/g/XX-999999/inspect", headers={"HX-Request": "true"})

    assert answer.status_code == 404
    assert "<html" not in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Industriestr. 12", "Industriestr. 12a", "Industriestr. 12<ins>a</ins>"),
        ("Müller", "Mueller", "M<del>ü</del><ins>ue</ins>ller"),
        ("Nord Stahl", "Acme", "<del>Nord Stahl</del><ins>Acme</ins>"),
        ("<b>", "<b>x", "&lt;b&gt;<ins>x</ins>"),
    ],
)
def test_a_difference_is_marked_and_escaped(old: str, new: str, shown: str) -> None:
    assert diffs.marked(old, new).endswith(shown)


def test_equal_values_carry_no_mark() -> None:
    assert diffs.marked("a & b", "a & b") == "a &amp; b"


def test_json_is_escaped_before_it_is_coloured() -> None:
    assert json_view({"a": "</span><script>", "n": -1.5}) == (
        '{\n  <span class="k">&quot;a&quot;</span>: <span class="s">&quot;&lt;/span&gt;&lt;script&gt;&quot;</span>,\n'
        '  <span class="k">&quot;n&quot;</span>: <span class="n">-1.5</span>\n}'
    )


def test_an_evidence_bar_stays_on_its_axis() -> None:
    assert 'width="32.0"' in evidence_bar(99)
    assert "−99.0" in evidence_bar(-99)


def test_a_long_id_keeps_both_ends() -> None:
    assert middle("0017x000019aBcDQAU-0000-1234", 16) == "0017x00…000-1234"[:7] + "…" + "00-1234"


def test_an_address_that_is_none_is_answered_in_the_shell(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get("/no-such-page")

    assert answer.status_code == 404
    assert "There is nothing at this address" in text_of(answer)


def test_a_failure_is_told_with_its_request_and_without_the_database(
    scene: Scene, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("a secret detail")

    client = pages(scene.steward)
    client.raise_request_exception = False
    monkeypatch.setattr("mdm.web.views.records.search", broken)

    answer = client.get("/search?q=x", headers={"X-Request-ID": "req-4711"})

    assert answer.status_code == 500
    assert "Something failed on our side" in text_of(answer)
    assert answer["X-Request-ID"] in text_of(answer)
    assert "secret" not in answer.content.decode()


def test_a_form_that_did_not_come_from_us_is_refused_with_a_way_back(scene: Scene) -> None:
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    strict.force_login(scene.steward)

    answer = strict.post("/preferences", {"theme": "dark"})

    assert answer.status_code == 403
    assert "Nothing was changed" in text_of(answer)


def test_home_leads_through_the_first_steps_until_each_was_taken(scene: Scene, pages: Pages) -> None:
    client = pages(scene.steward)
    before = text_of(client.get("/"))

    client.get(f"/g/{scene.joined}/deliveries")

    assert "First steps Have data done Merge two records See it delivered Undo it" in before
    assert "See it delivered done" in text_of(client.get("/"))
    assert "First steps" not in text_of(pages(scene.auditor).get("/"))
