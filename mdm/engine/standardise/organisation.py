"""Names of organisations: legal forms in their own spelling, everything else as it was written."""

from __future__ import annotations

from typing import Final

from mdm.engine.legal_forms import split_legal_form
from mdm.engine.standardise.registry import Binding, Standard, Standardiser, standardiser
from mdm.engine.standardise.text import clean, damage

_QUOTES: Final = {ord(char): '"' for char in "„“”«»"} | {ord(char): "'" for char in "’‘`´ʼ"}


@standardiser("organisation_name")
def make_organisation_name(binding: Binding) -> Standardiser:
    def organisation_name(value: str, region: str) -> Standard:
        text = clean(value)
        if not text.isascii():
            text = text.translate(_QUOTES)
        split = split_legal_form(text)
        return Standard(split.respelled, split.core, damage(value))

    return organisation_name
