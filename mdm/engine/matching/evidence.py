"""From records held by path to a table's cells, and the fingerprint of what a decision was made on."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from mdm.engine.matching.declaration import MatchModel
from mdm.engine.matching.table import Cell, Table
from mdm.engine.paths import parse

_ELEMENT: Final = re.compile(r"([^.\[\]]+)\[([^\[\]]+)\]\.([^.\[\]]+)")
KEYED: Final = "identifiers"
"""The group whose element keys name schemes: its values are written `eu_vat:DE811128135`."""


def columns_of(values: Mapping[str, Any], model: MatchModel) -> dict[str, Cell]:
    """One record's cells, by the model's `columns`: column -> paths as declared.

    - `name` takes the value of that path; several paths give several values, in the order declared.
    - `given_name family_name` joins two values by a space.
    - `addresses.city` takes the city of every address; `addresses[main].city` only that of one. Columns of a
      group stay aligned: place i is the same element in each of them, empty where the element lacks the attribute.
    - values below `identifiers` carry their scheme: `eu_vat:DE811128135`. `identifiers[eu_vat|gb_vat].value` names
      some.
    A column without paths takes the path of its own name. What is missing is None.
    """
    elements = _elements(values)
    wanted = {each.column for each in model.fields.values()}
    return {column: _cell(model.columns.get(column, (column,)), values, elements) for column in sorted(wanted)}


def declared_paths(model: MatchModel) -> set[tuple[str, str]]:
    """(column, attribute as a pack declares it) of everything that the model reads."""
    found = set()
    for column in {each.column for each in model.fields.values()}:
        for pattern in model.columns.get(column, (column,)):
            for path in pattern.split():
                group, _, attribute = _pattern(path)
                found.add((column, f"{group}.{attribute}" if group else attribute))
    return found


def table_of(
    ids: list[str], records: list[Mapping[str, Any]], model: MatchModel, sources: list[str] | None = None
) -> Table:
    """A table of records held by path."""
    rows = [columns_of(values, model) for values in records]
    columns = sorted({each.column for each in model.fields.values()})
    return Table(ids, {name: [row[name] for row in rows] for name in columns}, sources)


def evidence_hash(left: Mapping[str, Any], right: Mapping[str, Any], model: MatchModel) -> str:
    """SHA-256 over what both records say in the deciding columns, case and spaces folded, in either order.

    It changes when a deciding value changes, and not with another version of the rules.
    """
    sides = sorted(_fingerprint(columns_of(values, model), model) for values in (left, right))
    return hashlib.sha256("\x1e".join(sides).encode()).hexdigest()


def _fingerprint(cells: Mapping[str, Cell], model: MatchModel) -> str:
    deciding = {model.fields[name].column for each in model.comparisons for name in each.fields}
    parts = []
    for column in sorted(deciding):
        cell = cells[column]
        texts = cell if isinstance(cell, tuple) else (cell or "",)
        parts.append("\x1d".join([column, *sorted({_folded(text) for text in texts} - {""})]))
    return "\x1f".join(parts)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _elements(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Element keys by group, sorted."""
    found: dict[str, set[str]] = {}
    for text in values:
        path = parse(text)
        if path.group:
            found.setdefault(path.group, set()).add(path.key)
    return {group: sorted(keys) for group, keys in found.items()}


def _cell(paths: tuple[str, ...], values: Mapping[str, Any], elements: Mapping[str, list[str]]) -> Cell:
    texts: list[str] = []
    for pattern in paths:
        texts += _texts(pattern, values, elements)
    if not any(texts):
        return None
    return texts[0] if len(texts) == 1 else tuple(texts)


def _texts(pattern: str, values: Mapping[str, Any], elements: Mapping[str, list[str]]) -> list[str]:
    if " " in pattern:
        joined = " ".join(filter(None, (_text(values.get(path)) for path in pattern.split())))
        return [joined] if joined else []
    group, keys, attribute = _pattern(pattern)
    if not group:
        text = _text(values.get(attribute))
        return [text] if text else []
    known = elements.get(group, [])
    chosen = [key for key in known if not keys or key in keys or key.partition(":")[0] in keys]
    return [_element_text(group, key, attribute, values) for key in chosen]


def _pattern(pattern: str) -> tuple[str, frozenset[str], str]:
    """(group, element keys or none for all, attribute)."""
    match = _ELEMENT.fullmatch(pattern)
    if match:
        return match[1], frozenset(match[2].split("|")), match[3]
    group, _, attribute = pattern.rpartition(".")
    return group, frozenset(), attribute


def _element_text(group: str, key: str, attribute: str, values: Mapping[str, Any]) -> str:
    text = _text(values.get(f"{group}[{key}].{attribute}"))
    return f"{key.partition(':')[0]}:{text}" if text and group == KEYED else text


def _text(value: object) -> str:
    return "" if value is None or value is False else value if isinstance(value, str) else str(value)
