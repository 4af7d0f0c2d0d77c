"""Values of a code list: the code itself, a label, or another name of it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from functools import lru_cache

from mdm.engine import iso
from mdm.engine.fold import fold, fold_script
from mdm.engine.schema import Code
from mdm.engine.standardise.registry import Binding, Problem, Standard, Standardiser, shown, standardiser


@standardiser("code")
def make_code(binding: Binding) -> Standardiser:
    attribute = binding.attribute
    find = finder(attribute.code_list, binding.codes)

    @lru_cache(maxsize=4_096)
    def read(value: str) -> Standard:
        text = value.strip()
        found = find(text)
        if found is not None:
            return Standard(found)
        return Standard(text, "", _unknown(value, attribute.label, attribute.code_list, binding.codes))

    def code(value: str, region: str) -> Standard:
        return read(value)

    return code


def finder(list_name: str, codes: Mapping[str, Code]) -> Callable[[str], str | None]:
    """A function from any spelling to the code, None when it names none; ISO lists are read at the first use."""
    names = _names(codes)

    def find(text: str) -> str | None:
        known = iso.names_of(list_name) if iso.known(list_name) else names
        return known.get(fold(text)) or known.get(fold_script(text)) or known.get(text)

    return find


def _names(codes: Mapping[str, Code]) -> dict[str, str]:
    """Codes outrank labels, labels outrank aliases."""
    names: dict[str, str] = {}
    entries = codes.values()
    for spellings in (
        ((entry.code, entry.code) for entry in entries),
        ((entry.label, entry.code) for entry in entries),
        ((alias, entry.code) for entry in entries for alias in entry.aliases),
    ):
        for spelling, code in spellings:
            names.setdefault(fold(spelling) or fold_script(spelling) or spelling, code)
    names.pop("", None)
    return names


def _unknown(value: str, label: str, list_name: str, codes: Mapping[str, Code]) -> Problem:
    if iso.known(list_name):
        near = difflib.get_close_matches(fold(value), iso.names_of(list_name), n=1, cutoff=0.8)
        hint = f"Did you mean {iso.names_of(list_name)[near[0]]}? " if near else ""
        what = list_name.removeprefix("iso:")
        remedy = f"{hint}Send the ISO code of the {what}, or its name."
    else:
        shortened = list(codes)[:12]
        remedy = f"Send one of {', '.join(shortened)}{' …' if len(codes) > len(shortened) else ''}."
    return Problem("unknown_code", f"{shown(value)} is not known as {label}.", remedy)
