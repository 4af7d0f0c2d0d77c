"""People and records that pages are looked at with: joined sources, a person, a reused look, a pin, a finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.governance.models import IdType, System
from mdm.records.models import GoldenRecord
from mdm.records.observation import Observation
from mdm.records.operations.link_ids import LinkRow, link_ids
from mdm.records.operations.pin import pin_value
from tests import seeds
from tests.mdm.records.world import World, build_world, standing_world

PASSWORD = "correct horse battery staple"
RIGHTS = {
    "Anna Keller": ("anna@example.org", "party", ("view", "propose", "decide", "reveal")),
    "Mateo Ruiz": ("mateo@example.org", "material", ("view", "propose")),
    "Ines Moreau": ("ines@example.org", "*", ("view", "operate", "publish")),
    "Jonas Peters": ("jonas@example.org", "party", ("view", "decide", "approve", "reveal")),
    "Aki Virtanen": ("aki@example.org", "*", ("view",)),
    "Noor Haddad": ("noor@example.org", "", ()),
}


@dataclass(frozen=True)
class Scene:
    """`joined` has two sources, `person` private values, `lonely` one source."""

    world: World
    people: dict[str, Actor]
    joined: str
    person: str
    lonely: str

    @property
    def steward(self) -> Actor:
        return self.people["Anna Keller"]

    @property
    def other_steward(self) -> Actor:
        return self.people["Mateo Ruiz"]

    @property
    def engineer(self) -> Actor:
        return self.people["Ines Moreau"]

    @property
    def auditor(self) -> Actor:
        return self.people["Aki Virtanen"]

    @property
    def second_steward(self) -> Actor:
        return self.people["Jonas Peters"]

    @property
    def newcomer(self) -> Actor:
        return self.people["Noor Haddad"]


def person(name: str, password: str | None = None) -> Actor:
    email, domain, actions = RIGHTS[name]
    machine = machine_actor()
    actor = create_actor(kind="person", name=name, email=email, password=password, actor=machine)
    for action in actions:
        grant(subject=actor, domain=domain, action=action, actor=machine)
    return actor


MUELLER: dict[str, Any] = {
    "record_type": "organisation",
    "name": "Müller & Söhne GmbH",
    "industry": "Mechanical engineering",
    "language": "de",
    "record_class": "real",
    "business_status": "active",
    "identifiers[de_ust].value": "DE129273398",
    "addresses[main].street": "Industriestr.",
    "addresses[main].house_number": "12a",
    "addresses[main].postal_code": "70565",
    "addresses[main].city": "Stuttgart",
    "addresses[main].country": "DE",
    "phones[main].number": "+49 711 380012",
    "emails[main].address": "info@mueller-soehne.example",
    "bank_accounts[1].iban": "DE89370400440532013000",
    "company_codes[1000].payment_terms": "NT30",
}
MUELLER_CRM: dict[str, Any] = {
    "record_type": "organisation",
    "name": "Mueller und Soehne GmbH",
    "identifiers[de_ust].value": "DE129273398",
    "addresses[main].street": "Industriestraße",
    "addresses[main].house_number": "12",
    "addresses[main].postal_code": "70565",
    "addresses[main].city": "Stuttgart",
    "addresses[main].country": "DE",
    "emails[main].address": "einkauf@mueller-soehne.example",
    "webs[main].url": "https://mueller-soehne.example",
}
PERSON: dict[str, Any] = {
    "record_type": "person",
    "given_name": "Chiara",
    "family_name": "Esposito",
    "birth_date": "1984-05-17",
    "emails[home].address": "chiara.esposito@example.org",
    "addresses[home].city": "Napoli",
    "addresses[home].country": "IT",
}
MORE = [
    ("SAP", "100483", "Nord Stahl AG", "Hamburg", "DE"),
    ("SAP", "100484", "株式会社山田製作所", "大阪市", "JP"),
    ("SAP", "100485", "Ελληνικά Χαλυβουργεία Α.Ε.", "Αθήνα", "GR"),
    ("CRM", "0017x000019aBcE", "Acme Industries, Inc.", "Dayton", "US"),
    ("CRM", "0017x000019aBcF", "Société Générale de Fonderie S.A.", "Lyon", "FR"),
]
WRONG = {"record_type": "organisation", "name": "Wrong Number KG", "identifiers[de_ust].value": "DE129273399"}


def build_scene() -> Scene:
    """The scene that was set when the database was made; nobody in it can sign in with a password."""
    seeds.put("scene")
    people = {name: Actor.objects.get(name=name) for name in RIGHTS}
    return _scene(standing_world(), people)


def set_scene(*, rows: int = 0, password: str | None = None) -> Scene:
    """The world, its people and its records; `rows` more of them for long lists, and a password for all."""
    world = build_world()
    _dress()
    world.say("SAP", "0000100482", values=MUELLER)
    _join(world.id_type("SAP"), "100482", world.id_type("CRM"), "0017x000019aBcD", world.engineer)
    world.say("CRM", "0017x000019aBcD", values=MUELLER_CRM)
    world.say(
        "SAP", "0000100482", values=MUELLER | {"industry": "Machine tools", "phones[main].number": "+49 711 380013"}
    )
    world.say("CRM", "0037x00000PERSN", values=PERSON)
    for system, external_id, name, city, country in MORE:
        world.say(system, external_id, values=_company(name, city, country))
    world.say("SHOP", "55007", values=WRONG)
    if rows:
        world.say_all("SAP", list(_many(rows)))
    people = {name: person(name, password) for name in RIGHTS}
    scene = _scene(world, people)
    with transaction.atomic():
        pin_value(
            golden_code=scene.joined,
            path="record_class",
            value="intercompany",
            reason="Sister company by contract 4711",
            actor=people["Anna Keller"],
        )
    return scene


def _scene(world: World, people: dict[str, Actor]) -> Scene:
    return Scene(world, people, world.golden_of("SAP", "100482").code, _code("0037x00000PERSN"), _code("55007"))


def _company(name: str, city: str, country: str) -> dict[str, Any]:
    place = {"addresses[main].city": city, "addresses[main].country": country}
    return {"record_type": "organisation", "name": name, **place}


def _many(rows: int) -> Iterable[Observation]:
    cities = ("Ulm", "Köln", "Graz", "Brno", "Porto", "Lille", "Gdańsk")
    for number in range(rows):
        values = {
            "name": f"Werk {number:05} GmbH",
            "addresses[main].city": cities[number % 7],
            "addresses[main].country": "DE",
        }
        yield Observation(f"{200_000 + number}", values, position=number)


def _join(left: IdType, one: str, right: IdType, other: str, actor: Actor) -> None:
    with transaction.atomic():
        link_ids(left=left, right=right, rows=[LinkRow(left=one, right=other)], actor=actor, reason="Mapping sheet")


def _dress() -> None:
    """Colours and links as an installation would have them; tests write them past the operations."""
    for colour, (code, label) in enumerate((("SAP", "ERP"), ("CRM", "Sales"), ("SHOP", "Web shop")), start=1):
        System.objects.filter(code=code).update(colour=colour, label=label)
    IdType.objects.filter(system="CRM").update(deep_link="https://crm.example/accounts/{id}")
    IdType.objects.filter(system="SHOP").update(deep_link="https://shop.example/customers/{id}")


def _code(value: str) -> str:
    golden = GoldenRecord.objects.get(entries__external_id__value__startswith=value, entries__ended_at=None)
    return golden.code
