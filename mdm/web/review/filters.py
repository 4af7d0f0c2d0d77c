"""The filter bar of the queue: one typed line is the truth; facets and chips are links to other lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from mdm.kernel.errors import DomainError
from mdm.stewardship.queries.shapes import Facets, FacetValue, QueueCounts, QueueFilter
from mdm.stewardship.queries.typed_filter import parse, write

Text = str | Promise
# What is said by one word of the line and goes with one chip.
TOGETHER = (
    ("domain",), ("reasons",), ("systems",), ("conflicts",), ("score_from", "score_to"), ("value_from", "value_to"),
    ("members_from", "members_to"), ("older_than",), ("younger_than",), ("who",), ("state",), ("text",),
)  # fmt: skip
LISTS = ("reasons", "systems", "conflicts")
SORTS: tuple[tuple[str, Text], ...] = (
    ("value", _("Value at stake")),
    ("score", _("Score")),
    ("age", _("Oldest first")),
    ("new", _("Newest first")),
)
STATES: tuple[tuple[str, Text], ...] = (
    ("open", _("Open")),
    ("waiting", _("Waiting for an answer")),
    ("answered", _("Answered since you asked")),
    ("snoozed", _("Put off")),
    ("escalated", _("Escalated")),
    ("today", _("Decided today")),
    ("done", _("Decided")),
    ("all", _("All that are not decided")),
)
DEFAULTS = {one.name: getattr(QueueFilter(), one.name) for one in fields(QueueFilter)}


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
    facets: Sequence[Facet] = field(default_factory=tuple)
    chips: Sequence[Chip] = field(default_factory=tuple)
    clear_url: str = ""
    refusal: DomainError | None = None


def bar(
    path: str, line: str, chosen: QueueFilter, found: Facets, counts: QueueCounts, domains: Mapping[str, str]
) -> Bar:
    """The bar of the queue that `line` shows; `domains` are those to choose from, by code."""
    links = Links(path, chosen)
    named = (
        (_("Reason"), found.reasons),
        (_("Source"), found.systems),
        (_("Conflict"), found.conflicts),
        (_("Score"), found.scores),
        (_("Members"), found.members),
        (_("Who"), found.who),
    )
    facets = [Facet(label, [links.choice(one) for one in values], links.chosen(values)) for label, values in named]
    if len(domains) > 1:
        facets.insert(0, links.menu(_("Domain"), "domain", list(domains.items()), {}))
    numbers = {state: getattr(counts, "done_today" if state == "today" else state, None) for state, _label in STATES}
    facets += [links.menu(_("State"), "state", STATES, numbers), links.menu(_("Sort"), "sort", SORTS, {})]
    return Bar(path, line, facets, list(links.chips()), path)


class Links:
    """Queues next to the chosen one: with one word more, or one less."""

    def __init__(self, path: str, chosen: QueueFilter) -> None:
        self.path = path
        self.filter = chosen

    def url(self, **changes: Any) -> str:
        line = write(replace(self.filter, **changes))
        return f"{self.path}?{urlencode({'q': line})}" if line else self.path

    def choice(self, value: FacetValue) -> Choice:
        said = {name: given for name, given in _given(parse(value.word)).items() if name not in ("state", "sort")}
        on = all(self._holds(name, given) for name, given in said.items())
        changes = {name: self._toggled(name, given, on) for name, given in said.items()}
        return Choice(value.label, value.count, self.url(**changes), on)

    def chosen(self, values: Sequence[FacetValue]) -> str:
        return ", ".join(value.label for value in values if self.choice(value).on)

    def menu(
        self, label: Text, name: str, choices: Sequence[tuple[str, Text]], counts: Mapping[str, int | None]
    ) -> Facet:
        at = getattr(self.filter, name)
        made = [
            Choice(text, counts.get(value), self.url(**{name: DEFAULTS[name] if value == at else value}), value == at)
            for value, text in choices
        ]
        return Facet(label, made, next((text for value, text in choices if value == at and at != DEFAULTS[name]), ""))

    def chips(self) -> Iterator[Chip]:
        given = _given(self.filter)
        for names in TOGETHER:
            if held := {name: given[name] for name in names if name in given}:
                without = self.url(**{name: DEFAULTS[name] for name in held})
                yield Chip(write(replace(QueueFilter(), **held)), without)

    def _holds(self, name: str, given: Any) -> bool:
        held = getattr(self.filter, name)
        return set(given) <= set(held) if name in LISTS else bool(held == given)

    def _toggled(self, name: str, given: Any, on: bool) -> Any:
        if name not in LISTS:
            return DEFAULTS[name] if on else given
        held = getattr(self.filter, name)
        return tuple(one for one in held if one not in given) if on else (*held, *given)


def _given(chosen: QueueFilter) -> dict[str, Any]:
    """What differs from the whole open queue."""
    return {name: value for name, default in DEFAULTS.items() if (value := getattr(chosen, name)) != default}
