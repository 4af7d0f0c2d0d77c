"""The filter bar of the queue: one typed line is the truth; facets and chips are links to other lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from mdm.kernel.errors import DomainError

Text = str | Promise


@dataclass(frozen=True)
class Choice:
    """One value to narrow by; `url` is the queue with it, or without it when it is on."""

    label: Text
    count: int | None
    url: str
    on: bool


@dataclass(frozen=True)
class Facet:
    label: Text
    choices: Sequence[Choice]
    chosen: Text = ""


@dataclass(frozen=True)
class Chip:
    """A word of the line, and the queue without it."""

    word: str
    url: str


@dataclass(frozen=True)
class Bar:
    path: str
    line: str
    facets: Sequence[Facet]
    chips: Sequence[Chip]
    clear_url: str
    refusal: DomainError | None = None
