"""What is noted while a mapping is read: its mistakes, and what it will look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from mdm.engine import paths
from sync.mapping.content import Scalar


class Notes:
    """Mistakes as (where, message, remedy); declared paths and identifiers that the mapping reads."""

    def __init__(self, declared: Collection[str] | None) -> None:
        self.mistakes: list[tuple[str, str, str]] = []
        self.paths: set[str] = set()
        self.identifiers: set[tuple[str, str]] = set()
        self.value_maps: dict[str, Mapping[str, Any]] = {}
        self.rules = 0
        self._declared = declared
        self._groups = {path.partition(".")[0] for path in declared or () if "." in path}

    def wrong(self, where: str, message: str, remedy: str) -> None:
        self.mistakes.append((where, message, remedy))

    def known(self, where: str, data: Mapping[str, Any], words: Collection[str]) -> None:
        """Note each word that means nothing here."""
        for word in sorted(set(map(str, data)) - set(words)):
            near = get_close_matches(word, sorted(words), 1)
            remedy = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(sorted(words))}."
            self.wrong(f"{where}.{word}", f"{word} means nothing here.", remedy)

    def is_group(self, name: object) -> bool:
        if not isinstance(name, str) or not paths.is_name(name):
            return False
        self.paths.add(f"{name}.*")
        return self._declared is None or name in self._groups

    def path(self, text: object, where: str, *, group: str) -> str:
        """The path as it stands, or empty after noting what is wrong with it."""
        declared = self._declared_form(text, group=group) if isinstance(text, str) else ""
        if not declared:
            self.wrong(where, f"{text!r} is no path.", "Write name, addresses[billing].city or addresses[*].city.")
            return ""
        if not self._is_declared(declared):
            near = get_close_matches(declared, sorted(self._declared or ()), 1)
            remedy = f"Did you mean {near[0]}?" if near else "Use an attribute of the domain."
            self.wrong(where, f"The domain has no {declared}.", remedy)
            return ""
        self.paths.add(declared)
        return str(text)

    def scalar(self, data: Mapping[str, Any], word: str, where: str) -> Scalar:
        value = data.get(word)
        if value is None or isinstance(value, str | bool | int):
            return value
        self.wrong(f"{where}.{word}", "It is no single value.", "Give a text, a whole number, true or false.")
        return None

    def flag(self, data: Mapping[str, Any], word: str, where: str) -> bool:
        value = data.get(word, False)
        if not isinstance(value, bool):
            self.wrong(f"{where}.{word}", "It is neither true nor false.", "Write true or false.")
        return value is True

    def count(self, data: Mapping[str, Any], word: str, where: str) -> int | None:
        value = data.get(word)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.wrong(f"{where}.{word}", "It is no number above 0.", "Write a whole number above 0.")
            return None
        return value

    def _is_declared(self, declared: str) -> bool:
        if self._declared is None:
            return True
        group, _, rest = declared.partition(".")
        return group in self._groups if rest == "*" else declared in self._declared

    def _declared_form(self, text: str, *, group: str) -> str:
        """`addresses[billing].city` and, inside addresses, `.city` -> `addresses.city`; an element -> `addresses.*`."""
        if text.startswith("."):
            return f"{group}.{text[1:]}" if group and paths.is_name(text[1:]) else ""
        if text.endswith("]"):
            name, _, key = text[:-1].partition("[")
            return f"{name}.*" if paths.is_name(name) and (key == "*" or paths.is_key(key)) else ""
        try:
            return paths.parse(text).declared
        except paths.PathError:
            return ""
