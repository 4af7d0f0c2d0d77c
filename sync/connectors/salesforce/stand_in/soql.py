"""The part of SOQL that we ask: SELECT fields FROM object WHERE conditions ORDER BY fields LIMIT n."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
_TOKEN: Final = re.compile(
    r"\s*('(?:\\.|[^'\\])*'|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)|<=|>=|!=|[=<>(),]|[A-Za-z_][\w.]*|\d+)"
)
_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">": lambda one, other: one is not None and one > other,
    "<": lambda one, other: one is not None and one < other,
    ">=": lambda one, other: one is not None and one >= other,
    "<=": lambda one, other: one is not None and one <= other,
}


class Malformed(ValueError):
    """No query that the stand-in understands."""


@dataclass(frozen=True)
class Query:
    object: str
    fields: tuple[str, ...]
    test: Test
    order: tuple[tuple[str, bool], ...]  # field, descending
    limit: int

    def answer(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that fit, in order."""
        found = [row for row in rows if self.test(row)]
        for field, descending in reversed(self.order):
            found.sort(key=lambda row: str(row.get(field) or ""), reverse=descending)
        return found[: self.limit]


def parse(text: str) -> Query:
    """Raises: Malformed."""
    tokens = [match.group(1) for match in _TOKEN.finditer(text)]
    if "".join(tokens).replace(" ", "") != re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", text):
        raise Malformed("unexpected token")
    return _Parser(tokens).query()


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def query(self) -> Query:
        self.expect("SELECT")
        fields = self.names()
        self.expect("FROM")
        object = self.take()
        test: Test = self.any_of() if self.skip("WHERE") else lambda row: True
        order: list[tuple[str, bool]] = []
        if self.skip("ORDER"):
            self.expect("BY")
            order = self.orders()
        limit = int(self.take()) if self.skip("LIMIT") else 2_000
        if self.at != len(self.tokens):
            raise Malformed(f"unexpected token: {self.tokens[self.at]}")
        return Query(object, tuple(fields), test, tuple(order), limit)

    def any_of(self) -> Test:
        tests = [self.all_of()]
        while self.skip("OR"):
            tests.append(self.all_of())
        return lambda row: any(test(row) for test in tests)

    def all_of(self) -> Test:
        tests = [self.condition()]
        while self.skip("AND"):
            tests.append(self.condition())
        return lambda row: all(test(row) for test in tests)

    def condition(self) -> Test:
        if self.skip("("):
            test = self.any_of()
            self.expect(")")
            return test
        field = self.take()
        if self.skip("IN"):
            self.expect("(")
            values = [self.literal()]
            while self.skip(","):
                values.append(self.literal())
            self.expect(")")
            return lambda row: row.get(field) in values
        operator = _OPERATORS.get(self.take())
        if operator is None:
            raise Malformed(f"no operator after {field}")
        value = self.literal()
        return lambda row: operator(_comparable(row.get(field)), _comparable(value))

    def orders(self) -> list[tuple[str, bool]]:
        found = []
        while True:
            field = self.take()
            descending = self.skip("DESC")
            if not descending:
                self.skip("ASC")
            found.append((field, descending))
            if not self.skip(","):
                return found

    def names(self) -> list[str]:
        found = [self.take()]
        while self.skip(","):
            found.append(self.take())
        return found

    def literal(self) -> Any:
        token = self.take()
        if token.startswith("'"):
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        return {"null": None, "true": True, "false": False}.get(token.lower(), token)

    def take(self) -> str:
        if self.at >= len(self.tokens):
            raise Malformed("unexpected end")
        self.at += 1
        return self.tokens[self.at - 1]

    def skip(self, word: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at].upper() == word:
            self.at += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.skip(word):
            raise Malformed(f"expected {word}")


def _comparable(value: Any) -> Any:
    """Moments compare as text once they are written alike: 2026-11-26T12:00:00.000."""
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
        return value[:23]
    return value
