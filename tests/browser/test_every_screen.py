"""Every screen, in both themes, from a narrow phone to a wide desk: accessible, calm, without a fault."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from mdm.stewardship.operations.add_comment import add_comment
from mdm.stewardship.operations.save_view import save_view
from mdm.stewardship.operations.submit_change_request import submit_change_request
from tests.browser.conftest import Visit
from tests.browser.desk_scene import lay_each_reason, lay_what_was_learned
from tests.browser.watching import AXE, COLOURS, SIZES
from tests.mdm.web.scene import Scene

EVERYBODYS = [
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
    "/g/{lonely}/quality",
    "/g/{person}",
    "/search?q=werk",
    "/search?q=nothing-like-this",
    "/look-up",
    "/jobs",
    "/audit",
    "/keys",
    "/keys/new",
    "/policies",
    "/policies/party",
    "/rules",
    "/rules/party",
    "/rules/learned/{learned}",
    "/systems",
    "/profile",
    "/help",
    "/styleguide",
]
STEWARDS = [
    "/",
    "/review",
    "/review?q=members:>7",
    "/review?q=nonsense:1",
    "/review/quality",
    "/review/{THRESHOLD}",
    "/review/{CONFLICT}",
    "/review/{BROKEN}",
    "/review/{merged}",
    "/review/{asked}",
    "/decisions",
    "/g/{survivor}",
    "/g/{survivor}/unmerge",
    "/g/{survivor}/history",
    "/g/{joined}/edit",
    "/requests",
    "/requests/{request}",
]


@pytest.fixture(scope="module")
def names(scene: Scene, django_db_blocker: DjangoDbBlocker) -> dict[str, object]:
    """What the screens of stewards show: a task of each reason, a decision, a question, a request, comments, a view."""
    with django_db_blocker.unblock():
        laid = lay_each_reason(scene.world, scene.steward)
        asked = submit_change_request(
            golden_code=scene.joined, values={"name": "Müller Söhne SE"}, reason="By the register", actor=scene.steward
        )
        for subject in (f"task:{laid['THRESHOLD']}", f"golden:{laid['survivor']}", f"change_request:{asked.pk}"):
            add_comment(subject=subject, body="Known from the trade fair in Ulm.", actor=scene.steward)
        save_view(domain="party", name="Large ones", line="members:>2", actor=scene.steward)
        names = {"joined": scene.joined, "lonely": scene.lonely, "person": scene.person, "request": asked.pk, **laid}
        names["learned"] = lay_what_was_learned(scene.world)
        connection.close()
    return names


@pytest.mark.parametrize(
    ("email", "screens"), [("ines@example.org", EVERYBODYS), ("anna@example.org", STEWARDS)], ids=["all", "stewards"]
)
def test_every_screen_is_accessible_calm_and_narrow_enough(
    visit: Visit, names: dict[str, object], email: str, screens: list[str]
) -> None:
    window = visit(email)
    window.allow.add(422)

    found = {path: window.look(path) for path in (screen.format(**names) for screen in screens)}

    assert {path: faults for path, faults in found.items() if faults} == {}


SPOIL = {
    "color-contrast": """document.querySelectorAll("tbody tr")[36].querySelector("a").style.color = "#999";""",
    "target-size": """document.querySelector("tbody td").append(...[1, 2].map(() => {
        const button = Object.assign(document.createElement("button"), { ariaLabel: "Spoilt" });
        Object.assign(button.style, { width: "9px", height: "9px", minHeight: "0", padding: "0", display: "block" });
        return button; }));""",
    "scrollable-region-focusable": """const box = Object.assign(document.createElement("div"), { tabIndex: -1 });
        box.textContent = "Spoilt ".repeat(90);
        Object.assign(box.style, { height: "40px", overflow: "auto" });
        document.querySelector("main").append(box);""",
}


def test_one_fault_among_many_that_are_right_is_found(visit: Visit, scene: Scene) -> None:
    window = visit(width=320)
    window.page.goto("/records")
    before = window.inaccessible([*COLOURS, *SIZES])

    window.page.evaluate("() => {" + "".join(SPOIL.values()) + "}")
    after = window.inaccessible([*COLOURS, *SIZES])

    assert before == []
    assert {fault.split(":")[0] for fault in after} == set(SPOIL)


def test_what_is_looked_at_is_found_as_often_as_by_looking_at_everything(
    visit: Visit, names: dict[str, object]
) -> None:
    page = visit().page
    page.goto(f"/review/{names['THRESHOLD']}")
    page.evaluate(AXE)
    for token in ("--muted", "--accent", "--warn", "--gold"):
        spoilt = [token, "light-dark(#8a8f88, #4a4f48)"]
        page.evaluate("([name, value]) => document.documentElement.style.setProperty(name, value)", spoilt)

    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        looks = page.evaluate("window.lookAt(['color-contrast'], '')")[1].split()
        marked, every = (page.evaluate(FAINT, selector) for selector in ("[data-look]", "*"))

        assert sorted(marked) == sorted(set(every))
        assert len(every) > len(marked) > 5
        assert set(every) < set(looks)


FAINT = """async (selector) => {
  axe.configure({ rules: [{ id: "color-contrast", selector }] });
  const found = await axe.run(document, { runOnly: ["color-contrast"], elementRef: true });
  return found.violations[0].nodes.map(({ element }) => window.lookOf(element));
}"""


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
