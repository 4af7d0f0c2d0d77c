"""What a column means: told by its values where they show it, by its heading in many languages otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from mdm.engine import iso
from mdm.engine.fold import fold
from mdm.engine.legal_forms import split_legal_form
from mdm.engine.matching.words import GIVEN_NAMES

Meaning = Literal[
    "organisation_name",
    "person_name",
    "given_name",
    "family_name",
    "street",
    "house_number",
    "postal_code",
    "city",
    "region",
    "country",
    "phone",
    "email",
    "web",
    "identifier",
    "date",
    "year",
    "month",
    "day",
    "number",
    "title",
    "code",
    "text",
    "nothing",
]

_HINTS: Final = """
given_name = given first fname firstname forename vorname prenom nombre nome imie givenname middle
family_name = family last lname lastname surname familyname nachname familienname apellido apellidos cognome nazwisko
    nom sobrenome sname
person_name = fullname person contact kontakt ansprechpartner author authors autor autoren employee teacher patient
organisation_name = company organisation organization firm firma unternehmen societe azienda empresa ragione bedrijf
    vendor supplier customer account agency school site business lieferant kunde hersteller
street = street address addr address1 strasse str adresse rue calle via indirizzo direccion ulica straat adr endereco
house_number = housenumber hausnummer hausnr houseno streetnumber huisnummer
postal_code = zip zipcode postcode postalcode plz cp postal cap codepostal pcode
city = city town ort stadt ville ciudad citta miasto suburb locality municipality birthplace place village comune
    plaats cidade
region = state region province bundesland county departement provincia kanton district
country = country land pays pais paese nation kraj countrycode land1
phone = phone telephone telefon tel mobile fax telefono handy mobil telf1 cell
email = email mail emailaddress smtp correo
web = web website url homepage domain internet site
identifier = id ssn tax vat ust uid ein siret siren nif cif duns lei isin ean gtin upc iban passport soc sec nhs
    steuernummer umsatzsteuer modelno mpn sku isbn doi partnumber serial license registration number nummer nr no
date = date dob birthdate datum geburtsdatum geburtstag fecha data birth born
year = year jahr annee anno ano yr by
month = month monat mois mes mese bm
day = day tag jour dia giorno bd
number = price amount cost qty quantity preis prix precio weight size width height length betrag menge lat lng
    latitude longitude
title = title description product item produkt article artikel bezeichnung song album track book material name1
code = gender sex type category class sector industry status occupation salutation geschlecht branche brand
    manufacturer venue genre language
