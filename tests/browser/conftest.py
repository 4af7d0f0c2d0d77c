"""A real browser on a real server with committed records. Without Chromium these tests are skipped, visibly."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.core.cache import cache
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from demo import chromium
from tests import seeds
from tests.browser.watching import Watched
from tests.mdm.web.scene import PASSWORD, Scene, set_scene

# A page is left within a second or two: to compile its scripts well, or to clear up after them often, does not pay.
SHORT_LIVED = "--js-flags=--no-opt --no-maglev --min-semi-space-size=32 --max-semi-space-size=64"
T = TypeVar("T")
Visit = Callable[..., Watched]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or the one that TOUCHSTONE_CHROMIUM names."""
    program = chromium.program()
    if program is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(chromium.ABSENT)
        pytest.skip(chromium.ABSENT)
    # Playwright's own event loop runs in this thread, which makes Django think that it is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=[*chromium.ARGUMENTS, SHORT_LIVED])
        yield launched
        launched.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def server(browser: Browser, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LiveServer]:
    """The application in a thread; `scene` is what its database holds."""
    with django_db_blocker.unblock():
        live = LiveServer("localhost")
        live._live_server_modified_settings.enable()
        yield live
        live.stop()
        live._live_server_modified_settings.disable()


@pytest.fixture(scope="module")
def scene(server: LiveServer, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """Committed, for all tests of a file; they only read, or undo what they do."""
    with django_db_blocker.unblock():
        seeds.restore()
        cache.clear()
        try:
            yield set_scene(rows=120, password=PASSWORD)
        finally:
            seeds.restore()


@pytest.fixture
def elsewhere() -> Iterator[Callable[[Callable[[], T]], T]]:
    """Does something as another process would: in a thread, with a connection of its own, committed."""
    with ThreadPoolExecutor(1) as threads:

        def done(act: Callable[[], T]) -> T:
            return threads.submit(act).result()

        yield done
        threads.submit(connections.close_all).result()


@pytest.fixture(scope="module")
def cookies(scene: Scene) -> dict[str, StorageState]:
    """What signing in left in the browser, by e-mail: people sign in once for all tests of a file."""
    return {}


@pytest.fixture
def visit(browser: Browser, server: LiveServer, cookies: dict[str, StorageState], db: None) -> Iterator[Visit]:
    """A new window of `email` with the page `at`; what goes wrong in it fails the test at its end."""
    contexts: list[BrowserContext] = []
    watched: list[Watched] = []

    def open_window(
        email: str = "anna@example.org", at: str = "", *, width: int = 1280, theme: str = "light", script: bool = True
    ) -> Watched:
        context = browser.new_context(
            base_url=server.url,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=script,
            storage_state=cookies.get(email),
        )
        contexts.append(context)
        window = Watched(context.new_page())
        watched.append(window)
        if email and email not in cookies:
            sign_in(window.page, email)
            cookies[email] = context.storage_state()
        if at:
            window.page.goto(at)
        return window

    yield open_window
    faults = [fault for window in watched for fault in window.faults]
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
