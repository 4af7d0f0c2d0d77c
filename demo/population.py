"""The ordinary records: most entities are known to one system, some to several, and few are spelled alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from demo import noise
from demo.dice import Dice
from demo.drafts import ACCOUNT, CUSTOMER, SHOPPER, SUPPLIER, Draft, draft_of
from demo.entities import OTHER_SHARE, PERSON_SHARE, Entity, Registrar
from demo.words import Words

Kinds = tuple[tuple[str, str], ...]

_COMPANY_KINDS: Final[dict[Kinds, int]] = {
    (CUSTOMER,): 21,
    (ACCOUNT,): 19,
    (SUPPLIER,): 14,
    (SHOPPER,): 7,
    (CUSTOMER, ACCOUNT): 23,
    (CUSTOMER, SUPPLIER): 3,
    (CUSTOMER, ACCOUNT, SHOPPER): 6,
    (ACCOUNT, SHOPPER): 4,
    (CUSTOMER, CUSTOMER): 3,
    (CUSTOMER, CUSTOMER, ACCOUNT): 2,
    (ACCOUNT, ACCOUNT): 2,
    (CUSTOMER, SUPPLIER, ACCOUNT): 1,
}
_PERSON_KINDS: Final[dict[Kinds, int]] = {
    (SHOPPER,): 56,
    (ACCOUNT,): 14,
    (ACCOUNT, SHOPPER): 22,
    (SHOPPER, SHOPPER): 8,
}
# What is missing how often, by system.
_MISSING: Final = {
    "SAP": {"tax_number": 0.12, "phone": 0.3, "email": 0.45, "website": 1.0, "lei": 0.7, "duns": 0.5},
    "CRM": {"tax_number": 0.5, "phone": 0.2, "email": 0.3, "website": 0.3, "lei": 0.5, "duns": 0.4},
    "SHOP": {
        "tax_number": 0.6,
        "phone": 0.35,
        "email": 0.02,
        "website": 1.0,
        "lei": 1.0,
        "duns": 1.0,
        "birth_date": 0.6,
    },
}


@dataclass
class Scribe:
    """Writes drafts the way people do: with errors."""

    words: Words
    dice: Dice
    registrar: Registrar

    def record(self, entity: Entity, kind: tuple[str, str], trap: str = "", *, clean: bool = False) -> Draft:
        """The entity as this system has it; a clean one only lacks what the system never asks for."""
        draft = draft_of(entity, kind, trap)
        draft = self._without(draft, clean=clean)
        if not clean:
            draft = self._renamed(draft, entity)
            draft = self._readdressed(draft, entity)
            draft = self._mistaken(draft)
        return replace(draft, phone=self._typed_phone(draft, entity))

    def _without(self, draft: Draft, *, clean: bool) -> Draft:
        shares = _MISSING[draft.system]
        gone = {name: "" for name, share in shares.items() if share == 1.0 or (not clean and self.dice.chance(share))}
        keeps_accounts = draft.system == "SAP"
        return replace(draft, ibans=draft.ibans if keeps_accounts else (), **gone)  # type: ignore[arg-type]

    def _renamed(self, draft: Draft, entity: Entity) -> Draft:
        if draft.person:
            return self._renamed_person(draft)
        dice = self.dice
        name = draft.name
        if dice.chance(0.4):
            variant = noise.form_variant(entity, self.words, dice)
            name = variant.latin if draft.system == "SAP" else variant.native
        if dice.chance({"SAP": 0.5, "CRM": 0.12, "SHOP": 0.25}[draft.system]):
            name = noise.transliterated(name, self.words)
        if dice.chance(0.15):
            name = noise.abbreviated(name, self.words, dice)
        if dice.chance(0.1):
            name = noise.typo(name, dice)
        if dice.chance({"SAP": 0.14, "CRM": 0.03, "SHOP": 0.02}[draft.system]):
            name = name.upper()
        if dice.chance(0.06):
            name = dice.one([f"{name} ", name.replace(" ", "  ", 1), f"Firma {name}", f"{name} / Einkauf"])
        return replace(draft, name=name)

    def _renamed_person(self, draft: Draft) -> Draft:
        dice = self.dice
        given, family = draft.given, draft.family
        if dice.chance(0.15):
            given, family = noise.transliterated(given, self.words), noise.transliterated(family, self.words)
        if dice.chance(0.08):
            family = noise.typo(family, dice)
        if dice.chance(0.06):
            given = f"{given[:1]}."
        if dice.chance(0.08):
            given, family = given.lower(), family.lower()
        return replace(draft, given=given, family=family, name=f"{given} {family}")

    def _readdressed(self, draft: Draft, entity: Entity) -> Draft:
        dice = self.dice
        if dice.chance(0.06):
            draft = noise.moved(draft, entity, self.registrar)
        line, street, city = draft.street_line, draft.street, draft.city
        if dice.chance(0.3):
            line = noise.abbreviated(line, self.words, dice)
            street = noise.abbreviated(street, self.words, dice)
        if dice.chance(0.3):
            line, street = noise.transliterated(line, self.words), noise.transliterated(street, self.words)
            city = noise.transliterated(city, self.words)
        if dice.chance(0.05):
            line = noise.typo(line, dice)
            street = line if draft.number not in line else line.replace(draft.number, "").strip()
        return replace(draft, street_line=line, street=street, city=city)

    def _mistaken(self, draft: Draft) -> Draft:
        if self.dice.chance(0.02):
            draft = noise.swapped(draft, self.dice)
        if self.dice.chance(0.025):
            draft = noise.mistyped_tax_number(draft, self.dice)
        return replace(draft, blocked=draft.system == "SAP" and self.dice.chance(0.02))

    def _typed_phone(self, draft: Draft, entity: Entity) -> str:
        calling = self.words.countries[entity.country].calling
        return noise.phone_as_typed(draft.phone, calling, self.dice) if draft.phone else ""


def populate(scribe: Scribe) -> list[Draft]:
    """Every country's entities and their records; the first record of each is the cleanest."""
    drafts: list[Draft] = []
    for country in scribe.words.countries.values():
        for _ in range(country.count):
            is_person = scribe.dice.chance(PERSON_SHARE.get(country.code, OTHER_SHARE))
            make = scribe.registrar.individual if is_person else scribe.registrar.company
            entity = make(country.code)
            kinds = scribe.dice.weighted(_PERSON_KINDS if is_person else _COMPANY_KINDS)
            for number, kind in enumerate(kinds):
                drafts.append(scribe.record(entity, kind, clean=number == 0 and scribe.dice.chance(0.5)))
    return drafts
