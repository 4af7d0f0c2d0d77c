"""The word lists, read once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_NO_BASE = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "ø": "o", "ı": "i"})


class Text(NamedTuple):
    """One text in its own script and in Latin letters."""

    native: str
    latin: str

    def __add__(self, other: object) -> Text:
        if isinstance(other, Text):
            return Text(self.native + other.native, self.latin + other.latin)
        return Text(f"{self.native}{other}", f"{self.latin}{other}")


def text(entry: str, separator: str = "|") -> Text:
    native, _, latin = entry.partition(separator)
    return Text(native, latin or native)


class City(NamedTuple):
    name: Text
    postal_codes: list[str]
    area: str


@dataclass(frozen=True)
class Country:
    """What one country's records are made of."""

    code: str
    count: int
    calling: str
    phone_length: int
    forms: list[Text]
    surnames: list[Text]
    given: list[Text]
    branches: list[Text]
    coined: list[Text]
    streets: list[Text]
    cities: list[City]


@dataclass(frozen=True)
class Words:
    countries: dict[str, Country]
    form_variants: dict[str, list[str]]
    abbreviations: list[tuple[str, str]]
    transliterations: list[tuple[str, str]]


def load() -> Words:
    content = yaml.load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    coined = content["coined"]
    return Words(
        countries={code: _country(code, entry, coined) for code, entry in content["countries"].items()},
        form_variants=content["form_variants"],
        abbreviations=[(long, short) for long, short in content["abbreviations"]],
        transliterations=[(letter, letters) for letter, letters in content["transliterations"]],
    )


def _country(code: str, entry: dict[str, Any], coined: list[str]) -> Country:
    lists = {
        name: [text(word) for word in entry[name]] for name in ("forms", "surnames", "given", "branches", "streets")
    }
    return Country(
        code=code,
        count=entry["count"],
        calling=entry["calling"],
        phone_length=entry["phone_length"],
        coined=[text(word) for word in entry.get("coined", coined)],
        cities=[_city(line) for line in entry["cities"]],
        **lists,
    )


def _city(line: str) -> City:
    name, codes, area = line.split("|")
    return City(text(name, "~"), codes.split("/"), area)


def western(value: str) -> str:
    """The text as a system of the code page 1252 stores it: letters it lacks lose their accents."""
    return "".join(char if _storable(char) else _base(char) for char in value)


def _storable(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _base(char: str) -> str:
    base = unicodedata.normalize("NFKD", char.translate(_NO_BASE))
    return "".join(part for part in base if part.isascii()) or "?"
