"""What docs/faults.md says is proved has the test that it names."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import ROOT

WANTED = {*range(1, 9), *range(13, 21), 24, 27, *range(30, 34)}
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_row_of_the_fault_table_names_tests_that_exist() -> None:
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    rows = {int(row.split("|")[1]): NAMED.findall(row) for row in text.splitlines() if re.match(r"\| \d", row)}

    unknown = [f"{path}::{name}" for named in rows.values() for path, name in named if name not in _tests_in(path)]

    assert set(rows) == WANTED
    assert [number for number, named in rows.items() if not named] == []
    assert unknown == []


def _tests_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
