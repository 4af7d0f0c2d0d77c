"""Attribute by attribute what the members say, the most telling first, with the value that would stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mdm.engine.matching import MatchModel
from mdm.engine.paths import attribute_of, parse
from mdm.matching.corpus import PRIOR
from mdm.stewardship.queries.members import Column
from mdm.stewardship.queries.shapes import AttributeRow, Bar, PairView, Result
from mdm.stewardship.queries.sight import Sight, text_of


def rows_of(
    columns: Sequence[Column],
    results: Mapping[str, Result],
    pair: PairView | None,
    model: MatchModel | None,
    sight: Sight,
) -> list[AttributeRow]:
    """Return one row per path that a member says something at, or that would be shown."""
    paths = sorted({path for column in columns for path in column.values} | results.keys())
    evidence = _evidence(paths, pair, model)
    order = {path: number for number, path in enumerate(sight.pack.attributes)}
    ranked = sorted(paths, key=lambda path: (*_rank(evidence.get(path)), order.get(attribute_of(path), 999), path))
    return [_row(path, columns, results.get(path), evidence.get(path), sight) for path in ranked]


def _rank(told: tuple[int, int, float, Bar | None] | None) -> tuple[float, int, int]:
    """What is compared stands by the weight of its comparison, its attributes together; the rest follows."""
    if told is None:
        return (0.0, 999, 0)
    comparison, place, bits, _ = told
    return (-abs(bits) - 1.0, comparison, place)


def _evidence(
    paths: Sequence[str], pair: PairView | None, model: MatchModel | None
) -> dict[str, tuple[int, int, float, Bar | None]]:
    """By path: the number of its comparison, its place in it, the comparison's bits, and the bar where it is told: at
    the first of the attributes that the comparison reads.
    """
    if pair is None or model is None:
        return {}
    found: dict[str, tuple[int, int, float, Bar | None]] = {}
    bits = {bar.comparison: bar for bar in pair.bars if bar.comparison != PRIOR}
    for number, comparison in enumerate(model.comparisons):
        bar = bits.get(comparison.name)
        if bar is None:
            continue
        rarity = bits.get(f"{comparison.name} rarity")
        whole = Bar(bar.comparison, bar.label, bar.level, bar.bits + (rarity.bits if rarity else 0.0), bar.sentence)
        read = [path for path in _read_by(model, number, paths) if path not in found]
        for place, path in enumerate(read):
            found[path] = (number, place, whole.bits, None if place else whole)
    return found


def _read_by(model: MatchModel, number: int, paths: Sequence[str]) -> list[str]:
    """The paths that a comparison reads, in the order in which it names them."""
    columns = [model.fields[name].column for name in model.comparisons[number].fields]
    patterns = [one for column in columns for text in model.columns.get(column, (column,)) for one in text.split()]
    wanted = list(dict.fromkeys(_declared(pattern) for pattern in patterns))
    return [path for name in wanted for path in paths if attribute_of(path) == name]


def _declared(pattern: str) -> str:
    """`identifiers[eu_vat|gb_vat].value` -> `identifiers.value`."""
    group, bracket, rest = pattern.partition("[")
    return f"{group}.{rest.rpartition('.')[2]}" if bracket else pattern


def _row(
    path: str,
    columns: Sequence[Column],
    result: Result | None,
    told: tuple[int, int, float, Bar | None] | None,
    sight: Sight,
) -> AttributeRow:
    bar = told[3] if told else None
    said = [column.said(path) for column in columns]
    spoken = {text_of(one.value) for one in said if one.value is not None}
    group = sight.pack.groups.get(parse(path).group)
    return AttributeRow(
        path=path,
        label=sight.pack.label_of(path),
        group=group.label if group else "",
        privacy=sight.privacy(path),
        result=result,
        cells=sight.cells(path, said),
        bits=bar.bits if bar else None,
        level=bar.level if bar else "",
        sentence=bar.sentence if bar else "",
        equal=len(spoken) <= 1,
    )
