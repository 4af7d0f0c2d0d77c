"""Staged cases that tell a careful matcher from a careless one. Each is named in the truth."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from demo import noise, numbers
from demo.drafts import ACCOUNT, CUSTOMER, SHOPPER, SUPPLIER, Draft, draft_of
from demo.entities import Entity, Place
from demo.population import Scribe
from demo.words import Text

TRAPS: Final = {
    "twin": "Two different things with the same name in the same town.",
    "subsidiary": "Companies of one group at one address, with one switchboard and one web site.",
    "tax_id_one_character": "Two different companies of like names whose tax numbers differ in one character.",
    "tax_id_typo": "One company whose tax number was typed with one wrong digit in one system.",
    "four_way": "One company under four identifiers, no two of them spelled alike.",
    "bridge": "A record that mixes two companies: the name of one, the telephone and bank account of the other.",
    "one_time": "An account under which many unrelated one-time deals were booked.",
    "reused_id": "An identifier that was given to something else later.",
    "shared_bank": "Unrelated companies that collect through the same bank account.",
    "dummy": "A record made to try something out.",
    "moved": "A company that moved between the two deliveries.",
}


def stage(scribe: Scribe) -> tuple[list[Draft], list[Draft]]:
    """(drafts of the first delivery, drafts whose identifier comes back in the later delivery as another)."""
    first = [
        *_four_ways(scribe),
        *_twins(scribe),
        *_subsidiaries(scribe),
        *_one_character(scribe),
        *_typos(scribe),
        *_bridges(scribe),
        *_one_time(scribe),
        *_shared_bank(scribe),
        *_dummies(scribe),
    ]
    reused = [
        scribe.record(scribe.registrar.company(code), CUSTOMER, "reused_id", clean=True) for code in ("DE", "FR", "GB")
    ]
    return first, reused


def _four_ways(scribe: Scribe) -> list[Draft]:
    """The first of them is the company that the documentation shows."""
    showpiece = scribe.registrar.company(
        "DE",
        core=Text("Müller & Söhne", "Müller & Söhne"),
        form=Text("GmbH", "GmbH"),
        place=Place(Text("Industriestraße", "Industriestraße"), "12a", "70565", Text("Stuttgart", "Stuttgart"), "DE"),
        email="info@mueller-soehne.de.example",
        website="https://www.mueller-soehne.de.example",
        phone="+497113800471",
    )
    drafts = [
        *_spelled(
            scribe,
            showpiece,
            ["Müller & Söhne GmbH", "MUELLER + SOEHNE GMBH", "Müller und Söhne", "Mueller u. Söhne Gmbh"],
        )
    ]
    for code in ("FR", "PL", "GR", "JP", "US"):
        entity = scribe.registrar.company(code)
        latin = noise.transliterated(entity.name.latin, scribe.words)
        names = [latin, latin.upper(), entity.name.native, noise.typo(entity.core.native, scribe.dice)]
        drafts += _spelled(scribe, entity, names)
    return drafts


def _spelled(scribe: Scribe, entity: Entity, names: list[str]) -> list[Draft]:
    kinds = (CUSTOMER, CUSTOMER, ACCOUNT, SHOPPER)
    drafts = [
        replace(scribe.record(entity, kind, "four_way", clean=True), name=name)
        for kind, name in zip(kinds, names, strict=True)
    ]
    drafts[1] = replace(drafts[1], tax_number="", phone="")
    drafts[2] = replace(drafts[2], tax_number="" if scribe.dice.chance(0.5) else entity.tax_number)
    drafts[3] = replace(drafts[3], street_line=noise.abbreviated(drafts[3].street_line, scribe.words, scribe.dice))
    return drafts


def _twins(scribe: Scribe) -> list[Draft]:
    drafts: list[Draft] = []
    for code, kinds in (
        ("DE", (CUSTOMER, ACCOUNT)),
        ("IT", (CUSTOMER, CUSTOMER)),
        ("US", (ACCOUNT, ACCOUNT)),
        ("GB", (CUSTOMER, SUPPLIER)),
    ):
        one = scribe.registrar.company(code)
        other = scribe.registrar.company(code, core=one.core, form=one.form)
        city = replace(other.place, city=one.place.city, postal_code=one.place.postal_code)
        other = replace(other, place=city)
        scribe.registrar.entities[-1] = other
        drafts += [scribe.record(one, kinds[0], "twin", clean=True), scribe.record(other, kinds[1], "twin", clean=True)]
    for code in ("DE", "PL", "FR"):
        father = scribe.registrar.individual(code, birth_date=f"{scribe.dice.number(1945, 1958)}-05-17")
        son = scribe.registrar.individual(
            code,
            given=father.given,
            family=father.family,
            core=father.core,
            place=father.place,
            phone=father.phone,
            birth_date=f"{scribe.dice.number(1974, 1986)}-11-02",
        )
        for person in (father, son):
            draft = scribe.record(person, SHOPPER, "twin", clean=True)
            drafts.append(replace(draft, birth_date=person.birth_date))
    return drafts


def _subsidiaries(scribe: Scribe) -> list[Draft]:
    drafts: list[Draft] = []
    for code, branches in (
        ("DE", ("Holding", "Handel", "Logistik", "Immobilien")),
        ("FR", ("Holding", "Distribution", "Transports")),
        ("NL", ("Holding", "Trading", "Services")),
        ("CZ", ("Holding", "Stavby", "Doprava")),
    ):
        country = scribe.words.countries[code]
        group = scribe.dice.one(country.coined).native
        parent = scribe.registrar.company(code, core=Text(f"{group} {branches[0]}", f"{group} {branches[0]}"))
        drafts.append(scribe.record(parent, CUSTOMER, "subsidiary", clean=True))
        for branch in branches[1:]:
            child = scribe.registrar.company(
                code,
                core=Text(f"{group} {branch}", f"{group} {branch}"),
                place=parent.place,
                phone=parent.phone,
                website=parent.website,
                email=parent.email,
            )
            kind = scribe.dice.one([CUSTOMER, ACCOUNT, SUPPLIER])
            drafts.append(scribe.record(child, kind, "subsidiary", clean=True))
    return drafts


def _one_character(scribe: Scribe) -> list[Draft]:
    """US numbers carry no check digit: one changed character is another company's valid number."""
    drafts: list[Draft] = []
    for second in ("Supply", "Tools", "Foods"):
        one = scribe.registrar.company("US")
        first_word = one.core.native.split()[0]
        other = scribe.registrar.company(
            "US",
            core=Text(f"{first_word} {second}", f"{first_word} {second}"),
            form=one.form,
            tax_number=numbers.one_digit_off(one.tax_number, scribe.dice),
        )
        drafts += [draft_of(one, CUSTOMER, "tax_id_one_character"), draft_of(other, ACCOUNT, "tax_id_one_character")]
    return drafts


