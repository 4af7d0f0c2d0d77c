"""Identifiers by scheme: compact, and judged by python-stdnum or by the scheme's pattern."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Final

from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from mdm.engine.schema import Scheme
from mdm.engine.standardise.registry import (
    Binding,
    Problem,
    Standard,
    Standardiser,
    shown,
    spreadsheet_damage,
    standardiser,
)

_PREFIXES: Final = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI"
_EU: Final = frozenset(_PREFIXES.split())
_SPACES: Final = re.compile(r"\s+")
_PUNCTUATION: Final = re.compile(r"[\s.\-]")
_ADDITIONS: Final = {"stdnum.ch.uid": re.compile(r"\s*(?:MWST|TVA|IVA|VAT)\.?$", re.IGNORECASE)}
"""What follows a number when it stands for VAT, in the languages of its country."""
_Judge = Callable[[str, str], tuple[str, str]]
"""(text, country) -> (the one spelling, what is wrong or empty)."""


@standardiser("identifier")
def make_identifier(binding: Binding) -> Standardiser:
    scheme = binding.scheme or Scheme(binding.attribute.name, binding.attribute.label)
    return _by(scheme, _judge(scheme), binding.attribute.key or "id")


@standardiser("ean")
def make_ean(binding: Binding) -> Standardiser:
    scheme = Scheme("ean", binding.attribute.label, module="stdnum.ean")
    return _by(scheme, _judge(scheme), binding.attribute.key or "id")


def _by(scheme: Scheme, judge: _Judge, kind: str) -> Standardiser:
    def identifier(value: str, region: str) -> Standard:
        text = value.strip()
        damaged = spreadsheet_damage(text)
        if damaged is not None:
            return Standard(text, "", damaged)
        written, wrong = judge(text, region)
        if wrong:
            return Standard(written, written, _invalid(value, scheme, wrong))
        return Standard(written, written)

    return identifier


def _judge(scheme: Scheme) -> _Judge:
    if scheme.module:
        return _eu_vat(scheme) if scheme.module == "stdnum.eu.vat" else _stdnum(scheme.module)
    if scheme.pattern:
        pattern = re.compile(scheme.pattern)
        return lambda text, region: _by_pattern(text, pattern)
    return lambda text, region: (_plain(text), "")


def _by_pattern(text: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    """Patterns are written for the number without spaces, dots and hyphens."""
    compact = _PUNCTUATION.sub("", text).upper()
    return (compact, "") if pattern.fullmatch(compact) else (_plain(text), "its form is another")


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).upper()


def _stdnum(name: str) -> _Judge:
    validate = import_module(name).validate
    addition = _ADDITIONS.get(name)

    def judge(text: str, region: str) -> tuple[str, str]:
        try:
            return str(validate(addition.sub("", text) if addition else text)), ""
        except ValidationError as error:
            return _plain(text), _cause(error)
        except (ValueError, IndexError, KeyError, TypeError):  # a checker that trips over odd text has judged it
            return _plain(text), "its form is another"

    return judge


def _eu_vat(scheme: Scheme) -> _Judge:
    """A number without its country prefix is read in the country of the address; Greece writes EL."""
    judge = _stdnum(scheme.module)

    def prefixed(text: str, region: str) -> tuple[str, str]:
        text = text.upper()
        prefix = "EL" if region == "GR" else region
        if text[:2] == "GR":
            text = f"EL{text[2:]}"
        if text[:2] not in _EU and prefix in _EU:
            written, wrong = judge(prefix + text, "")
            return (written, "") if not wrong else (_plain(text), wrong)
        return judge(text, region)

    return prefixed


def _cause(error: ValidationError) -> str:
    if isinstance(error, InvalidChecksum):
        return "its check digit does not fit"
    if isinstance(error, InvalidLength):
        return "its length is another"
    return "its form is another"


def _invalid(value: str, scheme: Scheme, wrong: str) -> Problem:
    return Problem(
        "invalid_identifier",
        f"{shown(value)} is not a valid {scheme.label}: {wrong}.",
        "Compare it with the document or the register, and correct it in the source.",
    )
