"""Model numbers in texts: `Onkyo TX-8255 A/V Receiver` names the model `tx8255`, however it is punctuated."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 2_000
_UNIT: Final = re.compile(
    r"\d+(?:[a-z]{1,2}|inch(?:es)?|pack|watt|foot|feet|mhz|ghz|rpm|hour|min|mah|btu|dpi|bit|mbps|gbps|volt|page|piece"
    r"|port|line|way)s?|\d{1,3}(?:st|nd|rd|th)"
)
_JOINING: Final = re.compile(r"[-/._#]+")
_BESIDE: Final = re.compile(r"[\s,;()]+")
_OTHER: Final = re.compile(r"[^0-9a-z]+")
_LONGEST_SERIES: Final = 4
"""Letters of a series that may stand apart from its number: `RS 120`."""
_SHORTEST: Final = 4
_SHORTEST_NUMBER: Final = 5


def models_of(text: str) -> tuple[str, ...]:
    """What may be a model number, in the order of the text; words with inner hyphens and slashes count as one, too."""
    found: list[str] = []
    before, measured = "", False
    for word in _BESIDE.split(text[:_LONGEST].lower()):
        whole = _OTHER.sub("", word)
        if not whole:
            continue
        found += [each for each in (whole, *map(_bare, _JOINING.split(word))) if _is_model(each)]
        series = before.isalpha() and len(before) <= _LONGEST_SERIES and not measured
        if series and whole[0].isdigit() and _is_model(before + whole):
            found.append(before + whole)
        before, measured = whole, before.isdigit()
    return tuple(dict.fromkeys(found))


def _bare(piece: str) -> str:
    return _OTHER.sub("", piece)


def _is_model(word: str) -> bool:
    digits = sum(map(str.isdigit, word))
    if not digits or _UNIT.fullmatch(word):
        return False
    if digits == len(word):
        return len(word) >= _SHORTEST_NUMBER
    return len(word) >= _SHORTEST or (len(word) == _SHORTEST - 1 and digits > 1)