"""
HINTS: Final[Mapping[str, Meaning]] = {
    word: line.split(" = ")[0]  # type: ignore[misc]
    for line in reversed(_HINTS.replace("\n    ", " ").strip().splitlines())
    for word in line.split(" = ")[1].split()
}
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEB: Final = re.compile(r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,6}(?:/\S*)?", re.IGNORECASE)
_DATE: Final = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|(?:1[6-9]|20)\d{2}[01]\d[0-3]\d"
)
_NUMBER: Final = re.compile(r"[$€£¥]?\s?[-+]?\d{1,3}(?:[.,' ]?\d{3})*(?:[.,]\d+)?\s?[$€£¥%]?")
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()/.\-]{6,24}(?:x\d+)?")
_INTEGER: Final = re.compile(r"\d+")
_STREET: Final = re.compile(r"(?:\d+\w?\s+\D+\w+.*|\D*\w+\D*\s+\d+\w?)")
_ANSWERS: Final = frozenset(("yes", "no", "y", "n", "true", "false", "t", "f", "0", "1", "ja", "nein", "oui", "non"))
_MOST: Final = 0.8
_SOME: Final = 0.12


def heading_words(name: str) -> list[str]:
    return [word for word in (fold(part) for part in _WORDS.findall(name)) if word and not word.isdigit()]


def hinted(name: str) -> Meaning | None:
    """What the heading alone says, None when it says nothing known."""
    found = heading_words(name)
    if {"given_name", "family_name"} <= {HINTS.get(word) for word in found}:
        return "person_name"
    for size in (3, 2, 1):
        for at in range(len(found) - size, -1, -1):
            hint = HINTS.get("".join(found[at : at + size]))
            if hint is not None:
                return hint
    return None


def share(values: Sequence[str], holds: Callable[[str], object]) -> float:
    return sum(1 for value in values if holds(value)) / max(len(values), 1)


def meaning_of(name: str, values: Sequence[str], distinct: float) -> Meaning:
    """The meaning of a column with these (sampled, non-empty) values; `distinct` is the share of distinct ones."""
    if not values:
        return "nothing"
    if share(values, lambda value: fold(value[:10]) in _ANSWERS) > _MOST:
        return "code"
    return _by_pattern(name, values) or _by_heading(name, values) or _by_words(values, distinct)


def _by_pattern(name: str, values: Sequence[str]) -> Meaning | None:
    if share(values, _EMAIL.fullmatch) > _MOST:
        return "email"
    if share(values, _DATE.fullmatch) > _MOST and hinted(name) not in ("phone", "identifier", "postal_code"):
        return "date"
    if share(values, _WEB.fullmatch) > _MOST:
        return "web"
    return None


def _by_heading(name: str, values: Sequence[str]) -> Meaning | None:
    hint = hinted(name)
    if hint is None:
        return None
    if fold(name) in ("name", "names"):
        return None
    fits: Mapping[str, Callable[[], bool]] = {
        "year": lambda: share(values, _year) > _MOST,
        "month": lambda: share(values, lambda value: _within(value, 12)) > _MOST,
        "day": lambda: share(values, lambda value: _within(value, 31)) > _MOST,
        "number": lambda: share(values, _NUMBER.fullmatch) > 0.6,
        "phone": lambda: share(values, lambda value: sum(map(str.isdigit, value)) >= 6) > 0.6,
        "date": lambda: share(values, lambda value: any(map(str.isdigit, value))) > _MOST,
        "house_number": lambda: share(values, lambda value: value[:1].isdigit()) > 0.5,
        "identifier": lambda: share(values, lambda value: any(map(str.isdigit, value)) and len(value) < 40) > 0.5,
        "web": lambda: share(values, _WEB.fullmatch) > 0.4,
        "email": lambda: share(values, lambda value: "@" in value) > 0.4,
        "city": lambda: not share(values, _INTEGER.fullmatch) > 0.5,
        "street": lambda: share(values, str.isdigit) < 0.5,
    }
    return hint if hint not in fits or fits[hint]() else None


def _by_words(values: Sequence[str], distinct: float) -> Meaning:
    if share(values, _NUMBER.fullmatch) > _MOST:
        digits = [value for value in values if _INTEGER.fullmatch(value)]
        long = sum(len(value) for value in digits) / max(len(digits), 1)
        return "identifier" if distinct > 0.5 and len(digits) > 0.8 * len(values) and long >= 6 else "number"
    if share(values, _PHONE.fullmatch) > _MOST:
        return "phone"
    words = sum(len(value.split()) for value in values) / len(values)
    countries = iso.names_of("iso:country")
    if share(values, lambda value: fold(value[:60]) in countries) > _MOST:
        return "country"
    if share(values, lambda value: bool(split_legal_form(value[:200]).form)) > _SOME:
        return "organisation_name"
    if share(values, lambda value: _STREET.fullmatch(value[:100])) > 0.6 and words < 8:
        return "street"
    return _by_length(values, words, distinct)


def _by_length(values: Sequence[str], words: float, distinct: float) -> Meaning:
    named = share(values, lambda value: any(word in GIVEN_NAMES for word in fold(value[:80]).split()))
    if words < 1.4:
        if named > 0.3:
            return "given_name"
        return "code" if distinct < 0.2 else "text"
    if named > 0.35 and words < 5:
        return "person_name"
    if words > 12:
        return "text"
    return "title" if distinct > 0.3 else "code"


def _year(value: str) -> bool:
    return bool(_INTEGER.fullmatch(value)) and 1000 <= int(value[:6]) <= 2100


def _within(value: str, most: int) -> bool:
    return bool(_INTEGER.fullmatch(value)) and 1 <= int(value[:6]) <= most
