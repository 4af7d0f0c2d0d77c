"""What people do all day, with mouse and keys, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from mdm.jobs import registry
from mdm.jobs.models import Job
from mdm.jobs.operations.run_next import run_next
from mdm.jobs.operations.submit import submit
from mdm.jobs.registry import ChunkContext, ChunkDraft, ChunkResult, JobKind
from tests.browser.conftest import Visit, sign_in
from tests.mdm.web.scene import Scene


def test_from_a_systems_id_to_the_record_as_it_was_and_the_event_behind_it(visit: Visit, scene: Scene) -> None:
    page = visit(at="/").page

    page.keyboard.press("/")
    page.keyboard.type("0000100482", delay=20)
    expect(page.get_by_role("option", name="Müller & Söhne GmbH")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/g/{scene.joined}$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Müller & Söhne GmbH")

    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="As it was").last.click()
    expect(page.get_by_text("Read-only. Compared with now:")).to_be_visible()
    expect(page.get_by_role("row", name="Industry")).to_contain_text("Mechanical engineering")
    page.get_by_role("link", name="Back to now").click()
    expect(page.get_by_role("row", name="Industry")).to_contain_text("Machine tools")

    page.get_by_role("link", name="Audit").click()
    page.get_by_label("Who").fill("keller")
    expect(page).to_have_url(re.compile("who=keller"))
    page.get_by_role("link", name=f"Anna Keller pinned a value of {scene.joined}").first.click()
    expect(page.get_by_role("region", name="Detail")).to_contain_text("record_class")


def test_the_whole_way_by_keys(visit: Visit, scene: Scene) -> None:
    page = visit(at="/").page

    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/records")
    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.locator("tr.at")
    expect(chosen).to_have_count(1)
    expect(chosen.get_by_role("link").first).to_be_focused()

    page.keyboard.press("o")
    drawer = page.get_by_role("region", name="Inspector")
    expect(drawer.get_by_role("heading", level=2)).to_be_focused()
    expect(page).to_have_url(re.compile("open=BP-"))
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(chosen.get_by_role("link").first).to_be_focused()

    page.keyboard.press("Enter")
    page.wait_for_url("**/g/BP-*")
    page.keyboard.press("u")
    page.wait_for_url("**/records")

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys on this screen")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("aud")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/audit$"))


def test_a_drawer_has_an_address_of_its_own(visit: Visit, scene: Scene) -> None:
    page = visit().page

    page.goto(f"/records?open={scene.joined}")

    expect(page.get_by_role("region", name="Inspector").get_by_role("heading", level=2)).to_have_text(
        "Müller & Söhne GmbH"
    )


def test_single_keys_are_turned_off_in_the_profile(visit: Visit, scene: Scene) -> None:
    page = visit().page
    page.goto("/profile")
    page.get_by_role("group", name="Single-key shortcuts").get_by_text("Off").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Save preferences").click()

    page.keyboard.press("g")
    page.keyboard.press("r")
    page.keyboard.press("/")

    expect(page).to_have_url(re.compile("/profile$"))
    expect(page.get_by_label("Search by any ID")).not_to_be_focused()


def test_keys_are_text_while_somebody_types(visit: Visit, scene: Scene) -> None:
    page = visit().page
    page.goto("/records")

    page.get_by_label("Name or any ID").press_sequentially("gr?x")

    expect(page.get_by_label("Name or any ID")).to_have_value("gr?x")
    expect(page).to_have_url(re.compile(r"/records\?text=gr%3Fx$"))


def test_filters_are_in_the_address_and_the_way_back_restores_them(visit: Visit, scene: Scene) -> None:
    page = visit().page
    page.goto("/records")

    page.get_by_label("System").select_option("SHOP")
    expect(page).to_have_url(re.compile(r"/records\?system=SHOP$"))
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Wrong Number KG").click()
    page.go_back()

    expect(page.get_by_label("System")).to_have_value("SHOP")
    expect(page.get_by_role("row")).to_have_count(2)


def test_the_second_page_follows_the_first(visit: Visit, scene: Scene) -> None:
    page = visit().page
    page.goto("/records")
    last = page.locator("tbody tr").last.get_attribute("id")

    page.keyboard.press("]")
    page.wait_for_url(re.compile("cursor="))

    expect(page.locator("tbody tr")).to_have_count(50)
    assert page.locator(f"#{last}").count() == 0


def test_the_theme_changes_at_once_and_is_there_from_the_first_byte(visit: Visit, scene: Scene) -> None:
    page = visit(at="/").page
    page.get_by_label("Account of").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    first_bytes = page.request.get("/").text()[:120]

    assert 'data-theme="dark"' in first_bytes


def _count(context: ChunkContext, prepared: object) -> ChunkResult:
    return ChunkResult(done=5, counts={"created": 5}, total=10)


def _submitted(scene: Scene) -> Job:
    return submit(
        kind="browser.sample",
        domain="party",
        label="Reading vendors.csv",
        params={},
        actor=scene.engineer,
        chunks=[ChunkDraft(), ChunkDraft()],
    )


if registry.find("browser.sample") is None:
    registry.register(JobKind("browser.sample", "Sample", prepare=lambda context: None, apply=_count))


def test_a_job_is_watched_until_it_ends_and_then_no_longer_asked_for(
    visit: Visit, scene: Scene, elsewhere: Callable[[Callable[[], Any]], Any]
) -> None:
    job = elsewhere(lambda: _submitted(scene))
    page = visit("ines@example.org").page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/jobs/{job.pk}")

    elsewhere(lambda: run_next(job_id=job.pk))
    expect(page.get_by_label("Progress", exact=True)).to_contain_text("5", timeout=10_000)
    elsewhere(lambda: run_next(job_id=job.pk))
    expect(page.locator("#toasts")).to_contain_text("Reading vendors.csv: Done", timeout=10_000)
    polls = len([url for url in asked if url.endswith("/progress")])
    page.wait_for_timeout(2_500)

    assert len([url for url in asked if url.endswith("/progress")]) == polls


def test_everything_works_without_javascript(visit: Visit, scene: Scene) -> None:
    page = visit(script=False).page

    page.goto("/records")
    page.get_by_label("Name or any ID").fill("stahl")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("link", name="Nord Stahl AG").click()
    page.get_by_role("link", name="Crosswalk").click()

    expect(page.get_by_role("row", name="100483")).to_be_visible()


def test_the_password_can_be_shown_and_a_wrong_one_is_explained(visit: Visit, scene: Scene) -> None:
    window = visit("")
    window.allow.add(401)
    page = window.page
    page.goto("/sign-in?next=/jobs")
    page.get_by_label("E-mail").fill("aki@example.org")
    page.get_by_label("Password", exact=True).fill("not it")

    page.get_by_role("button", name="Show the password").click()
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("E-mail")).to_have_value("aki@example.org")


def test_what_is_copied_is_the_whole_id(visit: Visit, scene: Scene) -> None:
    page = visit().page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/g/{scene.joined}")

    page.get_by_role("button", name="Copy 0017x000019aBcDAAU").click()

    assert page.evaluate("navigator.clipboard.readText()") == "0017x000019aBcDAAU"


def test_after_signing_out_the_way_back_shows_nothing(visit: Visit, scene: Scene) -> None:
    page = visit("").page
    sign_in(page, "anna@example.org")
    page.goto(f"/g/{scene.person}")
    page.get_by_label("Account of").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in**")

    page.go_back()

    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
