"""Rows of related files joined into observations, with what cannot be joined rejected by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mdm.engine.checked import Issue
from mdm.engine.paths import PathError, parse
from mdm.records.identifiers import Key
from mdm.records.observation import Observation
from sync.ingestion.layouts import HEADER, Plan
from sync.ingestion.layouts.plan import Fault, RowFault
from sync.ingestion.queries.readings import Reading
from sync.ingestion.rejections import Rejection, fault_of_issues


class Line(NamedTuple):
    """One staged row."""

    object: str
    row: int
    scope: str
    key: str
    element: str
    cells: list[str]


@dataclass
class Joined:
    """One record of the files: the rows it is made of, and what they say together."""

    lines: list[Line]
    observation: Observation


@dataclass
class Joiner:
    """Joins the rows of one range of identifiers. `rejected` grows as rows turn out not to fit."""

    readings: Mapping[str, Reading]
    rejected: list[Rejection] = field(default_factory=list)
    repeated: int = 0

    def join(self, lines: Iterable[Line], *, known: set[Key], refused: Mapping[Key, int]) -> list[Joined]:
        """Return one record per identifier.

        `known` are identifiers that need no header row here, because the hub has their record; `refused` are those
        whose header row (its number) was rejected before.
        """
        records = [self._record(key, rows, known, refused) for key, rows in by_key(lines).items()]
        return [record for record in records if record is not None]

    def reject(self, line: Line, fault: Fault) -> None:
        self.rejected.append(Rejection(line.object, line.row, line.cells, fault, line.scope, line.key))

    def refuse(self, joined: Joined, issues: Sequence[Issue]) -> Joined | None:
        """Reject the rows that the issues are about; return the record without them, None when its header is one."""
        rows = {(line.object, line.row): line for line in joined.lines}
        found: dict[tuple[str, int], list[tuple[Issue, str]]] = {}
        for issue in issues:
            line, column = self._place_of(joined, issue.path)
            found.setdefault((line.object, line.row), []).append((issue, column))
        for place, entries in found.items():
            self.reject(rows[place], fault_of_issues([issue for issue, _ in entries], [name for _, name in entries]))
        left = [line for place, line in rows.items() if place not in found]
        head = next((number for (name, number) in found if name == HEADER), None)
        if head is not None or not left:
            self._reject_with(left, head or 0)
            return None
        return self._assemble(left)

    def _record(self, key: Key, rows: Sequence[Line], known: set[Key], refused: Mapping[Key, int]) -> Joined | None:
        lines, head = self._without_repeats(rows)
        headless = not any(line.object == HEADER for line in lines)
        if head or (headless and key in refused):
            self._reject_with(lines, head or refused[key])
            return None
        if headless and key not in known:
            for line in lines:
                self.reject(line, _orphan(line, self.readings[line.object]))
            return None
        return self._assemble(lines) if lines else None

    def _without_repeats(self, rows: Sequence[Line]) -> tuple[list[Line], int]:
        """Return the rows that count, and the number of a rejected header row: equal rows count once, others reject."""
        slots: dict[tuple[str, str], list[Line]] = {}
        for line in rows:
            slots.setdefault((line.object, line.element), []).append(line)
        if len(slots) == len(rows):
            return list(rows), 0
        lines: list[Line] = []
        head = 0
        for (name, _), same in slots.items():
            content = self.readings[name].plan.content
            if len({content(line.cells) for line in same}) == 1:
                lines.append(same[0])
                self.repeated += len(same) - 1
                continue
            head = same[0].row if name == HEADER else head
            for line in same:
                self.reject(line, _repeated(line, same, self.readings[name]))
        return lines, head

    def _assemble(self, lines: list[Line]) -> Joined | None:
        first = next((line for line in lines if line.object == HEADER), lines[0])
        lines = [first, *(line for line in lines if line is not first)]
        observation = Observation(external_id=first.key, scope=first.scope, position=first.row)
        try:
            return Joined(self._fill(observation, first, lines), observation)
        except RowFault as refused:
            self.reject(first, refused.fault)
            self._reject_with([line for line in lines if line is not first], first.row)
            return None

    def _fill(self, observation: Observation, first: Line, lines: Sequence[Line]) -> list[Line]:
        """Put what the rows say into the observation; return those that count."""
        plan = self.readings[first.object].plan
        observation.external_id = plan.key(first.cells)
        if first.object == HEADER:
            observation.changed_at = plan.changed_at(first.cells)
            observation.deleted = plan.deleted(first.cells)
        counted: list[Line] = []
        values: dict[str, Any] = observation.values
        for line in lines:
            plan = self.readings[line.object].plan
            if not values.keys().isdisjoint(plan.paths(line.element)):
                self.reject(line, _said_twice(line, plan, values))
                continue
            counted.append(line)
            plan.add_values(line.cells, line.element, values)
        if observation.deleted:
            values.clear()
        return counted

    def _place_of(self, joined: Joined, path: str) -> tuple[Line, str]:
        """Return the row and the column that a path came from."""
        head = next((line for line in joined.lines if line.object == HEADER), joined.lines[0])
        try:
            parsed = parse(path)
        except PathError:
            return head, path
        for line in joined.lines:
            plan = self.readings[line.object].plan
            if plan.layout.group and plan.layout.group == parsed.group and line.element == parsed.key:
                return line, plan.column_of.get(parsed.attribute, path)
        return head, self.readings[head.object].plan.column_of.get(path, path)

    def _reject_with(self, lines: Iterable[Line], head: int) -> None:
        for line in lines:
            text = f"It belongs to header row {head}, which was rejected." if head else "Its record was rejected."
            remedy = "Correct the header row and send both rows again."
            self.reject(line, Fault(self.readings[line.object].plan.layout.key, line.key, text, remedy, "with_header"))


def by_key(lines: Iterable[Line]) -> dict[Key, list[Line]]:
    """Return the rows by scope and identifier, in the order met."""
    grouped: dict[Key, list[Line]] = {}
    for line in lines:
        grouped.setdefault((line.scope, line.key), []).append(line)
    return grouped


def headless(grouped: Mapping[Key, Sequence[Line]]) -> list[Key]:
    """Return the identifiers without a header row among these."""
    return [key for key, lines in grouped.items() if all(line.object != HEADER for line in lines)]


def _repeated(line: Line, same: Sequence[Line], reading: Reading) -> Fault:
    rows = ", ".join(str(other.row) for other in same)
    what = f"{line.key} with {reading.plan.layout.group} {line.element}" if line.element else line.key
    return Fault(
        reading.plan.layout.key,
        line.key,
        f"{what} stands in rows {rows} with different content.",
        "Keep the row that is right and send it alone.",
        "repeated",
    )


def _said_twice(line: Line, plan: Plan, values: Mapping[str, Any]) -> Fault:
    path = next(path for path in plan.paths(line.element) if path in values)
    return Fault(
        plan.layout.key,
        line.key,
        f"Another file says {path} of {line.key} already.",
        "Let one of the two files speak of it.",
        "said_twice",
    )


def _orphan(line: Line, reading: Reading) -> Fault:
    return Fault(
        reading.plan.layout.key,
        line.key,
        f"No header row has the identifier {line.key}, and no record of it is known.",
        "Send its header row too, or correct the identifier.",
        "orphan",
    )
