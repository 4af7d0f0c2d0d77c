"""A real Tryton as the suite of frozen checks sees it: people of the ERP act, its own database counts."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import urllib3

from sync.connectors import registry
from sync.connectors.interface import Connector, PushItem
from sync.connectors.settings import ConnectionSettings, Secrets, Timeouts
from tests.erp import LiveErp
from tests.tools.web_server import Asked, Reply, serving

SEQUENCE = itertools.count(1)


class TrytonHarness:
    """A user of Tryton is its administrator. In front of it stands a gateway, as in front of most installations."""

    domain = "party"
    object = "party.party"
    cannot: Mapping[str, str] = {}

    def __init__(self, erp: LiveErp) -> None:
        self.erp = erp
        self.secrets: tuple[str, ...] = (erp.reach.password,)
        self.port = 0
        self.failing: set[str] = set()
        self.before_writing: list[Callable[[], None]] = []
        self.admin = erp.admin

    def gateway(self, asked: Asked) -> Reply:
        """Passes on, and tells a permanent error as 500: the words are those of Tryton's other interface."""
        body = asked.body.decode()
        if '.create"' in body and any(code in body for code in self.failing):
            return Reply(500, b"<!doctype html><title>500 Internal Server Error</title><p>KeyError: 'nofield'")
        if '.write"' in body or '.create"' in body:
            while self.before_writing:
                self.before_writing.pop()()
        answer = urllib3.request(
            asked.method,
            self.erp.reach.url + asked.path,
            body=asked.body,
            headers=asked.headers,
            decode_content=False,
            timeout=30,
        )
        kept = {name: value for name, value in answer.headers.items() if name in ("Content-Type", "Content-Encoding")}
        return Reply(answer.status, answer.data, kept)

    def connector(self, port: int) -> Connector:
        settings = ConnectionSettings(
            "tryton",
            f"http://127.0.0.1:{port}",
            options={"database": self.erp.reach.database, "user": self.erp.reach.user},
            secrets=Secrets({"password": self.erp.reach.password}),
            allow_private=True,
            timeouts=Timeouts(connect=2, read=8, total=12),
        )
        return registry.build("tryton", settings)

    def document(self, number: int) -> dict[str, Any]:
        address = {"street": f"Hafenweg {number}", "postal_code": f"2410{number}", "city": "Kiel", "country": "DE"}
        return {
            "name": f"Nordwind {number}",
            "addresses": [{"sequence": 9001} | address],
            "identifiers": [{"type": "eu_vat", "code": ("DE136695976", "FR40303265045")[number % 2]}],
            "phones": [{"sequence": 9001, "type": "phone", "value": f"+49 431 12345{number}"}],
            "emails": [{"sequence": 9001, "value": f"post{number}@nordwind.example"}],
        }

    def records(self, golden_id: str) -> int:
        ((count,),) = self.erp.rows("SELECT count(*) FROM party_party WHERE code = ?", golden_id)
        return int(count)

    def held(self, target_key: str) -> Mapping[str, Any]:
        ((name,),) = self.erp.rows("SELECT name FROM party_party WHERE id = ?", int(target_key))
        addresses = self.erp.rows(
            "SELECT a.sequence, a.street_unstructured, a.postal_code, a.city, c.code FROM party_address a"
            " LEFT JOIN country_country c ON c.id = a.country WHERE a.party = ? AND a.active AND a.sequence >= 9000",
            int(target_key),
        )
        identifiers = self.erp.rows(
            "SELECT type, code_compact FROM party_identifier WHERE party = ? AND active", int(target_key)
        )
        contacts = self.erp.rows(
            "SELECT sequence, type, value FROM party_contact_mechanism WHERE party = ? AND active", int(target_key)
        )
        names = ("sequence", "street", "postal_code", "city", "country")
        return {
            "name": name,
            "addresses": [dict(zip(names, row, strict=True)) for row in addresses],
            "identifiers": [{"type": kind, "code": code} for kind, code in identifiers],
            "phones": [{"sequence": n, "type": kind, "value": value} for n, kind, value in contacts if kind == "phone"],
            "emails": [{"sequence": n, "value": value} for n, kind, value in contacts if kind == "email"],
        }

    def writes(self) -> int:
        told = [
            self.erp.rows(f"SELECT count(*), max(coalesce(write_date, create_date)) FROM {table}")
            for table in ("party_party", "party_address", "party_identifier", "party_contact_mechanism")
        ]
        return hash(json.dumps(told))

    def edit(self, target_key: str) -> None:
        ((address,),) = self.erp.rows(
            "SELECT id FROM party_address WHERE party = ? AND sequence = 9001", int(target_key)
        )
        self.admin.call("model.party.address.write", [address], {"city": "Changed there"})

    def foreign(self) -> str:
        (made,) = self.admin.call("model.party.party.create", [{"name": f"Made there {next(SEQUENCE)}"}])
        return str(made)

    def merge(self, loser_key: str, survivor_key: str) -> None:
        self.erp.merge(int(loser_key), int(survivor_key))

    def provoke_500(self, item: PushItem) -> PushItem:
        self.failing.add(item.golden_id)
        return item

    def provoke_error_in_200(self, item: PushItem) -> PushItem:
        item.payload["identifiers"][0]["code"] = "DE1"
        return item

    @contextmanager
    def open(self) -> Iterator[TrytonHarness]:
        """The gateway stands until the end of the block."""
        with serving(self.gateway) as gateway:
            self.port = gateway.server_port
            yield self
