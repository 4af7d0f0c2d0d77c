"""A world in which people have decided: twins are one, and neighbours that share a house and a telephone are not."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from mdm.matching.models import MatchPair
from mdm.records.models import CrosswalkEntry, SourceRecord
from mdm.records.observation import Observation
from tests import seeds
from tests.mdm.records.world import World, standing_world
from tests.mdm.stewardship.desk import company, match, register_matched_world, verdict

TWINS = (
    *("Kelvora Antriebe", "Brandt Weine", "Ostwald Stahlbau", "Ferrum Textil", "Lindner Optik", "Zeller Druckerei"),
    *("Aurich Reisen", "Pagel Kanzlei", "Torgau Apotheke", "Wismar Floristik", "Eichsfeld Möbel", "Havel Keramik"),
)
NEIGHBOURS = (
    *(("Nordwind Segel", "Moorbad Kliniken"), ("Falken Verlag", "Ilmenau Glas"), ("Quarz Uhren", "Bernstein Schmuck")),
    *(("Drossel Musik", "Adler Fahrrad"), ("Sorge Bestattung", "Hecht Fischerei"), ("Linde Gase", "Ulme Holz")),
    *(("Delta Software", "Omega Pumpen"), ("Rhein Spedition", "Mosel Kork"), ("Gotha Karten", "Jena Linsen")),
    *(("Spree Boote", "Oder Netze"), ("Harz Wandern", "Eifel Ton")),
)


def register_taught_world() -> None:
    """The registered world, matched by the demo's rules, and a person has decided about every pair that was found."""
    register_matched_world()
    world = standing_world()
    twins_and_neighbours(world)
    match(world)
    with transaction.atomic():
        teach(world)


def lay_verdicts() -> None:
    """People have taught the registered world, as it was kept when the database was made."""
    seeds.put("taught")


def twins_and_neighbours(world: World) -> None:
    """Companies that two systems know, spelled in two ways; and houses of two companies with one telephone."""
    streets = [(f"Lange Gasse {at}", "7", f"{70000 + 13 * at}", "Stuttgart") for at in range(len(TWINS))]
    both = [*enumerate(zip(TWINS, streets, strict=True))]
    known = [Observation(f"{100 + at}", company(f"{name} GmbH", address=where)) for at, (name, where) in both]
    again = [Observation(f"T-{at}", company(f"{name} AG", address=where)) for at, (name, where) in both]
    neighbours = [said for house in range(len(NEIGHBOURS)) for said in _house(house)]
    world.say_all("SAP", known)
    world.say_all("SHOP", again + neighbours)


def _house(number: int) -> list[Observation]:
    shared: dict[str, Any] = {"address": (f"Kai {number}", f"{number + 1}", f"{22000 + 17 * number}", "Hamburg")}
    shared |= {"phone": f"+49 40 55{number:02}771"}
    return [Observation(f"H-{number}-{at}", company(name, **shared)) for at, name in enumerate(NEIGHBOURS[number])]


def record(external_id: str) -> SourceRecord:
    """The source record of an identifier, as it was said."""
    return SourceRecord.objects.get(external_id__value__endswith=external_id)


def teach(world: World) -> None:
    """A person has decided about every pair that was found: SAME for twins, DIFFERENT for neighbours."""
    ids = dict(CrosswalkEntry.objects.values_list("external_id__source_record", "external_id__value"))
    for pair in MatchPair.objects.order_by("pk"):
        verdict(world, "DIFFERENT" if ids[pair.left_id].startswith("H-") else "SAME", pair=pair)
