"""Records made ready for comparing: every value read once and replaced by a number.

Numbers follow the order of the values, never the order of the rows, so that nothing depends on how a file was sorted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple, Protocol, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from mdm.engine.matching.declaration import Field, MatchModel
from mdm.engine.matching.readers import READERS, Reader
from mdm.engine.matching.sorting import numbered, room_for_keys, sorted_places
from mdm.engine.matching.table import Bools, Cell, Ints, Longs, Table

C = TypeVar("C", contravariant=True)

MISSING: Final = -1
_GUESSED: Final = re.compile("[\u0590-\u0fff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Hebrew, Arabic, Indic, Thai, Chinese, Japanese, Korean: one text has many romanisations, and we know one."""
_MOST_VALUES: Final = 20
"""Of one cell; what a record has more of is not looked at."""


@dataclass(frozen=True, eq=False)
class Coded:
    """One field of every record. Record r has `codes[offsets[r]:offsets[r + 1]]`; -1 keeps the place of nothing."""

    values: Sequence[str]
    codes: Ints
    offsets: Longs
    foreign: Bools
    """Whether a value was written in a script whose transliteration is a guess."""

    @cached_property
    def single(self) -> bool:
        return len(self.codes) == len(self.offsets) - 1 and bool((np.diff(self.offsets) == 1).all())

    @cached_property
    def counts(self) -> Longs:
        """How many records hold each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).astype(np.int64)


class Counts(Protocol[C]):
    """How often something occurs; nothing more is asked of it than this."""

    def get(self, key: C, default: int, /) -> int: ...


class Counted(NamedTuple):
    """In how many of the distinct values each word is, and the information of the words of a value in the mean."""

    held: Counts[str]
    usual: float


Key = tuple[str, ...]
"""The parts of a value, empty where one is missing."""


class Population:
    """How often texts and words occur in a larger table, for rows that are looked at alone.

    `values` counts its distinct values, `held` how many records have each; `usual` is how many records share a value,
    in the mean over pairs that agree on it. Words are counted when they are asked for.
    """

    def __init__(self, values: int, usual: float, held: Counts[Key], words: Callable[[int | None], Counted]) -> None:
        self.values = values
        self.usual = usual
        self.held = held
        self._words = words
        self._counted: dict[int | None, Counted] = {}

    def words(self, part: int | None) -> Counted:
        """The words of that part of each value; of all its parts where `part` is None."""
        if part not in self._counted:
            self._counted[part] = self._words(part)
        return self._counted[part]


Statistics = Mapping[tuple[str, ...], Population]
"""By the fields of a comparison."""


@dataclass(frozen=True, eq=False)
class Compound:
    """What one comparison compares: tuples of parts, each with a number. -1 among the parts is a missing part."""

    parts: tuple[Sequence[str], ...]
    part_codes: Ints
    codes: Ints
    offsets: Longs
    foreign: Bools
    records: int = 0
    """How many records there are, with and without a value."""
    population: Population | None = None
    """Where rarity is counted, when not here."""
    _features: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.part_codes)

    @cached_property
    def single(self) -> bool:
        return len(self.codes) == len(self.offsets) - 1 and bool((np.diff(self.offsets) == 1).all())

    @cached_property
    def present(self) -> Bools:
        """Whether a record has any value."""
        known = (self.codes >= 0).astype(np.int64)
        totals = np.concatenate(([0], np.cumsum(known)))
        return np.asarray(totals[self.offsets[1:]] > totals[self.offsets[:-1]])

    @cached_property
    def counts(self) -> Longs:
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self)).astype(np.int64)

    @cached_property
    def texts(self) -> list[str]:
        """Each compound as one text, its parts joined by spaces."""
        if len(self.parts) == 1:
            values = self.parts[0]
            return [values[code] if code >= 0 else "" for code in self.part_codes[:, 0].tolist()]
        return [
            " ".join(values[code] for values, code in zip(self.parts, row, strict=True) if code >= 0)
            for row in self.part_codes.tolist()
        ]

    def key(self, code: int) -> Key:
        """The parts of the value with that number."""
        row = self.part_codes[code].tolist()
        return tuple(values[part] if part >= 0 else "" for values, part in zip(self.parts, row, strict=True))

    def texts_of(self, part: int) -> list[str]:
        values = self.parts[part]
        return [values[code] if code >= 0 else "" for code in self.part_codes[:, part].tolist()]

    def feature(self, name: str, make: Callable[[Compound], Any]) -> Any:
        """What `make` finds out about the values, found out once."""
        if name not in self._features:
            self._features[name] = make(self)
        return self._features[name]


class Prepared:
    """A table as one model reads it."""

    def __init__(self, table: Table, model: MatchModel, statistics: Statistics | None = None) -> None:
        self._statistics = statistics or {}
        self.size = len(table)
        self.table = table
        self.model = model
        self._fields: dict[str, Coded] = {}
        self._compounds: dict[tuple[str, ...], Compound] = {}

    @staticmethod
    def of_fields(fields: dict[str, Coded], size: int, model: MatchModel, statistics: Statistics) -> Prepared:
        """Records whose values are read already, by field."""
        prepared = Prepared(Table([str(row) for row in range(size)], {}), model, statistics)
        prepared._fields = fields
        return prepared

    def field(self, name: str) -> Coded:
        if name not in self._fields:
            self._fields[name] = _coded(self.table, self.model.fields[name])
        return self._fields[name]

    def compound(self, names: tuple[str, ...]) -> Compound:
        if names not in self._compounds:
            self._compounds[names] = _compound([self.field(name) for name in names], self._statistics.get(names))
        return self._compounds[names]

    @cached_property
    def order(self) -> Longs:
        """The rows sorted by what they say; rows that say the same follow each other."""
        return sorted_places(self.content_keys)

    @cached_property
    def content_keys(self) -> Longs:
        """Per row a number that is equal where all fields are equal, and ordered by content."""
        key, width, room = np.zeros(self.size, dtype=np.int64), 1, room_for_keys(self.size)
        for name in sorted(self.model.fields):
            coded = self.field(name)
            codes = coded.codes if coded.single else _cell_codes(coded)
            span = int(codes.max(initial=0)) + 2
            if (width * span).bit_length() > room:
                texts, key = numbered(key)
                width = len(texts)
            key = key * span + codes + 1
            width *= span
        return key


_RECENT: Final[WeakKeyDictionary[Table, Prepared]] = WeakKeyDictionary()


def prepared_for(table: Table, model: MatchModel, statistics: Statistics | None = None) -> Prepared:
    """The table as the model reads it; steps that follow each other on one table share the work."""
    recent = _RECENT.get(table)
    if recent is None or statistics is not None or recent.model.fields != model.fields:
        recent = Prepared(table, model, statistics)
        if statistics is None:
            _RECENT[table] = recent
    return recent


def _cell_codes(coded: Coded) -> Ints:
    cells = [
        tuple(coded.codes[start:end].tolist())
        for start, end in zip(coded.offsets[:-1].tolist(), coded.offsets[1:].tolist(), strict=True)
    ]
    numbers = {cell: number for number, cell in enumerate(sorted(set(cells)))}
    return np.array([numbers[cell] for cell in cells], dtype=np.int32)


def _coded(table: Table, spec: Field) -> Coded:
    cells: Sequence[Cell] = table.columns.get(spec.column) or [None] * len(table)
    read = READERS[spec.reader]
    raws = set(cells)
    if any(issubclass(kind, tuple) for kind in set(map(type, raws))):
        return _coded_many(cells, read)
    values, by_raw, foreign = _read_all(raws - {None, ""}, read)
    by_raw[None] = by_raw[""] = MISSING
    codes = np.fromiter(map(by_raw.__getitem__, cells), dtype=np.int32, count=len(cells))
    return Coded(values, codes, np.arange(len(cells) + 1, dtype=np.int64), foreign)


def _read_all(cells: set[Any], read: Reader) -> tuple[list[str], dict[Any, int], Bools]:
    """Sorted values, the number of each raw text's value, and which values come from a script that is only guessed."""
    known = dict(zip(cells, map(read, cells), strict=True))
    values = sorted(set(known.values()) - {""})
    numbers = {value: number for number, value in enumerate(values)} | {"": MISSING}
    foreign = np.zeros(len(values), dtype=bool)
    for raw in (raw for raw in known if not raw.isascii()):
        if known[raw] and _GUESSED.search(raw[:200]):
            foreign[numbers[known[raw]]] = True
    return values, dict(zip(known, map(numbers.__getitem__, known.values()), strict=True)), foreign


