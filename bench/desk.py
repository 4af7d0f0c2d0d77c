"""The wait after a decision: from the key to the next task painted, over many decisions in a real browser.

    python -m bench.desk [decisions]

A steward reviews the demo's pairs as in production: one web server, Chromium, a key about every second, mostly
merges. Everything that a decision sets off runs meanwhile: it is saved, the next two tasks are fetched, presence is
told. After each hundred what was decided is counted in the database and taken back: the next meets the same queue.
Data is kept in `var/bench-desk` (TOUCHSTONE_VAR).
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from uuid import uuid4

os.environ.setdefault("TOUCHSTONE_VAR", str(Path(__file__).resolve().parent.parent / "var" / "bench-desk"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Playwright's own event loop runs in this thread, which makes Django think that it is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import django
import yaml
from playwright.sync_api import Page, expect, sync_playwright

from demo import chromium

ROOT = Path(__file__).resolve().parent.parent
VIEW = "members:2"
THINKS_MS = 1000
ROUND = 100
LONGEST_MS = 100.0
FIGURES = """() => {
  const lasted = (entries) => entries.map((one) => one.duration);
  const sent = performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/decide'));
  return { painted: lasted(performance.getEntriesByName('touchstone:decision')), saved: lasted(sent) };
}"""


def main(decisions: int = 200) -> int:
    """Load the demo if it is missing, decide, take all of it back, print the table, and say whether floors are met."""
    from config import embedded, programs

    embedded.ensure()
    django.setup()
    _load()
    port = _free_port()
    server = subprocess.Popen(programs.web("127.0.0.1", port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        _take_back()
        seen: dict[str, list[float]] = {"painted": [], "saved": []}
        made, load = 0, os.getloadavg()[0]
        for first in range(0, decisions, ROUND):
            for name, values in _review(f"http://localhost:{port}", min(ROUND, decisions - first)).items():
                seen[name] += values
            made += _take_back()
        return _report(seen, decisions, made, load)
    finally:
        server.terminate()
        server.wait(30)
        embedded.stop_if_unused()


def _review(url: str, decisions: int) -> dict[str, list[float]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.program(), args=chromium.ARGUMENTS)
        page = browser.new_page(base_url=url, viewport={"width": 1280, "height": 900})
        _sign_in(page)
        with page.expect_response("**/review/next?**"):
            page.goto(f"/review/start?q={VIEW}")
        page.evaluate("performance.setResourceTimingBufferSize(100000)")
        for number in range(decisions):
            _decide(page, "n" if number % 4 == 3 else "m")
        # The page's policy lets nobody wait inside of it.
        while page.evaluate("sessionStorage.getItem('touchstone.outbox')"):
            page.wait_for_timeout(50)
        seen: dict[str, list[float]] = page.evaluate(FIGURES)
        browser.close()
    return seen


def _decide(page: Page, key: str) -> None:
    """One key; the next begins when another task stands there and a person has had time to look."""
    desk = page.locator("#desk")
    task = desk.get_attribute("data-item") or ""
    page.keyboard.press(key)
    expect(desk).not_to_have_attribute("data-item", task, timeout=30_000)
    page.wait_for_timeout(THINKS_MS)


def _sign_in(page: Page) -> None:
    seeds = yaml.safe_load((ROOT / "demo" / "seeds.yaml").read_text(encoding="utf-8"))
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("steward@demo.example")
    page.get_by_label("Password", exact=True).fill(seeds["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


def _report(seen: dict[str, list[float]], decisions: int, made: int, load: float) -> int:
    print(f"{decisions} decisions, load before {load:.1f}, after {os.getloadavg()[0]:.1f}\n")
    print(f"{'':36}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}")
    names = {"painted": "key to the next task painted", "saved": "decision saved, in the background"}
    for name, text in names.items():
        print(f"{text:36}" + "".join(f"{_at(seen[name], share):9.0f}" for share in (0.5, 0.95, 1.0)))
    floors = {
        f"p95 of the wait <= {LONGEST_MS:.0f} ms": _at(seen["painted"], 0.95) <= LONGEST_MS,
        f"{decisions} waits measured": len(seen["painted"]) == decisions,
        f"{decisions} decisions in the database": made == decisions,
    }
    print()
    for floor, met in floors.items():
        print(f"{'met   ' if met else 'MISSED'} {floor}")
    return 0 if all(floors.values()) else 1


def _at(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(share * 100) // 100) - 1)] if ordered else float("nan")


def _take_back() -> int:
    """What stands decided is undone, the newest first; returns how many that were."""
    from mdm.accounts.models import Actor
    from mdm.matching.models import Decision
    from mdm.stewardship.operations.undo_decision import undo_decision

    steward = Actor.objects.get(email="steward@demo.example")
    made = Decision.objects.filter(kind__in=("MERGE", "NOT_A_MATCH"), undone_by=None, actor=steward).order_by("-event")
    taken = list(made.values_list("pk", flat=True))
    for decision in taken:
        undo_decision(decision_id=uuid4(), of=decision, actor=steward)
    return len(taken)


def _load() -> None:
    from django.core.management import call_command

    from mdm.jobs.operations.run_next import run_next
    from mdm.stewardship.models import ReviewTask

    call_command("migrate", database="owner", verbosity=0)
    if not ReviewTask.objects.filter(reason="THRESHOLD").exists():
        call_command("load_demo")
    while run_next():
        pass


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The web server did not answer.")


if __name__ == "__main__":
    sys.exit(main(*[int(argument) for argument in sys.argv[1:]]))
