"""A page whose console, errors, policy violations, failed requests and shifts are written down."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import ConsoleMessage, Page, Response

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

    def inaccessible(self) -> list[str]:
        """What axe finds wrong, by WCAG 2.2 A and AA and its best practices."""
        results: dict[str, Any] = Axe().run(self.page).response
        return [
            f"{fault['id']}: {node['target']} {node['html'][:160]}"
            for fault in results["violations"]
            for node in fault["nodes"]
        ]