def _coded_many(cells: Sequence[Cell], read: Reader) -> Coded:
    rows = [(cell if isinstance(cell, tuple) else (cell or "",))[:_MOST_VALUES] or ("",) for cell in cells]
    values, by_raw, foreign = _read_all({cell for row in rows for cell in row if cell}, read)
    codes = np.array([by_raw.get(cell, MISSING) for row in rows for cell in row], dtype=np.int32)
    offsets = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    return Coded(values, codes, offsets, foreign)


def _compound(fields: Sequence[Coded], population: Population | None) -> Compound:
    size = len(fields[0].offsets) - 1
    if len(fields) == 1 and fields[0].counts.all():
        only = fields[0]
        part_codes = np.arange(len(only.values), dtype=np.int32)[:, None]
        return Compound((only.values,), part_codes, only.codes, only.offsets, only.foreign, size, population)
    if all(each.single for each in fields):
        offsets = fields[0].offsets
        columns = [each.codes for each in fields]
    else:
        lengths = np.maximum.reduce([np.diff(each.offsets) for each in fields])
        offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        rows = np.repeat(np.arange(size), lengths)
        places = np.arange(len(rows)) - offsets[rows]
        columns = [_aligned(each, rows, places) for each in fields]
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for each, codes in zip(fields, columns, strict=True):
        key = numbered(key * (len(each.values) + 2) + codes + 1)[1]
    nothing = np.logical_and.reduce([codes < 0 for codes in columns])
    known = key[~nothing]
    texts, inverse = numbered(known)
    first = np.empty(len(texts), dtype=np.int64)
    first[inverse[::-1]] = np.arange(len(known))[::-1]
    codes = np.full(len(key), MISSING, dtype=np.int32)
    codes[~nothing] = inverse
    part_codes = np.stack([codes_of[~nothing][first] for codes_of in columns], axis=1).astype(np.int32)
    foreign = np.zeros(len(part_codes), dtype=bool)
    for at, each in enumerate(fields):
        part = part_codes[:, at]
        foreign |= (part >= 0) & np.append(each.foreign, False)[part]
    return Compound(tuple(each.values for each in fields), part_codes, codes, offsets, foreign, size, population)


def _aligned(coded: Coded, rows: Longs, places: Longs) -> Ints:
    """The field's code at each place of each row, -1 past its end."""
    starts, ends = coded.offsets[rows], coded.offsets[rows + 1]
    at = starts + places
    inside = at < ends
    found = np.full(len(rows), MISSING, dtype=np.int32)
    found[inside] = coded.codes[at[inside]]
    return found
