"""What the browser loads: how much it weighs, that every icon exists, and that every colour can be read."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import django_htmx
import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
CSS = (STATIC / "touchstone.css").read_text()
TOKENS = dict(re.findall(r"--([\w-]+): (light-dark\(#\w+, #\w+\))", CSS))
INKS = ("text", "muted", "accent", "ok", "warn", "bad", "info", "gold")
GROUNDS = ("bg", "surface", "sunken")
READABLE, VISIBLE = 4.5, 3.0


def packed(*paths: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(ink: str, ground: str, theme: int) -> float:
    pair = [luminance(re.findall(r"#(\w{6})", TOKENS[name])[theme]) for name in (ink, ground)]
    return (max(pair) + 0.05) / (min(pair) + 0.05)


def test_styles_and_scripts_keep_their_weight() -> None:
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"

    assert packed(STATIC / "touchstone.css") <= 12 * 1024
    assert packed(STATIC / "touchstone.js", STATIC / "desk.js", htmx) <= 35 * 1024


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_ink_can_be_read_on_every_ground(theme: int) -> None:
    grounds = [(ink, ground) for ink in INKS for ground in GROUNDS]
    tints = [(ink, f"{ink}-soft") for ink in ("accent", "ok", "warn", "bad", "info", "gold")]

    unread = {pair: contrast(*pair, theme) for pair in [*grounds, *tints, ("on-accent", "accent")]}

    assert {pair: ratio for pair, ratio in unread.items() if ratio < READABLE} == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_edge_of_a_control_can_be_seen(theme: int) -> None:
    assert min(contrast("edge", ground, theme) for ground in ("bg", "surface")) >= VISIBLE


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    named = {
        name for page in TEMPLATES.rglob("*.html") for name in re.findall(r'{% icon "([\w-]+)" %}', page.read_text())
    }

    assert named - known == set()


def test_nothing_is_loaded_from_elsewhere() -> None:
    loaded = re.findall(
        r"""(?:url\(|@import|src=|import\s)["']?(https?:|//)""",
        CSS + (STATIC / "touchstone.js").read_text() + (STATIC / "desk.js").read_text(),
    )

    assert loaded == []


def test_colour_comes_from_the_tokens_only() -> None:
    after_tokens = CSS.partition("@layer base {")[2].partition("@media print")[0]

    assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", after_tokens)) <= {"#14181f40", "#0009", "#0000"}
