"""How long a file and a function may be, which names and mechanisms do not exist, and which paths nobody may read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.architecture.sources import Source, docstring_lines

FILE_LINES: Final = 300
TEST_FILE_LINES: Final = 500
FUNCTION_LINES: Final = 40
FORBIDDEN_NAMES: Final = {"utils.py", "helpers.py", "services.py", "signals.py", "managers.py"}
SIGNALS: Final = {"django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals"}
OVERRIDES: Final = {"save", "delete", "bulk_create"}
# `check_` and `expect_` name a shared assertion; a state machine asserts in its rules.
PROOFS: Final = (
    "Assert(",
    "'raises'",
    "check_",
    "expect_",
    "id='expect'",
    "django_assert",
    "run_state_machine_as_test",
)
MACHINE_PATH: Final = re.compile(r"(?<![\w.}$])/(work|farm|root|home/\w+|Users/\w+)/")


def over_budget(source: Source) -> Iterator[str]:
    """Yield the file if it is too long, and each function that is; docstrings do not count, migrations are let be."""
    if "migrations" in source.parts:
        return
    told = sum(docstring_lines(node) for node in source.nodes)
    length = len(source.text.splitlines()) - told
    budget = TEST_FILE_LINES if source.parts[0] == "tests" else FILE_LINES
    if length > budget:
        yield f"{source.path} has {length} lines of {budget}"
    for node in source.nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node)
            if lines > FUNCTION_LINES:
                yield f"{source.path}:{node.lineno} {node.name} has {lines} lines of {FUNCTION_LINES}"


def forbidden_name(source: Source) -> Iterator[str]:
    """Yield the file if its name says nothing about what is in it."""
    if source.parts[-1] in FORBIDDEN_NAMES:
        yield f"{source.path}: name the file for what is in it"


def signals(source: Source) -> Iterator[str]:
    """Yield each import of Django's signals: what happens is written where it happens."""
    for node in source.nodes:
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
        named = [f"{node.module}.{name.name}" for name in node.names] if isinstance(node, ast.ImportFrom) else []
        if SIGNALS & {*modules, *named}:
            yield f"{source.path}:{getattr(node, 'lineno', 0)} uses signals; call the operation instead"


def overrides(source: Source) -> Iterator[str]:
    """Yield each `save` or `delete` that a model, manager or queryset redefines."""
    if not {"models", "models.py"} & set(source.parts):
        return
    for node in source.nodes:
        for member in node.body if isinstance(node, ast.ClassDef) else []:
            if isinstance(member, ast.FunctionDef) and member.name in OVERRIDES:
                yield f"{source.path}:{member.lineno} overrides {member.name}; write an operation"


def machine_paths(source: Source) -> Iterator[str]:
    """Yield each path that exists on one machine only."""
    for number, line in enumerate(source.text.splitlines(), 1):
        if MACHINE_PATH.search(line):
            yield f"{source.path}:{number} names a machine's path"


def proves_nothing(source: Source) -> Iterator[str]:
    """Yield each test in which nothing is asserted."""
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            text = ast.dump(node)
            if not any(word in text for word in PROOFS):
                yield f"{source.path}:{node.lineno} {node.name} asserts nothing"
