"""What is in a table, column by column: how full, how distinct, what it seems to mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mdm.engine.matching.comparators.identifier import valid
from mdm.engine.matching.meaning import Meaning, meaning_of
from mdm.engine.matching.models import models_of
from mdm.engine.matching.table import Cell, Table

_SAMPLE: Final = 4_000
_SCHEMES: Final = ("eu_vat", "iban", "lei", "ean", "isin", "de_vat", "fr_siret", "us_ein", "gb_vat", "it_iva")
_ENOUGH: Final = 0.6


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """`coverage` is the share of records with a value, `distinct` the share of distinct values among those,
    `largest` the share of the most frequent one. `schemes` tells how many values pass a check digit, by scheme."""

    name: str
    meaning: Meaning
    coverage: float
    distinct: float
    largest: float
    words: float
    length: float
    models: float
    """Share of values with a word of letters and digits, as model numbers are."""
    schemes: Mapping[str, float]
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    records: int
    columns: tuple[ColumnProfile, ...]
    sources: int = 0

    def of(self, *meanings: Meaning) -> list[ColumnProfile]:
        """Columns of these meanings, in the order of the meanings, the fullest first."""
        found = [column for column in self.columns if column.meaning in meanings]
        return sorted(found, key=lambda column: (meanings.index(column.meaning), -column.coverage, column.name))

    def to_content(self) -> dict[str, Any]:
        """Plain data for a report."""
        names = (
            "name",
            "meaning",
            "coverage",
            "distinct",
            "largest",
            "words",
            "length",
            "models",
            "schemes",
            "samples",
        )
        return {
            "records": self.records,
            "columns": [{name: getattr(each, name) for name in names} for each in self.columns],
        }


def profile(table: Table) -> Profile:
    """What the table holds; the order of its rows does not matter."""
    columns = tuple(_column(name, cells) for name, cells in table.columns.items())
    sources = len(set(table.sources)) if table.sources is not None else 0
    return Profile(len(table), columns, sources)


def _column(name: str, cells: Sequence[Cell]) -> ColumnProfile:
    counts: Counter[str] = Counter()
    filled = 0
    for cell in cells:
        texts = [text for text in (cell if isinstance(cell, tuple) else (cell,)) if text and not text.isspace()]
        filled += bool(texts)
        counts.update(text.strip()[:2_000] for text in texts)
    total = sum(counts.values())
    sample = _sample(counts, total)
    distinct = len(counts) / max(total, 1)
    return ColumnProfile(
        name=name,
        meaning=meaning_of(name, sample, distinct),
        coverage=filled / max(len(cells), 1),
        distinct=distinct,
        largest=max(counts.values(), default=0) / max(total, 1),
        words=sum(len(text.split()) for text in sample) / max(len(sample), 1),
        length=sum(map(len, sample)) / max(len(sample), 1),
        models=sum(bool(models_of(text)) for text in sample) / max(len(sample), 1),
        schemes=_schemes(sample),
        samples=tuple(sorted(counts, key=lambda text: (-counts[text], text))[:5]),
    )


def _sample(counts: Counter[str], total: int) -> list[str]:
    """Every so many of the sorted values, each as often as it occurs: no order of rows can change it."""
    step = max(total // _SAMPLE, 1)
    sample: list[str] = []
    place = 0
    for text in sorted(counts):
        first, place = -(-place // step), place + counts[text]
        sample += [text] * (-(-place // step) - first)
    return sample


def _schemes(sample: Sequence[str]) -> dict[str, float]:
    tried = [text for text in sample[:200] if len(text) < 40]
    shares = {scheme: sum(valid(scheme, text) for text in tried) / max(len(tried), 1) for scheme in _SCHEMES}
    return {scheme: round(found, 3) for scheme, found in shares.items() if found >= _ENOUGH}
