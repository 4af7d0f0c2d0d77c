"""The real things behind the records: companies and persons of many countries."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import Final

from demo import numbers
from demo.dice import Dice
from demo.words import City, Country, Text, Words, western

PERSON_SHARE: Final = {
    "DE": 0.22,
    "AT": 0.2,
    "FR": 0.2,
    "GB": 0.25,
    "US": 0.25,
    "JP": 0.15,
    "PL": 0.2,
    "GR": 0.2,
    "BG": 0.2,
}
OTHER_SHARE: Final = 0.15
_KIN: Final = {
    "DE": " & Söhne",
    "AT": " & Söhne",
    "GB": " & Sons",
    "US": " & Sons",
    "FR": " & Fils",
    "IT": " & Figli",
    "ES": " e Hijos",
}
_NUMBER_FIRST: Final = {"FR", "GB", "US", "JP", "CN", "SA", "EG"}
_NO_SPACES: Final = {"JP", "CN"}
_FORM_FIRST: Final = {"UA"}


@dataclass(frozen=True)
class Place:
    """One postal address."""

    street: Text
    number: str
    postal_code: str
    city: Text
    country: str

    def line(self, *, latin: bool = False) -> str:
        """Street and number in the order the country writes them."""
        street = self.street.latin if latin else self.street.native
        if self.country == "JP" and not latin:
            return f"{street}{self.number}"
        return f"{self.number} {street}" if self.country in _NUMBER_FIRST else f"{street} {self.number}"


@dataclass(frozen=True)
class Entity:
    """One real company or person. `core` is the company's name without its legal form."""

    id: str
    country: str
    person: bool
    core: Text
    form: Text
    place: Place
    phone: str
    email: str
    website: str = ""
    given: Text = Text("", "")
    family: Text = Text("", "")
    birth_date: str = ""
    tax_number: str = ""
    lei: str = ""
    duns: str = ""
    ibans: tuple[str, ...] = ()
    record_class: str = "real"
    tags: tuple[str, ...] = field(default=())

    @property
    def name(self) -> Text:
        return named(self.core, self.form, self.country)


def named(core: Text, form: Text, country: str) -> Text:
    """The full name: the legal form stands where the country puts it."""
    if not form.native:
        return core
    if country in _FORM_FIRST:
        return Text(f"{form.native} «{core.native}»", f"{form.latin} {core.latin}")
    space = "" if country in _NO_SPACES else " "
    return Text(f"{core.native}{space}{form.native}", f"{core.latin} {form.latin}")


