"""The demo's party records as the hub would hold them, read from its files without a database."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import python_calamine
import yaml

from mdm.domains.loader import shipped_pack

DEMO: Final = Path(__file__).resolve().parent.parent / "demo"
FILES: Final = DEMO / "files"


class Held(NamedTuple):
    """One identifier and what its system says, standardised, by path."""

    key: tuple[str, str, str]
    values: dict[str, Any]
    entity: str
    trap: str


@cache
def seeds() -> dict[str, Any]:
    """The demo's world as its file declares it; read only."""
    content: dict[str, Any] = yaml.load((DEMO / "seeds.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return content


def demo_parties() -> list[Held]:
    """Every party of the first delivery, with the entity that it is."""
    content = seeds()
    layouts = {(each["system"], each["type"]): each["objects"] for each in content["layouts"]}
    pack = shipped_pack("party")
    truth = _truth()
    held = []
    for delivery in content["deliveries"]:
        if delivery["domain"] != "party" or delivery.get("folder"):
            continue
        system, kind = delivery["system"], delivery["type"]
        for number, values in _records(layouts[system, kind], delivery["files"]).items():
            key = (system, kind, number)
            if key in truth:
                held.append(Held(key, dict(pack.check(values).merged), *truth[key]))
    return held


def _truth() -> dict[tuple[str, str, str], tuple[str, str]]:
    with (FILES / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["delivery"] == "first"]
    return {(row["system"], row["type"], row["id"]): (row["entity"], row["trap"]) for row in rows}


def _records(objects: Mapping[str, Any], files: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Values by path for each identifier: the header row, and the elements of the other files."""
    records: dict[str, dict[str, Any]] = {}
    for name, file in files.items():
        layout = objects[name]
        for row in _rows(FILES / file):
            if name == "header":
                records[row[layout["key"]]] = dict(_header(layout, row))
            elif row[layout["key"]] in records:
                group, element = layout.get("group", name), row[layout["element"]]
                for column, attribute in layout["columns"].items():
                    if row.get(column):
                        records[row[layout["key"]]][f"{group}[{element}].{attribute}"] = _mapped(layout, column, row)
    return records


def _header(layout: Mapping[str, Any], row: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    yield from layout.get("constants", {}).items()
    for path, columns in layout.get("joined", {}).items():
        yield path, " ".join(filter(None, (row[column] for column in columns)))
    for column, path in layout["columns"].items():
        if row.get(column) or column in layout.get("values", {}):
            yield path, _mapped(layout, column, row)


def _mapped(layout: Mapping[str, Any], column: str, row: Mapping[str, str]) -> str:
    said = layout.get("values", {}).get(column, {})
    raw = row[column]
    return str(said.get(raw, said.get("*", raw)))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.suffix == ".xlsx":
        sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        heading = [str(cell) for cell in sheet[0]]
        for cells in sheet[1:]:
            yield {name: _written(cell) for name, cell in zip(heading, cells, strict=False)}
        return
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    delimiter = ";" if text.split("\n", 1)[0].count(";") else ","
    yield from csv.DictReader(text.splitlines(), delimiter=delimiter)


def _written(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
