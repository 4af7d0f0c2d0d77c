"""How one person likes the pages: kept in cookies, so that the first byte already has the right theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

CHOICES: Mapping[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dark"),
    "density": ("default", "compact", "roomy"),
    "keys": ("on", "off"),
    "nav": ("wide", "narrow"),
}
ONE_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Preferences:
    theme: str = "system"
    density: str = "default"
    keys: str = "on"
    nav: str = "wide"

    @property
    def attributes(self) -> SafeString:
        """The data- attributes of <html>; a default needs none."""
        chosen = [(f.name, getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) != f.default]
        return format_html_join("", ' data-{}="{}"', chosen)


def read(request: HttpRequest) -> Preferences:
    sent = {name: request.COOKIES.get(f"ts_{name}", "") for name in CHOICES}
    return Preferences(**{name: value for name, value in sent.items() if value in CHOICES[name]})


def write(response: HttpResponse, wanted: Mapping[str, str], *, secure: bool) -> None:
    """Remember the choices that are in the closed list; anything else is ignored."""
    for name, allowed in CHOICES.items():
        if wanted.get(name) in allowed:
            response.set_cookie(
                f"ts_{name}", wanted[name], max_age=ONE_YEAR, samesite="Lax", secure=secure, httponly=False
            )
