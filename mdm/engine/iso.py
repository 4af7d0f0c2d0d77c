"""Code lists that ISO keeps: countries, languages, currencies, with their names in many languages.

Read once from pycountry when first needed; `standardise/code.py` looks values up here.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import pycountry

from mdm.engine.fold import fold, fold_script, variants

_LANGUAGES: Final = """de fr es it nl pl pt pt_BR cs sk sl hr hu ro bg sv da nb nn fi et lv lt el tr ru uk sr ja
zh_CN zh_TW ko ar he ca eu ga is id th vi hi"""
_COUNTRY_ALIASES: Final = {
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "great britain": "GB",
    "grossbritannien": "GB",
    "northern ireland": "GB",
    "usa": "US",
    "united states of america": "US",
    "america": "US",
    "holland": "NL",
    "brd": "DE",
    "russia": "RU",
    "rossiya": "RU",
    "south korea": "KR",
    "korea": "KR",
    "north korea": "KP",
    "czech republic": "CZ",
    "tschechische republik": "CZ",
    "slovak republic": "SK",
    "macedonia": "MK",
    "ivory coast": "CI",
    "turkey": "TR",
    "turkei": "TR",
    "uae": "AE",
    "el": "GR",
    "schweiz": "CH",
    "suisse": "CH",
    "svizzera": "CH",
    "taiwan": "TW",
    "hong kong": "HK",
    "vietnam": "VN",
}


@cache
def names_of(list_name: str) -> Mapping[str, str]:
    """Code by folded spelling for `iso:country`, `iso:language`, `iso:currency`.

    Raises: KeyError for a list ISO does not keep.
    """
    return _LISTS[list_name]()


def known(list_name: str) -> bool:
    return list_name in _LISTS


@cache
def codes_of(list_name: str) -> frozenset[str]:
    """Every code of the list."""
    return frozenset(names_of(list_name).values())


@cache
def label_of(list_name: str, code: str) -> str:
    """The English name of a code; the code itself when there is none."""
    if list_name == "iso:country":
        found = pycountry.countries.get(alpha_2=code)
        return str(getattr(found, "common_name", found.name)) if found else code
    found = (
        pycountry.languages.get(alpha_2=code) if list_name == "iso:language" else pycountry.currencies.get(alpha_3=code)
    )
    return str(found.name) if found else code


def _countries() -> dict[str, str]:
    names: dict[str, str] = dict(_COUNTRY_ALIASES)
    for country in pycountry.countries:
        for spelling in (country.alpha_2, country.alpha_3, country.numeric):
            names[fold(spelling)] = country.alpha_2
    for country in pycountry.countries:
        for field in ("name", "common_name", "official_name"):
            _learn(names, getattr(country, field, ""), country.alpha_2)
    for translate in _translations("iso3166-1"):
        for country in pycountry.countries:
            for field in ("name", "common_name"):
                _learn(names, translate(getattr(country, field, "")), country.alpha_2)
    return names


def _languages() -> dict[str, str]:
    names: dict[str, str] = {}
    spoken = [language for language in pycountry.languages if hasattr(language, "alpha_2")]
    for language in spoken:
        for spelling in (language.alpha_2, language.alpha_3, getattr(language, "bibliographic", "")):
            names[fold(spelling)] = language.alpha_2
    for language in spoken:
        _learn(names, language.name, language.alpha_2)
    for translate in _translations("iso639-3"):
        for language in spoken:
            _learn(names, translate(language.name), language.alpha_2)
    names.pop("", None)
    return names


def _currencies() -> dict[str, str]:
    names = {"€": "EUR", "$": "USD", "£": "GBP"}
    for currency in pycountry.currencies:
        names[fold(currency.alpha_3)] = currency.alpha_3
        _learn(names, currency.name, currency.alpha_3)
    return names


def _learn(names: dict[str, str], name: str, code: str) -> None:
    """The first code to claim a spelling keeps it."""
    for spelling in {*variants(name), fold_script(name)} - {""}:
        names.setdefault(spelling, code)


def _translations(catalogue: str) -> list[Callable[[str], str]]:
    found = []
    for language in _LANGUAGES.split():
        try:
            found.append(gettext.translation(catalogue, pycountry.LOCALES_DIR, languages=[language]).gettext)
        except OSError:
            continue

    def translated(translate: Callable[[str], str]) -> Callable[[str], str]:
        return lambda text: translate(text) if text else ""

    return [translated(translate) for translate in found]


_LISTS: Final[dict[str, Callable[[], dict[str, str]]]] = {
    "iso:country": _countries,
    "iso:language": _languages,
    "iso:currency": _currencies,
}
