"""The shape of a standardiser, and the table they register in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from mdm.engine.checked import Severity
from mdm.engine.schema import Attribute, Code, Scheme


class Problem(NamedTuple):
    """What is wrong with a value: a finding is kept with the value, a reject refuses the row."""

    code: str
    message: str
    remedy: str
    severity: Severity = "finding"


class Standard(NamedTuple):
    """The value written the one way (empty = there is none), what it is found by (a name: its core, folded later), and
    what is wrong with it."""

    value: str
    key: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """What a standardiser knows of the place it works for."""

    attribute: Attribute
    key: str = ""
    """Key of the group's element."""
    scheme: Scheme | None = None
    codes: Mapping[str, Code] = field(default_factory=dict)


Standardiser = Callable[[str, str], Standard]
"""(text as sent, ISO country that tells how to read it or empty) -> Standard."""
Maker = Callable[[Binding], Standardiser]

STANDARDISERS: Final[dict[str, Maker]] = {}
_SCIENTIFIC: Final = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,3}")


def standardiser(name: str) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        STANDARDISERS[name] = maker
        return maker

    return register


def shown(text: str) -> str:
    """A value as a message quotes it."""
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


def spreadsheet_damage(text: str) -> Problem | None:
    """Whether a spreadsheet turned a long number into `1.29273E+11`: its digits are lost."""
    if ("E" in text or "e" in text) and _SCIENTIFIC.fullmatch(text.strip()):
        return Problem(
            "spreadsheet_damage",
            f"{shown(text)} is a number a spreadsheet shortened; its last digits are lost.",
            "Format the column as text in the spreadsheet, export again, and send the whole number.",
            "reject",
        )
    return None
