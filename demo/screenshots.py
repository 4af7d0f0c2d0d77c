"""`make screenshots`: pictures of every screen, taken of the running demo, into docs/screenshots.

Start the demo with `make run` first. Screens that a person changes by looking are only looked at: nothing is decided.
Merge something first, for a decision and its unmerge to show.
"""

from __future__ import annotations

import argparse
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from playwright.sync_api import Browser, Page, sync_playwright

from demo import chromium

ROOT: Final = Path(__file__).resolve().parents[1]
SEEDS: Final = ROOT / "demo" / "seeds.yaml"
FOLDER: Final = ROOT / "docs" / "screenshots"
SHOWPIECE: Final = "Müller & Söhne"
SIZES: Final = {"desk": (1280, 900), "tablet": (768, 1024), "phone": (360, 780)}


@dataclass(frozen=True)
class Shot:
    """One screen: its file's name, its address (or the words of a link that leads on from it), and how it is seen."""

    name: str
    path: str
    who: str = "steward"
    follow: str = ""
    keys: str = ""
    sizes: tuple[str, ...] = ("desk",)
    themes: tuple[str, ...] = ("light",)


ALL: Final = ("desk", "tablet", "phone")
BOTH: Final = ("light", "dark")
SHOTS: Final = (
    Shot("sign-in", "/sign-in", who="", sizes=("desk", "phone")),
    Shot("home", "/", sizes=ALL, themes=BOTH),
    Shot("home-engineer", "/", who="engineer"),
    Shot("review-queue", "/review", sizes=ALL, themes=BOTH),
    Shot("review-queue-filtered", "/review?q=source:SAP,CRM+members:>2"),
    Shot("review", "/review/start", sizes=ALL, themes=BOTH),
    Shot("review-weights", "/review/start", keys="w"),
    Shot("review-group", "/review/start?q=members:>2", sizes=("desk", "phone")),
    Shot("review-conflict", "/review/start?q=reason:conflict,collision"),
    Shot("review-broken", "/review/start?q=reason:broken"),
    Shot("decisions", "/decisions", themes=BOTH),
    Shot("records", "/records"),
    Shot("record", "/search?q=Müller+Söhne", follow=SHOWPIECE, sizes=("desk", "phone"), themes=BOTH),
    Shot("record-history", "/search?q=Müller+Söhne", follow=f"{SHOWPIECE}>History"),
    Shot("record-sources", "/search?q=Müller+Söhne", follow=f"{SHOWPIECE}>Sources"),
    Shot("record-crosswalk", "/search?q=Müller+Söhne", follow=f"{SHOWPIECE}>Crosswalk"),
    Shot("record-deliveries", "/search?q=Müller+Söhne", follow=f"{SHOWPIECE}>Deliveries"),
    Shot("record-edit", "/search?q=Müller+Söhne", follow=f"{SHOWPIECE}>Edit"),
    Shot("unmerge", "/decisions", follow="BP->History>Unmerge", themes=BOTH),
    Shot("change-requests", "/requests"),
    Shot("change-request", "/requests?status=SUBMITTED", follow="BP-", themes=BOTH),
    Shot("review-quality", "/review/quality"),
    Shot("policies", "/policies"),
    Shot("policy", "/policies/party"),
    Shot("rules", "/rules/party", who="engineer"),
    Shot("sync", "/sync", who="engineer", themes=BOTH),
    Shot("deliveries", "/sync/deliveries", who="engineer"),
    Shot("dead-letters", "/sync/dead-letters", who="engineer"),
    Shot("flows", "/sync/flows", who="engineer"),
    Shot("drift", "/sync/drift", who="engineer"),
    Shot("imports", "/import", who="engineer"),
    Shot("jobs", "/jobs", who="engineer"),
    Shot("audit", "/audit", who="engineer"),
    Shot("systems", "/systems", who="engineer"),
    Shot("styleguide", "/styleguide", themes=BOTH),
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--url", default=f"http://localhost:{os.environ.get('PORT', '8000')}")
    arguments.add_argument("--into", type=Path, default=FOLDER)
    arguments.add_argument("--only", default="", help="names that contain this")
    given = arguments.parse_args()
    _require_running(given.url)
    given.into.mkdir(parents=True, exist_ok=True)
    program = chromium.program()
    if program is None:
        sys.exit(chromium.ABSENT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium.ARGUMENTS)
        for name in _taken(browser, given.url, given.into, given.only):
            sys.stdout.write(f"{name}\n")
        browser.close()


def _require_running(url: str) -> None:
    try:
        urllib.request.urlopen(f"{url}/healthz", timeout=5)  # noqa: S310 - an address that the caller names
    except (urllib.error.URLError, OSError):
        sys.exit(f"Nothing answers at {url}. Start the demo with `make run` in another shell, then repeat this.")


def _taken(browser: Browser, url: str, into: Path, only: str) -> Iterator[str]:
    seeds = yaml.safe_load(SEEDS.read_text(encoding="utf-8"))
    wanted = [shot for shot in SHOTS if only in shot.name]
    for who in dict.fromkeys(shot.who for shot in wanted):
        for size, theme in _looks([shot for shot in wanted if shot.who == who]):
            context = browser.new_context(
                base_url=url,
                viewport={"width": SIZES[size][0], "height": SIZES[size][1]},
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
            )
            page = context.new_page()
            if who:
                _sign_in(page, f"{who}@demo.example", seeds["password"])
            for shot in wanted:
                if shot.who == who and size in shot.sizes and theme in shot.themes:
                    yield _take(page, shot, into, size, theme)
            context.close()


def _looks(shots: list[Shot]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((size, theme) for shot in shots for theme in shot.themes for size in shot.sizes))


def _sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def _take(page: Page, shot: Shot, into: Path, size: str, theme: str) -> str:
    answer = page.goto(shot.path)
    for words in filter(None, shot.follow.split(">")):
        page.get_by_role("link", name=words).first.click()
    if shot.keys:
        page.keyboard.press(shot.keys)
    page.wait_for_load_state("networkidle")
    name = "-".join([shot.name, *([size] if size != "desk" else []), *([theme] if theme != "light" else [])])
    page.screenshot(path=into / f"{name}.png")
    status = answer.status if answer else 0
    return name if status < 400 else f"{name} (answered {status})"


if __name__ == "__main__":
    main()
