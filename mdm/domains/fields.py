"""Reading one mapping of a pack field by field, so that nothing in it goes unread."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from mdm.domains.pack import PackError


def show(found: object) -> str:
    """A found value as an error quotes it."""
    text = repr(found)
    return text if len(text) <= 60 else f"{text[:59]}…"


class Fields:
    """Each reader names its field; `done` refuses whatever no reader named."""

    def __init__(self, content: Any, where: str) -> None:
        if not isinstance(content, Mapping):
            raise PackError(
                where or "pack", expected="name: value pairs", found=show(content), remedy="Indent the pairs below it."
            )
        self._content = content
        self._where = where
        self._read: list[str] = []

    def text(self, name: str, *, required: bool = False) -> str:
        value = self._get(name)
        if value is None and not required:
            return ""
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(name, "text", value, "Write some text, in quotes if it looks like something else.")
        return value

    def flag(self, name: str) -> bool:
        value = self._get(name)
        if value is not None and not isinstance(value, bool):
            raise self._wrong(name, "true or false", value, "Write true or false.")
        return bool(value)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self._get(name)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self._wrong(name, f"a whole number from {least} to {most}", value, "Correct the number.")
        return value

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        value = self._get(name)
        if value is None:
            return default
        if value not in choices:
            near = difflib.get_close_matches(str(value), choices, n=1)
            hint = f"Did you mean {near[0]}?" if near else "Choose one of them."
            raise self._wrong(name, f"one of {', '.join(filter(None, choices))}", value, hint)
        return str(value)

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self._get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise self._wrong(name, "name: value pairs", value, "Indent the pairs below it.")
        return value

    def items(self, name: str) -> Sequence[Any]:
        value = self._get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self._wrong(name, "a list", value, "Write one item a line, each after a dash.")
        return value

    def texts(self, name: str) -> list[str]:
        found = self.items(name)
        if not all(isinstance(item, str) and item for item in found):
            raise self._wrong(name, "a list of texts", found, "Put each text in quotes.")
        return list(found)

    def done(self) -> None:
        unknown = [str(name) for name in self._content if name not in self._read]
        if unknown:
            near = difflib.get_close_matches(unknown[0], self._read, n=1)
            hint = f"Did you mean {near[0]}?" if near else "Remove it."
            raise self._wrong(unknown[0], f"only {', '.join(self._read)}", unknown[0], hint)

    def _get(self, name: str) -> Any:
        self._read.append(name)
        return self._content.get(name)

    def _wrong(self, name: str, expected: str, found: object, remedy: str) -> PackError:
        where = f"{self._where}.{name}" if self._where else name
        return PackError(where, expected=expected, found=show(found), remedy=remedy)
