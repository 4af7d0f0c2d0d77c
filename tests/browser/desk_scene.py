"""A queue made by real matching: pairs that SAP and CRM spell differently, ready to be decided one by one."""

from __future__ import annotations

import random
from typing import Any

from mdm.records.observation import Observation
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import match, publish_matching

SYLLABLES = (
    "ba",
    "ke",
    "li",
    "mo",
    "ru",
    "sta",
    "ven",
    "dor",
    "fi",
    "gan",
    "hel",
    "jo",
    "nim",
    "pax",
    "tor",
    "wil",
    "zu",
)
TOWNS = (("70565", "Stuttgart"), ("20095", "Hamburg"), ("01067", "Dresden"), ("50667", "Köln"), ("80331", "München"))


def lay_queue(world: World, pairs: int) -> None:
    """`pairs` companies stand in SAP and in CRM, spelled differently, and matching has asked about each of them."""
    publish_matching()
    world.say_all("SAP", [Observation(f"{500_000 + n}", _sap(n), position=n) for n in range(pairs)])
    world.say_all("CRM", [Observation(f"0017x00000{n:05}", _crm(n), position=n) for n in range(pairs)])
    match(world)


def name_of(number: int) -> str:
    """No two names have a word in common."""
    return f"{_word(number, 'first')} {_word(number, 'second')} GmbH"


def _sap(number: int) -> dict[str, Any]:
    code, town = TOWNS[number % len(TOWNS)]
    return {
        "record_type": "organisation",
        "name": name_of(number),
        "addresses[main].street": f"{_word(number, 'street')}str.",
        "addresses[main].house_number": str(number + 1),
        "addresses[main].postal_code": code,
        "addresses[main].city": town,
        "addresses[main].country": "DE",
        "phones[main].number": f"+49 711 {random.Random(number).randint(1_000_000, 9_999_999)}",
        "emails[main].address": f"info@{_word(number, 'first').lower()}.example",
    }


def _crm(number: int) -> dict[str, Any]:
    said = _sap(number)
    return said | {
        "name": name_of(number).upper(),
        "addresses[main].street": f"{_word(number, 'street')}straße",
        "emails[main].address": f"einkauf@{_word(number, 'first').lower()}.example",
    }


def _word(number: int, kind: str) -> str:
    dice = random.Random(f"{kind} {number}")
    return "".join(dice.choice(SYLLABLES) for _ in range(4)).capitalize()
