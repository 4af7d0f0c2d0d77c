"""The review desk in a real browser: one key decides, two people meet, the network goes: nothing is lost or doubled."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, Route, expect
from pytest_django import DjangoDbBlocker

from mdm.matching.models import Decision
from mdm.stewardship.models import ReviewTask
from tests.browser.conftest import Visit
from tests.browser.desk_scene import lay_queue
from tests.browser.watching import Watched
from tests.mdm.web.scene import Scene

PAIRS = 40
VIEW = "source:SAP,CRM+members:2"
KEPT = {"decision_id", "evidence_hash", "version", "versions", "relation", "verdict"}
Elsewhere = Callable[[Callable[[], Any]], Any]


@pytest.fixture(scope="module")
def laid(scene: Scene, django_db_blocker: DjangoDbBlocker) -> Scene:
    """Laid once for the file: each test decides what is at the top of the queue when its turn comes."""
    with django_db_blocker.unblock():
        lay_queue(scene.world, PAIRS)
    return scene


@pytest.fixture
def desk(visit: Visit, laid: Scene) -> Watched:
    """A steward before the first task, with the next ones ready."""
    return at_the_desk(visit())


def at_the_desk(window: Watched) -> Watched:
    with window.page.expect_response("**/review/next?**"):
        window.page.goto(f"/review/start?q={VIEW}")
    return window


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def item(page: Page) -> int:
    return int(page.locator("#desk").get_attribute("data-item") or 0)


def sent(page: Page) -> None:
    """Wait until nothing is left to send."""
    until(lambda: page.evaluate("sessionStorage.getItem('touchstone.outbox')") is None)


def moved_on(page: Page, task: int) -> None:
    """Wait until another task is on the screen."""
    expect(page.locator("#desk")).not_to_have_attribute("data-item", str(task))


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something that no locator can say; the page's policy lets nobody wait inside of it."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)


def status(task: int) -> str:
    return str(ReviewTask.objects.values_list("status", flat=True).get(pk=task))


def decisions(task: int) -> int:
    """How many decisions were ever made about the records of a task."""
    goldens = ReviewTask.objects.get(pk=task).members.values_list("golden", flat=True)
    return Decision.objects.filter(goldens__golden__in=goldens).distinct().count()


def test_one_key_decides_and_one_takes_it_back(desk: Watched) -> None:
    page, first, name = desk.page, item(desk.page), heading(desk.page)

    page.keyboard.press("m")
    expect(page.locator("h1")).not_to_have_text(name)
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("#last")).to_contain_text(f"{name}: merged 2 records")
    sent(page)
    assert status(first) == "DONE"

    page.keyboard.press("z")
    expect(page.locator("h1")).to_have_text(name)
    assert status(first) == "OPEN"
    assert decisions(first) == 2


def test_what_was_not_sent_yet_is_taken_back_without_a_trace(desk: Watched) -> None:
    page, first, name = desk.page, item(desk.page), heading(desk.page)
    page.route("**/decide", lambda route: None)

    page.keyboard.press("n")
    expect(page.locator("h1")).not_to_have_text(name)
    second = heading(page)
    page.keyboard.press("m")
    expect(page.locator("h1")).not_to_have_text(second)
    page.keyboard.press("z")

    expect(page.locator("h1")).to_have_text(second)
    waiting = json.loads(page.evaluate("sessionStorage.getItem('touchstone.outbox')"))
    assert [entry["item"] for entry in waiting] == [str(first)]
    page.evaluate("sessionStorage.clear()")


def test_the_outbox_holds_ids_and_verdicts_and_no_value(desk: Watched) -> None:
    page, name = desk.page, heading(desk.page)
    page.route("**/decide", lambda route: None)

    page.keyboard.press("n")
    expect(page.locator("h1")).not_to_have_text(name)

    kept = page.evaluate("sessionStorage.getItem('touchstone.outbox')")
    assert name.split()[0] not in kept
    assert set(json.loads(kept)[0]["body"]) <= KEPT
    page.evaluate("sessionStorage.clear()")


def test_a_network_that_goes_in_the_middle_loses_and_doubles_nothing(desk: Watched) -> None:
    desk.cut = True
    page, first = desk.page, item(desk.page)
    before = decisions(first)
    page.route("**/decide", losing_a_reply())

    page.keyboard.press("m")
    expect(page.get_by_text("One decision waits to be saved")).to_be_visible()
    page.context.set_offline(True)
    second = item(page)
    page.keyboard.press("n")
    expect(page.get_by_text("2 decisions wait to be saved")).to_be_visible()
    page.context.set_offline(False)
    sent(page)

    expect(page.locator("#outbox")).to_be_hidden()
    assert [status(task) for task in (first, second)] == ["DONE", "DONE"]
    assert [decisions(first) - before, decisions(second)] == [1, 1]


def losing_a_reply() -> Callable[[Route], None]:
    """Of the first decision the answer is lost, when the server has taken it; those after it come through."""
    endings = iter(["lost"])

    def handled(route: Route) -> None:
        if next(endings, None) is None:
            return route.continue_()
        route.fetch()
        return route.abort("connectionreset")

    return handled


def test_decisions_survive_a_page_that_is_left_before_they_are_saved(desk: Watched) -> None:
    desk.cut = True
    page, first = desk.page, item(desk.page)
    page.on("dialog", lambda dialog: dialog.accept())
    page.context.route("**/decide", lambda route: route.abort("connectionreset"))
    page.keyboard.press("n")
    expect(page.get_by_text("waits to be saved")).to_be_visible()

    page.context.unroute("**/decide")
    page.goto("/jobs")
    sent(page)

    assert status(first) == "DONE"
    assert decisions(first) == 1


def test_records_that_moved_come_back_on_top_with_what_changed(
    desk: Watched, laid: Scene, elsewhere: Elsewhere
) -> None:
    desk.allow.add(409)
    page, first, name = desk.page, item(desk.page), heading(desk.page)
    number = page.locator(".member .id").first.inner_text().strip()
    elsewhere(lambda: laid.world.say("SAP", number, values={"name": f"{name} Holding"}))

    page.keyboard.press("m")

    expect(page.get_by_role("alert")).to_contain_text("changed since you looked: name")
    expect(page.locator("h1")).to_have_text(f"{name} Holding")
    assert (item(page), status(first), decisions(first)) == (first, "OPEN", 0)
    page.keyboard.press("n")
    expect(page.locator("h1")).not_to_have_text(f"{name} Holding")
    sent(page)
    assert status(first) == "DONE"


def test_two_stewards_on_one_task_see_each_other_and_decide_once(visit: Visit, desk: Watched) -> None:
    task, other = item(desk.page), visit("jonas@example.org")
    other.allow.add(409)
    other.page.goto(f"/review/{task}")
    expect(other.page.locator("#presence")).to_contain_text("Anna Keller is looking too")

    desk.page.keyboard.press("m")
    sent(desk.page)
    other.page.keyboard.press("n")

    expect(other.page.get_by_role("alert")).to_contain_text("Anna Keller decided this task")
    expect(other.page.get_by_text("This task is decided.")).to_be_visible()
    assert decisions(task) == 1


def test_two_stewards_who_start_at_the_top_get_different_tasks(visit: Visit, desk: Watched) -> None:
    with desk.page.expect_response("**/lease"):
        desk.page.reload()
    other = visit("jonas@example.org")

    other.page.goto(f"/review/start?q={VIEW}")

    assert item(other.page) != item(desk.page)


def test_a_value_is_taken_by_arrows_and_one_is_typed(desk: Watched) -> None:
    page, first = desk.page, item(desk.page)

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#picks")).to_have_text("1 of your picks")
    page.keyboard.press("r")
    expect(page.locator("#picks")).to_have_text("what will stay")

    page.keyboard.press("i")
    expect(page.get_by_label("Value", exact=True)).to_be_focused()
    page.keyboard.type("Neue Werke AG")
    page.keyboard.press("Enter")
    expect(page.locator("#result-0")).to_contain_text("Neue Werke AG")
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("By the register")
    page.get_by_role("button", name="Merge 2 records").click()
    moved_on(page, first)

    stays = Decision.objects.filter(kind="MERGE").latest("event").goldens.get(role="SURVIVOR").golden
    page.goto(f"/g/{stays.code}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Neue Werke AG")


def test_enter_in_a_field_never_decides_and_a_question_is_sent_by_it(desk: Watched) -> None:
    page, first = desk.page, item(desk.page)

    page.keyboard.press("q")
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    page.keyboard.type("Is this the branch in Ulm?")
    page.keyboard.press("Enter")
    moved_on(page, first)

    assert status(first) == "WAITING"
    assert decisions(first) == 0


def test_weights_open_by_a_key_and_stay_open_on_the_next_task(desk: Watched) -> None:
    page, name = desk.page, heading(desk.page)
    expect(page.locator(".bit.num").first).to_be_hidden()

    page.keyboard.press("w")
    expect(page.locator(".fall-table tr.total")).to_be_visible()
    expect(page.locator(".bit.num").first).to_be_visible()
    page.keyboard.press(" ")
    expect(page.locator("h1")).not_to_have_text(name)

    expect(page.locator(".fall-table tr.total")).to_be_visible()
    shown = [float(text.replace("−", "-")) for text in page.locator(".fall-table .num").all_inner_texts() if text]
    assert round(sum(shown[:-1]), 1) == shown[-1]
    page.keyboard.press("w")


def test_everything_is_decided_without_javascript(visit: Visit, laid: Scene) -> None:
    page = visit(script=False).page
    page.goto(f"/review?q={VIEW}")
    page.get_by_role("link", name="Start reviewing").click()
    first = re.findall(r"/review/(\d+)", page.url)[0]

    page.get_by_role("button", name="Merge 2 records").click()

    expect(page).not_to_have_url(re.compile(f"/review/{first}"))
    assert status(int(first)) == "DONE"
    page.get_by_role("button", name="Undo").click()
    assert status(int(first)) == "OPEN"


def test_a_phone_decides_too_and_its_bar_covers_nothing(visit: Visit, laid: Scene) -> None:
    page = at_the_desk(visit(width=360)).page
    first = item(page)
    page.evaluate("document.querySelector('.c-evidence, [data-fold]').focus?.()")

    page.get_by_role("button", name="Not a match").click()
    moved_on(page, first)
    sent(page)

    assert status(first) == "DONE"


@pytest.fixture(autouse=True)
def _closed(laid: Scene) -> Iterator[None]:
    yield
    connection.close()
