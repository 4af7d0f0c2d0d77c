"""Every screen, in both themes, from a narrow phone to a wide desk: accessible, calm, without a fault."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.mdm.web.scene import Scene

SCREENS = [
    "/",
    "/records",
    "/records?open={joined}",
    "/records?status=SPLIT",
    "/g/{joined}",
    "/g/{joined}/sources",
    "/g/{joined}/crosswalk",
    "/g/{joined}/history",
    "/g/{joined}/relations",
    "/g/{joined}/deliveries",
    "/g/{joined}/unmerge",
    "/decisions",
    "/requests",
    "/g/{joined}/edit",
    "/g/{lonely}/quality",
    "/g/{person}",
    "/search?q=werk",
    "/search?q=nothing-like-this",
    "/jobs",
    "/audit",
    "/keys",
    "/keys/new",
    "/review",
    "/review?q=members:>7",
    "/review/quality",
    "/policies",
    "/policies/party",
    "/systems",
    "/profile",
    "/help",
    "/styleguide",
]
# Each theme and the narrowest width again, on the screens that hold every component.
TELLING = ["/", "/records?open={joined}", "/g/{joined}", "/g/{joined}/history", "/audit", "/profile", "/styleguide"]
MOST_SHIFT = 0.02


def _paths(scene: Scene, screens: list[str] = SCREENS) -> list[str]:
    return [screen.format(joined=scene.joined, lonely=scene.lonely, person=scene.person) for screen in screens]


@pytest.mark.parametrize(
    ("width", "theme", "screens"),
    [(320, "light", TELLING), (1280, "light", SCREENS), (1280, "dark", TELLING)],
    ids=["phone", "desk", "dark"],
)
def test_every_screen_is_accessible(visit: Visit, scene: Scene, width: int, theme: str, screens: list[str]) -> None:
    window = visit("ines@example.org", width=width, theme=theme)
    found = {}

    for path in _paths(scene, screens):
        window.page.goto(path)
        found[path] = window.inaccessible()

    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("width", [320, 768, 1680])
def test_no_screen_scrolls_sideways_or_moves_by_itself(visit: Visit, scene: Scene, width: int) -> None:
    window = visit("ines@example.org", width=width)
    wide, moved = {}, {}

    for path in _paths(scene):
        window.page.goto(path)
        window.page.wait_for_timeout(150)
        wide[path], moved[path] = window.overflow, window.shifted

    assert {path: pixels for path, pixels in wide.items() if pixels > 0} == {}
    assert {path: shift for path, shift in moved.items() if shift > MOST_SHIFT} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_door_is_accessible(visit: Visit, scene: Scene, theme: str) -> None:
    window = visit("", width=320, theme=theme)
    window.page.goto("/sign-in")

    assert window.inaccessible() == []
    assert window.overflow <= 0


def test_open_menus_and_dialogs_are_accessible(visit: Visit, scene: Scene) -> None:
    window = visit()
    page = window.page
    page.goto(f"/g/{scene.joined}")
    for menu in page.locator("details.menu").all():
        menu.evaluate("menu => { menu.open = true }")
    opened = window.inaccessible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    palette = window.inaccessible()

    assert opened == []
    assert palette == []


def test_what_is_not_there_and_what_is_not_allowed_are_accessible(visit: Visit, scene: Scene) -> None:
    window = visit()
    window.allow |= {404, 422}

    found = {}
    for path in ("/g/XX-999999", "/no-such-page", f"/g/{scene.joined}?as_of=yesterday"):
        window.page.goto(path)
        found[path] = window.inaccessible()

    assert {path: faults for path, faults in found.items() if faults} == {}


def test_the_first_tab_skips_to_the_content_and_focus_is_always_seen(visit: Visit, scene: Scene) -> None:
    page = visit().page
    page.goto("/records")

    page.keyboard.press("Tab")
    skip = page.evaluate("document.activeElement.textContent")
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " const r = e.getBoundingClientRect();"
            " return [e.outerHTML.slice(0, 80), s.outlineStyle, parseFloat(s.outlineWidth), r.width]; })()"
        )
        if outline[1] == "none" or outline[2] < 2:
            unseen.append(outline)

    assert skip == "Skip to the content"
    assert unseen == []


def test_everything_to_click_is_large_enough(visit: Visit, scene: Scene) -> None:
    page = visit(width=1280).page
    small = {}
    for path in ("/records", f"/g/{scene.joined}", "/audit", "/profile"):
        page.goto(path)
        small[path] = page.evaluate(
            "[...document.querySelectorAll('button, summary, select, input:not([type=hidden]):not(.seg input)')]"
            ".filter(e => e.getClientRects().length && !e.closest('.hide') && !e.matches('.hide'))"
            ".filter(e => { const r = e.getBoundingClientRect(); return (r.width < 24 || r.height < 24)"
            " && !e.matches('[type=checkbox],[type=radio]'); }).map(e => e.outerHTML.slice(0, 90))"
        )

    assert {path: elements for path, elements in small.items() if elements} == {}
