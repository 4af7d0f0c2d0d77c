"""A party and a mapping as they occur, for the tests of mapping."""

from __future__ import annotations

from typing import Any

from mdm.domains.loader import load, shipped
from sync.mapping.content import GoldenView, Scalar

DECLARED = frozenset(load(shipped()["party"]).attributes)

VALUES: dict[str, Scalar] = {
    "name": "Nordwind Logistik GmbH",
    "name_extra": None,
    "language": "de",
    "business_status": "active",
    "roles[customer].active": True,
    "identifiers[eu_vat].value": "DE136695976",
    "addresses[billing].street": "Hafenstraße",
    "addresses[billing].house_number": "12a",
    "addresses[billing].city": "Kiel",
    "addresses[billing].country": "DE",
    "addresses[main].city": "Hamburg",
    "addresses[main].country": "DE",
    "addresses[warehouse].city": "Gdynia",
    "addresses[warehouse].country": "PL",
    "phones[office].number": "+49431123456",
    "company_codes[1000].posting_block": False,
}

CONTENT: dict[str, Any] = {
    "format": 1,
    "value_maps": {"country": {"DE": "Deutschland", "PL": "Polen"}},
    "fields": [
        {"target": "code", "golden": "code"},
        {"target": "name", "from": "name", "required": True, "cut": 20},
        {"target": "lang", "from": "language", "default": "en"},
        {"target": "kind", "constant": "customer", "when": {"is": ["roles[customer].active", True]}},
        {"target": "kind", "constant": "supplier", "when": {"has": "roles[supplier]"}},
        {"target": "phone", "first": ["phones[mobile].number", "phones[*].number"]},
        {"target": "erp_id", "id": {"system": "ERP", "type": "party"}},
        {"target": "note", "from": "name_extra", "omit_empty": True},
        {"target": "memo", "from": "name_extra"},
        {
            "target": "billing",
            "fields": [
                {"target": "street", "join": ["addresses[billing].street", "addresses[billing].house_number"]},
                {"target": "city", "from": "addresses[billing].city"},
            ],
        },
        {
            "target": "addresses",
            "each": "addresses",
            "keys": ["main", "billing"],
            "when": {"not": {"is": [".country", "FR"]}},
            "fields": [
                {"target": "use", "golden": "key", "as": "upper"},
                {"target": "city", "from": ".city"},
                {"target": "country", "from": ".country", "values": "country"},
                {"target": "owner", "from": "name"},
            ],
        },
    ],
}


def party(**more: Any) -> GoldenView:
    """A golden record of the values above; `values` are laid over them."""
    values = VALUES | more.pop("values", {})
    given: dict[str, Any] = {"code": "BP-000123", "version": 7, "ids": {("ERP", "party"): "42"}} | more
    return GoldenView(values=values, **given)
