"""Where the database is written: operations and migrations, nowhere else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from tests.architecture.sources import Source, docstring

ALLOWED_FOLDERS = {"operations", "migrations"}
# The means of writing are defined here; who uses them is looked at.
# Targets for tests and the demo are other systems: their SQLite files are not this product's database.
ALLOWED_FILES = {
    "mdm/kernel/copying.py",
    "mdm/kernel/history.py",
    "sync/connectors/memory/store.py",
    "sync/connectors/salesforce/stand_in/org.py",
}
ALWAYS = {"save", "delete", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create"}
QUERYSET = {"objects", "filter", "exclude", "all", "select_for_update", "using", "order_by", "_base_manager"}
TEXTS = (ast.Constant, ast.JoinedStr)
# What has these names and is no row: a cache, a file store, the session of a request.
MAPPINGS = {"dict", "defaultdict", "Counter"}
NOT_ROWS = {"cache", "storage", "default_storage", "session"}
STATEMENT = re.compile(
    r"\b(INSERT\s+INTO|DELETE\s+FROM|TRUNCATE\s|MERGE\s+INTO|UPDATE\s+(ONLY\s+)?[\w.\"{}]+(\s+(AS\s+)?\w+)?\s+SET\b"
    r"|COPY\s+[\w.\"{}]+[^;]*\bFROM\b)"
)


def misplaced(source: Source) -> Iterator[str]:
    """Yield each write in a file that is neither an operation nor a migration."""
    if ALLOWED_FOLDERS & set(source.parts) or source.path in ALLOWED_FILES:
        return
    mappings = {*NOT_ROWS, *_mappings(source.nodes)}
    docstrings = {id(docstring(node)) for node in source.nodes}
    for node in source.nodes:
        if isinstance(node, ast.Call) and (name := _written_by(node, mappings)):
            yield f"{source.path}:{node.lineno} writes with {name}; move it into an operation"
        elif isinstance(node, TEXTS) and id(node) not in docstrings and STATEMENT.search(_text(node)):
            yield f"{source.path}:{getattr(node, 'lineno', 0)} holds SQL that writes; move it into an operation"


def _mappings(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that a dictionary is given to."""
    for node in nodes:
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(value, (ast.Dict, ast.DictComp)) or (_chain(value)[-1:] or [""])[0] in MAPPINGS:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]  # type: ignore[attr-defined]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _written_by(call: ast.Call, not_rows: set[str]) -> str:
    *receiver, name = ["", *_chain(call.func)]
    if name == "copy_rows":
        return name
    if not isinstance(call.func, ast.Attribute) or receiver[-1] in not_rows:
        return ""
    if name in ALWAYS:
        return name
    of_rows = QUERYSET & set(receiver) or (call.keywords and not call.args)
    return name if name == "update" and of_rows else ""


def _chain(node: ast.AST | None) -> list[str]:
    """Return the names of `a.b(…).c`, from the first to the last."""
    if isinstance(node, ast.Call):
        return _chain(node.func)
    if isinstance(node, ast.Attribute):
        return [*_chain(node.value), node.attr]
    return [node.id] if isinstance(node, ast.Name) else []


def _text(node: ast.AST) -> str:
    """Return the text of a string; what an f-string puts in is `{}`."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    return "".join(_text(part) or "{}" for part in parts)
