"""From YAML or a stored mapping to a Pack, with errors that say where, what was expected, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from mdm.domains.content import read_content
from mdm.domains.pack import Pack, PackError

FOLDER: Final = Path(__file__).parent


def load(source: Path | str) -> Pack:
    """The pack of a YAML file, or of YAML text.

    Raises: PackError naming file and line, the place, what was expected, what was found, and the remedy.
    """
    is_file = isinstance(source, Path)
    name = source.name if isinstance(source, Path) else "pack"
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    content = _parse(text, name)
    try:
        return from_content(content)
    except PackError as error:
        line = _line_of(text, error.where)
        where = f"{name if is_file else 'pack'} line {line}: {error.where}" if line else f"{name}: {error.where}"
        raise PackError(where, expected=error.expected, found=error.found, remedy=error.remedy) from error


def from_content(content: Mapping[str, Any]) -> Pack:
    """The pack a stored mapping declares; `pack.to_content()` gives the mapping back.

    Raises: PackError naming the place, what was expected, what was found, and the remedy.
    """
    return read_content(content)


def shipped(folder: Path = FOLDER) -> dict[str, Path]:
    """The packs that come with the product, by domain code: every YAML file of the folder."""
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


@cache
def shipped_pack(code: str) -> Pack:
    """A pack that comes with the product.

    Raises: KeyError when there is none of this code.
    """
    return load(shipped()[code])


class _Loader(yaml.CSafeLoader):
    """Refuses a key that stands twice and one that YAML does not read as text (`NO` is a truth value to it)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise PackError(
                    f"line {line}",
                    expected="names as text",
                    found=repr(key),
                    remedy=f'Write "{key_node.value}" in quotes.',
                )
            if key in seen:
                raise PackError(f"line {line}", expected="each name once", found=key, remedy="Remove one of the two.")
            seen.add(key)
        return super().construct_mapping(node, deep)


def _parse(text: str, name: str) -> Any:
    try:
        return _Loader(text).get_single_data()
    except PackError as error:
        raise PackError(
            f"{name} {error.where}", expected=error.expected, found=error.found, remedy=error.remedy
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name} line {mark.line + 1}" if mark else name
        found = str(getattr(error, "problem", "") or error)
        raise PackError(where, expected="YAML", found=found, remedy="Check indentation and quotes there.") from error


def _line_of(text: str, where: str) -> int:
    """Line of the deepest part of `where` that the text holds; 0 when none."""
    node = yaml.compose(text, yaml.CSafeLoader)
    line = 0
    rest = where
    while rest and isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if rest == key_node.value or rest.startswith(f"{key_node.value}."):
                rest, node, line = rest[len(key_node.value) + 1 :], value_node, key_node.start_mark.line + 1
                break
        else:
            break
    return line
