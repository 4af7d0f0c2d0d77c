"""A layout compiled for one table: cells in, values by path out, with as little work per row as possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

from mdm.engine.paths import is_key, join
from mdm.kernel.errors import Invalid
from sync.ingestion.layouts.declared import DATE_FORMS, ObjectLayout
from sync.ingestion.reading.tables import HELPER_COLUMNS

Convert = Callable[[str], Any]
_EMPTY_DATES = ("", "00000000", "0000-00-00")


@dataclass(frozen=True)
class Fault:
    """Why one cell of a row cannot be used."""

    column: str
    value: str
    message: str
    remedy: str
    code: str = "unreadable"


class RowFault(Exception):
    """The row cannot be used."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class Plan:
    """What to do with each row of one table. Made by `compile_plan`."""

    def __init__(self, layout: ObjectLayout, columns: Sequence[str], *, scope: str) -> None:
        index = {column: position for position, column in enumerate(columns) if column}
        self.layout = layout
        self.columns = tuple(columns)
        self.width = len(columns)
        self._scope = scope
        self._key = index[layout.key]
        self._scope_at = index.get(layout.scope) if layout.scope else None
        self._element_at = tuple((index[column], layout.values.get(column, {})) for column in layout.element)
        self._deleted_at = index.get(layout.deleted_column) if layout.deleted_column else None
        self._deleted = {value.casefold() for value in layout.deleted_values}
        self._changed_at = index.get(layout.changed_at) if layout.changed_at else None
        present = {column: layout.columns[column] for column in columns if column in layout.columns}
        self._targets = tuple(present.values())
        self._cells = _getter([index[column] for column in present])
        joined = {
            target: tuple(index[column] for column in parts if column in index)
            for target, parts in layout.joined.items()
        }
        self._joined = tuple((target, parts) for target, parts in joined.items() if parts)
        self._constants = tuple(layout.constants.values())
        self._converts = _converts(layout, present)
        self._paths: dict[str, tuple[str, ...]] = {}
        read = layout.named_columns() - set(layout.ignore)
        self._read = frozenset(at for at, column in enumerate(columns) if column in read)
        self.column_of = {target: column for column, target in present.items()}
        self.column_of.update({target: parts[0] for target, parts in layout.joined.items()})
        self.missing = sorted(layout.named_columns() - set(index) - set(layout.ignore))
        known = layout.named_columns() | set(HELPER_COLUMNS)
        self.unmapped = [column or f"column {n + 1}" for n, column in enumerate(columns) if column not in known]

    def reads(self, at: int) -> bool:
        """Does anything come of the column at this position?"""
        return at in self._read

    def content(self, cells: Sequence[str]) -> tuple[str, ...]:
        """Return what two rows must share to say the same."""
        return tuple(cell for at, cell in enumerate(cells) if at in self._read)

    def key(self, cells: Sequence[str]) -> str:
        return cells[self._key]

    def scope(self, cells: Sequence[str]) -> str:
        return self._scope if self._scope_at is None else cells[self._scope_at].strip()

    def element(self, cells: Sequence[str]) -> str:
        """Return the key of the group's element the row is about; empty for a header.

        Raises: RowFault when the row does not tell it.
        """
        if not self.layout.group:
            return ""
        parts = [(cells[at].strip(), names) for at, names in self._element_at]
        key = "-".join(names.get(part, part) for part, names in parts) or self.layout.element_constant
        if not is_key(key) or not key.strip("-"):
            raise RowFault(
                Fault(
                    self.layout.element[0],
                    key[:200],
                    f"{key[:80]!r} cannot be the key of an element of {self.layout.group}.",
                    "Give 1 to 64 characters without brackets or spaces.",
                    "element_key",
                )
            )
        return key

    def deleted(self, cells: Sequence[str]) -> bool:
        return self._deleted_at is not None and cells[self._deleted_at].strip().casefold() in self._deleted

    def changed_at(self, cells: Sequence[str]) -> datetime | None:
        """Return when the system changed the record.

        Raises: RowFault when the cell is no time.
        """
        if self._changed_at is None:
            return None
        raw = cells[self._changed_at].strip()
        convert = _date_form(self.layout.dates.get(self.layout.changed_at, ""))
        return moment_of(convert(raw), self.layout.changed_at)

    def paths(self, element: str) -> tuple[str, ...]:
        """Return the paths a row about this element speaks of."""
        names = self._paths.get(element)
        if names is None:
            names = self._paths[element] = self._names(element)
        return names

    def add_values(self, cells: Sequence[str], element: str, values: dict[str, Any]) -> None:
        """Add the row's values to `values`, by path."""
        names = self.paths(element)
        values.update(zip(names, self._cells(cells), strict=False))
        if self._joined:
            for name, (_, parts) in zip(names[len(self._targets) :], self._joined, strict=False):
                values[name] = " ".join(cell for at in parts if (cell := cells[at].strip()))
        if self._constants:
            values.update(zip(names[-len(self._constants) :], self._constants, strict=True))
        for at, convert in self._converts:
            values[names[at]] = convert(values[names[at]])

    def _names(self, element: str) -> tuple[str, ...]:
        targets = (*self._targets, *(target for target, _ in self._joined), *self.layout.constants)
        group = self.layout.group
        return tuple(join(group, element, target) for target in targets) if group else targets


