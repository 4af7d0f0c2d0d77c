"""The project's own files, as the rules see them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("config", "mdm", "sync", "demo", "bench")
SKIPPED = {".git", ".venv", "var", "staticfiles", "node_modules", "__pycache__"}
TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".html", ".css", ".js", ".txt", ".in", ".sh", ".cfg", ".json", ""}


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, with slashes, and its text."""

    path: str
    text: str

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node, the module first."""
        return _nodes(self.text)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.path.split("/"))


@cache
def _nodes(text: str) -> tuple[ast.AST, ...]:
    """Rules only read the tree: it is walked once for all of them."""
    return tuple(ast.walk(ast.parse(text)))


def python(*folders: str) -> Iterator[Source]:
    """Yield every Python file below `folders`, and manage.py."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not SKIPPED & set(path.parts):
                yield Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def texts() -> Iterator[Source]:
    """Yield every file that a stranger may read as text."""
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT)
        hidden = any(part.startswith(".") and part != ".ci" for part in inside.parts[:-1])
        if hidden or SKIPPED & set(inside.parts) or path.suffix not in TEXT or not path.is_file():
            continue
        yield Source(inside.as_posix(), path.read_text(encoding="utf-8", errors="replace"))


def docstring_lines(node: ast.AST) -> int:
    """Return how many lines the docstring of a module, class or function takes."""
    found = docstring(node)
    return (found.end_lineno or found.lineno) - found.lineno + 1 if found else 0


def docstring(node: ast.AST) -> ast.Constant | None:
    """Return the docstring of a module, class or function."""
    if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) or not node.body:
        return None
    first = node.body[0]
    constant = first.value if isinstance(first, ast.Expr) else None
    return constant if isinstance(constant, ast.Constant) and isinstance(constant.value, str) else None