def _typos(scribe: Scribe) -> list[Draft]:
    drafts: list[Draft] = []
    for code in ("DE", "AT", "IT", "PL"):
        entity = scribe.registrar.company(code)
        wrong = replace(
            scribe.record(entity, ACCOUNT, "tax_id_typo", clean=True),
            tax_number=numbers.one_digit_off(entity.tax_number, scribe.dice),
        )
        drafts += [scribe.record(entity, CUSTOMER, "tax_id_typo", clean=True), wrong]
    return drafts


def _bridges(scribe: Scribe) -> list[Draft]:
    drafts: list[Draft] = []
    for code in ("DE", "AT", "CH"):
        one = scribe.registrar.company(code, ibans=(numbers.iban(code, scribe.dice),))
        other = scribe.registrar.company(code, ibans=(numbers.iban(code, scribe.dice),))
        mixed = replace(
            scribe.record(one, CUSTOMER, "bridge", clean=True),
            tax_number="",
            lei="",
            duns="",
            phone=other.phone,
            email=other.email,
            ibans=other.ibans,
        )
        drafts += [
            scribe.record(one, ACCOUNT, "bridge", clean=True),
            scribe.record(other, SUPPLIER, "bridge", clean=True),
            mixed,
        ]
    return drafts


def _one_time(scribe: Scribe) -> list[Draft]:
    drafts: list[Draft] = []
    for code, name, kind in (
        ("DE", "CPD Lieferanten Inland", SUPPLIER),
        ("FR", "Fournisseurs divers", SUPPLIER),
        ("DE", "CPD Debitoren Diverse", CUSTOMER),
    ):
        entity = scribe.registrar.company(
            code,
            core=Text(name, name),
            form=Text("", ""),
            record_class="one_time",
            tax_number="",
            phone="",
            email="",
            website="",
            lei="",
            duns="",
            ibans=tuple(numbers.iban(bank, scribe.dice) for bank in ("DE", "AT", "NL")),
        )
        drafts.append(scribe.record(entity, kind, "one_time", clean=True))
    return drafts


def _shared_bank(scribe: Scribe) -> list[Draft]:
    """Factoring: the account belongs to the bank that buys their invoices."""
    drafts: list[Draft] = []
    for code in ("DE", "GB", "NL", "GR"):
        account = (numbers.iban(code, scribe.dice),)
        for kind in (CUSTOMER, SUPPLIER):
            entity = scribe.registrar.company(code, ibans=account)
            drafts.append(scribe.record(entity, kind, "shared_bank", clean=True))
    return drafts


def _dummies(scribe: Scribe) -> list[Draft]:
    drafts: list[Draft] = []
    for name, kind in (
        ("TEST Kunde bitte nicht löschen", CUSTOMER),
        ("zz Test Account", ACCOUNT),
        ("Max Mustermann Testfirma", SHOPPER),
    ):
        entity = scribe.registrar.company(
            "DE",
            core=Text(name, name),
            form=Text("", ""),
            record_class="test",
            tax_number="",
            lei="",
            duns="",
            ibans=(),
        )
        drafts.append(scribe.record(entity, kind, "dummy", clean=True))
    return drafts
