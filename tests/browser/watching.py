"""A page whose console, errors, policy violations, failed requests and shifts are written down."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import ConsoleMessage, Page, Response

MOST_SHIFT = 0.02
COLOURS = ("color-contrast", "link-in-text-block")
SIZES = ("target-size", "scrollable-region-focusable")
AXE = f"{AXE_SCRIPT}\n(() => {{ {Path(__file__).with_name('looks.js').read_text(encoding='utf-8')} }})();"
WATCH_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy:", event.violatedDirective, event.blockedURI));
"""


class Watched:
    """`allow` names the statuses that a test provokes on purpose; `cut` says that it takes the network away."""

    # The looks whose contrast was looked at, by whichever test of this process met them first.
    looks: ClassVar[set[str]] = set()

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.allow: set[int] = set()
        self.cut = False
        page.add_init_script(WATCH_SHIFTS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        provoked = "status of" in message.text and any(f"status of {status}" in message.text for status in self.allow)
        provoked |= self.cut and ("net::ERR_" in message.text or message.text.startswith("htmx:"))
        if message.type in ("error", "warning") and not provoked:
            self.faults.append(f"console: {message.text}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.allow:
            self.faults.append(f"{response.status} {response.url}")

    @property
    def shifted(self) -> float:
        """How much of the page moved by itself since it was loaded."""
        return float(self.page.evaluate("window.shifts"))

    @property
    def overflow(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def inaccessible(self, only: Sequence[str] = ()) -> list[str]:
        """What axe finds wrong, by WCAG 2.2 A and AA and its best practices, or by the rules `only`."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
            self.page.add_init_script(AXE)
        asked = [list(only), " ".join(self.looks)]
        faults, looks = self.page.evaluate("([only, known]) => window.lookAt(only, known)", asked)
        self.looks.update(looks.split())
        return list(faults)

    def look(self, path: str, widths: Sequence[int] = (320, 768, 1680)) -> list[str]:
        """What is wrong with a screen: one visit, both themes, several widths.

        Themes differ in nothing but colours, and a narrow window in nothing but sizes.
        """
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self.page.goto(path)
        faults = self.inaccessible()
        if self.shifted > MOST_SHIFT:
            faults.append(f"moved by {self.shifted:.3f}")
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        faults += [f"dark: {fault}" for fault in self.inaccessible(COLOURS)]
        for width in widths:
            self.page.set_viewport_size({"width": width, "height": 900})
            if self.overflow > 0:
                faults.append(f"{self.overflow} px wider than {width}")
            if width == min(widths):
                faults += [f"{width} px: {fault}" for fault in self.inaccessible(SIZES)]
        return faults
