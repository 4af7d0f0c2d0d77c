"""Applying a mapping: one golden record in, one document out, with every issue at once. It cannot run away."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sync.connectors.interface import FieldError
from sync.mapping.content import GoldenView, ListRule, Mapped, MappingContent, ObjectRule, Rule, Scalar, ValueRule
from sync.mapping.record import Element, Record, empty
from sync.mapping.shaping import Unshapeable, shaped

CLOCK_EVERY: Final = 64


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a mapping may take, and how large its document may become."""

    seconds: float = 0.25
    characters: int = 1_000_000


def apply(
    mapping: MappingContent,
    golden: GoldenView,
    *,
    bounds: Bounds = Bounds(),
    stopwatch: Callable[[], float] = time.perf_counter,
) -> Mapped:
    """The target's document for a golden record. Whatever is wrong stands in `issues`; nothing raises."""
    work = _Work(golden, bounds, stopwatch)
    try:
        document = work.document(mapping.rules, "", None)
    except _Stopped as stopped:
        return Mapped({}, work.sources, work.golden_values, (*work.issues, stopped.issue))
    return Mapped(document, work.sources, work.golden_values, tuple(work.issues))


class _Stopped(Exception):
    """The mapping took too long or made too much."""

    def __init__(self, issue: FieldError) -> None:
        super().__init__(issue.message)
        self.issue = issue


class _Work:
    """One application under way."""

    def __init__(self, golden: GoldenView, bounds: Bounds, stopwatch: Callable[[], float]) -> None:
        self.sources: dict[str, str] = {}
        self.golden_values: dict[str, Scalar] = {}
        self.issues: list[FieldError] = []
        self._record = Record(golden)
        self._bounds = bounds
        self._stopwatch = stopwatch
        self._over_at = stopwatch() + bounds.seconds
        self._characters = 0
        self._rules = 0

    def document(self, rules: tuple[Rule, ...], prefix: str, element: Element | None) -> dict[str, Any]:
        """One object, each field filled by the first of its rules that counts."""
        made: dict[str, Any] = {}
        for rule in rules:
            place = f"{prefix}.{rule.target}" if prefix else rule.target
            self._go_on(place)
            if rule.target in made:
                continue
            match rule:
                case ValueRule():
                    self._value(rule, place, element, made)
                case ObjectRule():
                    if self._record.holds(rule.when, element):
                        made[rule.target] = self.document(rule.rules, place, element)
                case ListRule():
                    made[rule.target] = self._list(rule, place)
        return made

    def _list(self, rule: ListRule, place: str) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for key in self._record.keys(rule.group, rule.keys, only=rule.only):
            element = Element(rule.group, key)
            if rule.most is not None and len(made) >= rule.most:
                break
            if self._record.holds(rule.when, element):
                self.sources[f"{place}[{len(made)}]"] = f"{rule.group}[{key}]"
                made.append(self.document(rule.rules, f"{place}[{len(made)}]", element))
        return made

    def _value(self, rule: ValueRule, place: str, element: Element | None, made: dict[str, Any]) -> None:
        if not self._record.holds(rule.when, element):
            return
        found = self._record.value(rule.source, element)
        self.sources[place] = found.path
        self.golden_values.update(found.used)
        try:
            value = shaped(found.value, rule.shaping)
        except Unshapeable as issue:
            self.issues.append(FieldError(place, issue.message, found.path, issue.code))
            return
        value = rule.default if value is None else value
        if empty(value) and rule.required:
            self.issues.append(
                FieldError(place, "It must be filled, and the record has no value.", found.path, "required")
            )
        if not (empty(value) and rule.omit_empty):
            made[rule.target] = value
            self._characters += len(rule.target) + (len(value) if isinstance(value, str) else 8)

    def _go_on(self, place: str) -> None:
        """Raises: _Stopped when a bound is passed."""
        self._rules += 1
        if self._characters > self._bounds.characters:
            what = f"The document is larger than {self._bounds.characters} characters."
            raise _Stopped(FieldError(place, what, "", "too_large"))
        if self._rules % CLOCK_EVERY == 1 and self._stopwatch() > self._over_at:
            what = f"The mapping took longer than {self._bounds.seconds} s."
            raise _Stopped(FieldError(place, what, "", "too_slow"))
