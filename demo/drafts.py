"""What one system says of one entity, before it is written in that system's own format."""

from __future__ import annotations

from dataclasses import dataclass, replace

from demo.entities import Entity, Place

CUSTOMER = ("SAP", "customer")
SUPPLIER = ("SAP", "supplier")
ACCOUNT = ("CRM", "account")
SHOPPER = ("SHOP", "customer")


@dataclass(frozen=True)
class Draft:
    """One source record. `id` is given when all records are known; `trap` says what it was staged for."""

    system: str
    type: str
    entity: str
    name: str
    given: str
    family: str
    person: bool
    street_line: str
    street: str
    number: str
    postal_code: str
    city: str
    country: str
    phone: str
    email: str
    website: str
    birth_date: str
    tax_number: str
    lei: str
    duns: str
    ibans: tuple[str, ...]
    record_class: str
    trap: str = ""
    id: str = ""
    blocked: bool = False
    delivery: str = "first"

    @property
    def kind(self) -> tuple[str, str]:
        return (self.system, self.type)

    def at(self, place: Place) -> Draft:
        """The same record at another address."""
        latin = self.system == "SAP"
        return replace(
            self,
            street_line=place.line(latin=latin),
            street=place.street.latin if latin else place.street.native,
            number=place.number,
            postal_code=place.postal_code,
            city=place.city.latin if latin else place.city.native,
            country=place.country,
        )


def draft_of(entity: Entity, kind: tuple[str, str], trap: str = "") -> Draft:
    """Everything that is true of the entity, in the script of the system: SAP here knows Latin letters only."""
    latin = kind[0] == "SAP"
    place = entity.place
    return Draft(
        system=kind[0],
        type=kind[1],
        entity=entity.id,
        name=entity.name.latin if latin else entity.name.native,
        given=entity.given.latin if latin else entity.given.native,
        family=entity.family.latin if latin else entity.family.native,
        person=entity.person,
        street_line=place.line(latin=latin),
        street=place.street.latin if latin else place.street.native,
        number=place.number,
        postal_code=place.postal_code,
        city=place.city.latin if latin else place.city.native,
        country=place.country,
        phone=entity.phone,
        email=entity.email,
        website=entity.website,
        birth_date=entity.birth_date,
        tax_number=entity.tax_number,
        lei=entity.lei,
        duns=entity.duns,
        ibans=entity.ibans,
        record_class=entity.record_class,
        trap=trap,
    )
