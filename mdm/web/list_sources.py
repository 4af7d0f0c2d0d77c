"""Lists by name, made anew for an actor outside a page: with it, an export of any size can run as a job."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.urls import get_resolver

if TYPE_CHECKING:
    from mdm.accounts.models import Actor
    from mdm.web.lists import ListSpec

Source = Callable[["Actor"], "ListSpec"]
_sources: dict[str, Source] = {}


def remade(name: str) -> Callable[[Source], Source]:
    """Name the function that makes the list; its `ListSpec` has the same name."""

    def register(source: Source) -> Source:
        _sources[name] = source
        return source

    return register


def source(name: str) -> Source | None:
    """Return what makes the list of that name; None when it only lives in its page."""
    _ = get_resolver().url_patterns  # screens register with their addresses, also in a worker
    return _sources.get(name)
