"""A queue made by real matching: pairs that SAP and CRM spell differently, ready to be decided one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mdm.records.observation import Observation
from tests.mdm.records.world import World
from tests.mdm.stewardship.desk import match, publish_matching

FIRST = ("Adler", "Birke", "Citrus", "Delta", "Eiche", "Falke", "Granit", "Hafen", "Insel", "Jura", "Kiesel", "Linde")
SECOND = ("Stahl", "Papier", "Optik", "Logistik", "Pumpen", "Glas", "Textil", "Chemie", "Werkzeuge", "Mühlen", "Holz")
TOWNS = (("70565", "Stuttgart"), ("20095", "Hamburg"), ("01067", "Dresden"), ("50667", "Köln"), ("80331", "München"))


def lay_queue(world: World, pairs: int) -> None:
    """`pairs` companies stand in SAP and in CRM, spelled differently, and matching has asked about each of them."""
    publish_matching()
    world.say_all("SAP", [Observation(f"{500_000 + n}", _sap(n), position=n) for n in range(pairs)])
    world.say_all("CRM", [Observation(_account(n), _crm(n), position=n) for n in range(pairs)])
    match(world)


def name_of(number: int) -> str:
    first, second = FIRST[number % len(FIRST)], SECOND[number // len(FIRST) % len(SECOND)]
    return f"{first} {second} {number:03} GmbH"


def _sap(number: int) -> dict[str, Any]:
    code, town = TOWNS[number % len(TOWNS)]
    return {
        "record_type": "organisation",
        "name": name_of(number),
        "addresses[main].street": "Industriestr.",
        "addresses[main].house_number": str(number + 1),
        "addresses[main].postal_code": code,
        "addresses[main].city": town,
        "addresses[main].country": "DE",
        "phones[main].number": f"+49 711 {380000 + number}",
        "emails[main].address": f"info@firma{number:03}.example",
    }


def _crm(number: int) -> dict[str, Any]:
    said = _sap(number)
    return said | {
        "name": name_of(number).replace(" GmbH", " Gmbh").upper(),
        "addresses[main].street": "Industriestraße",
        "emails[main].address": f"einkauf@firma{number:03}.example",
    }


def _account(number: int) -> str:
    return f"0017x00000{number:05}"


def numbers(pairs: int) -> Iterator[int]:
    return iter(range(pairs))