def compile_plan(layout: ObjectLayout, columns: Sequence[str], *, scope: str = "", name: str = "") -> Plan:
    """Return the plan for a table with these columns.

    Raises: Invalid when a column without which no row can be placed is missing.
    """
    needed = [layout.key, *([layout.scope] if layout.scope else []), *layout.element]
    for column in needed:
        if column not in columns:
            shown = ", ".join(column for column in columns if column)
            raise Invalid(
                f"The file {name} has no column {column}, which tells its records apart; it has: {shown[:500]}.",
                field=column,
                value=shown[:200],
                remedy="Add the column, or choose the layout that fits this file.",
            )
    return Plan(layout, columns, scope=scope)


def _getter(positions: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    if len(positions) > 1:
        return itemgetter(*positions)
    return lambda cells: [cells[position] for position in positions]


def _converts(layout: ObjectLayout, present: Mapping[str, str]) -> tuple[tuple[int, Convert], ...]:
    """Return (index of the target, conversion) for the columns that need one."""
    found: list[tuple[int, Convert]] = []
    for position, column in enumerate(present):
        if column in layout.values:
            found.append((position, _value_map(layout.values[column])))
        elif column in layout.dates:
            found.append((position, _date_form(layout.dates[column])))
    return tuple(found)


def _value_map(values: Mapping[str, str]) -> Convert:
    """Listed values are replaced, `*` stands for all others, and without it others pass as they are."""
    table = dict(values)
    rest = table.get("*")

    def convert(cell: str) -> str:
        text = cell.strip()
        return table.get(text, text if rest is None else rest)

    return convert


def _date_form(form: str) -> Callable[[str], str]:
    pattern = DATE_FORMS.get(form, "")

    @lru_cache(maxsize=4096)
    def convert(cell: str) -> str:
        text = cell.strip()
        if text in _EMPTY_DATES:
            return ""
        try:
            return datetime.strptime(text, pattern).date().isoformat() if pattern else text
        except ValueError:
            return text

    return convert


@lru_cache(maxsize=4096)
def moment_of(text: str, column: str) -> datetime | None:
    """Return the moment an ISO text names; without an offset it is UTC.

    Raises: RowFault when it names none.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise RowFault(
            Fault(
                column,
                text[:200],
                f"{text[:80]!r} is no date or time.",
                "Write it as 2026-03-12 or 2026-03-12T10:30:00+01:00.",
                "changed_at",
            )
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