class Registrar:
    """Registers entities; no two companies get the same name unless a trap asks for it."""

    def __init__(self, words: Words, dice: Dice) -> None:
        self.words = words
        self.dice = dice
        self.entities: list[Entity] = []
        self._names: set[str] = set()
        self._hosts: set[str] = set()

    def company(self, code: str, **changes: object) -> Entity:
        """A new company; `changes` replace what chance would give it."""
        country = self.words.countries[code]
        core = self._fresh_core(country)
        form = self.dice.one(country.forms)
        city = self.dice.one(country.cities)
        host = self._fresh_host(core.latin, code)
        entity = Entity(
            id=f"E{len(self.entities) + 1:04d}",
            country=code,
            person=False,
            core=core,
            form=form,
            place=self.place(country, city),
            phone=self.phone(country, city),
            email=f"{self.dice.one(['info', 'office', 'contact', 'mail', 'sales'])}@{host}",
            website=f"https://www.{host}",
            tax_number=numbers.tax_number(code, self.dice),
            lei=numbers.lei(self.dice) if self.dice.chance(0.2) else "",
            duns=numbers.duns(self.dice) if self.dice.chance(0.35) else "",
            ibans=self._ibans(code),
        )
        return self._register(entity, changes)

    def individual(self, code: str, **changes: object) -> Entity:
        """A new person; `changes` replace what chance would give them."""
        country = self.words.countries[code]
        given, family = self.dice.one(country.given), self.dice.one(country.surnames)
        city = self.dice.one(country.cities)
        mailbox = slug(f"{given.latin}.{family.latin}", keep=".")
        host = self.dice.one(["post.example", "mail.example", "web.example"])
        entity = Entity(
            id=f"E{len(self.entities) + 1:04d}",
            country=code,
            person=True,
            core=Text(f"{given.native} {family.native}", f"{given.latin} {family.latin}"),
            form=Text("", ""),
            place=self.place(country, city),
            phone=self.phone(country, city),
            email=f"{mailbox}{self.dice.number(1, 99)}@{host}",
            given=given,
            family=family,
            birth_date=f"{self.dice.number(1945, 2004)}-{self.dice.number(1, 12):02d}-{self.dice.number(1, 28):02d}",
        )
        return self._register(entity, changes)

    def place(self, country: Country, city: City) -> Place:
        number = str(self.dice.number(1, 180))
        if country.code == "JP":
            number = f"{self.dice.number(1, 9)}-{self.dice.number(1, 20)}-{self.dice.number(1, 15)}"
        elif self.dice.chance(0.12) and country.code not in _NUMBER_FIRST:
            number += self.dice.one("abc")
        return Place(self.dice.one(country.streets), number, self.dice.one(city.postal_codes), city.name, country.code)

    def elsewhere(self, entity: Entity) -> Place:
        """Another address in the same country."""
        country = self.words.countries[entity.country]
        return self.place(country, self.dice.one(country.cities))

    def phone(self, country: Country, city: City) -> str:
        """A telephone number in international form."""
        length = country.phone_length - len(city.area)
        first = "56" if country.code == "CN" else "2458"
        return f"+{country.calling}{city.area}{self.dice.digits(length, first=first)}"

    def _register(self, entity: Entity, changes: dict[str, object]) -> Entity:
        entity = replace(entity, **changes)  # type: ignore[arg-type]
        self.entities.append(entity)
        return entity

    def _ibans(self, code: str) -> tuple[str, ...]:
        count = self.dice.weighted({0: 3, 1: 6, 2: 1})
        return tuple(filter(None, (numbers.iban(code, self.dice) for _ in range(count))))

    def _fresh_core(self, country: Country) -> Text:
        while True:
            core = self._core(country)
            if core.latin not in self._names:
                self._names.add(core.latin)
                return core

    def _core(self, country: Country) -> Text:
        dice = self.dice
        surname, branch, coined = dice.one(country.surnames), dice.one(country.branches), dice.one(country.coined)
        if country.code == "CN":
            city = dice.one(country.cities).name
            return Text(city.native + coined.native + branch.native, f"{city.latin} {coined.latin} {branch.latin}")
        if country.code == "JP":
            return Text(surname.native + branch.native, f"{surname.latin} {branch.latin}")
        kind = dice.weighted({"surname": 4, "coined": 4, "kin": 1, "pair": 1, "branch first": 1})
        if kind == "coined" and coined.native == coined.latin:
            return _joined(coined, branch)
        if kind == "kin" and country.code in _KIN:
            return _joined(surname + _KIN[country.code], branch)
        if kind == "pair":
            return _joined(Text(f"{surname.native} & ", f"{surname.latin} & ") + dice.one(country.surnames), branch)
        return _joined(branch, surname) if kind == "branch first" else _joined(surname, branch)

    def _fresh_host(self, latin: str, code: str) -> str:
        name = slug(latin)
        host = f"{name}.{code.lower()}.example"
        while host in self._hosts:
            name += str(self.dice.number(2, 9))
            host = f"{name}.{code.lower()}.example"
        self._hosts.add(host)
        return host


def _joined(left: Text, right: Text) -> Text:
    return Text(f"{left.native} {right.native}", f"{left.latin} {right.latin}")


def slug(text: str, *, keep: str = "") -> str:
    """The text as part of an address: small letters and digits, words joined by hyphens."""
    for letter, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("ø", "o"), ("œ", "oe")):
        text = text.lower().replace(letter, letters)
    plain = "".join(_ascii(char) for char in western(text))
    return "-".join("".join(char if char.isalnum() or char in keep else " " for char in plain).split())


def _ascii(char: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", char) if part.isascii())
