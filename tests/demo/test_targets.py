"""What the demo delivers, and where: its mappings, against a real Tryton and the stand-in."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import crm, demo_targets, erp
from config.counterparts.place import Place
from config.crm import Crm
from mdm.accounts.queries import machine_actor
from mdm.domains.loader import shipped_pack
from mdm.governance.operations.publish_pack import publish_pack
from sync.connectors.documents import differences
from sync.connectors.interface import Connector, Op, Outcome, PushItem
from sync.mapping.applying import apply
from sync.mapping.content import GoldenView, Mapped
from sync.mapping.reading import read
from sync.mapping.validating import validate
from sync.targets import vault
from sync.targets.models import Connection
from tests.contracts.tryton_harness import TrytonHarness
from tests.erp import LiveErp
from tests.tools.salesforce_stand_in import StandIn, salesforce_stand_in

FLOWS = {
    flow["code"]: flow for flow in yaml.load(demo_targets.SEEDS.read_text(encoding="utf-8"), yaml.CSafeLoader)["flows"]
}
PARTY = shipped_pack("party")
ORGANISATION = {
    "record_type": "organisation",
    "name": "Nordwind Handel GmbH",
    "business_status": "active",
    "addresses[main].street": "Hafenweg",
    "addresses[main].house_number": "1",
    "addresses[main].postal_code": "24103",
    "addresses[main].city": "Kiel",
    "addresses[main].country": "DE",
    "addresses[billing].city": "Hamburg",
    "addresses[billing].country": "DE",
    "identifiers[eu_vat].value": "DE136695976",
    "identifiers[lei].value": "529900T8BM49AURSDO55",
    "phones[main].number": "+49 431 123456",
    "phones[fax].number": "+49 431 123457",
    "emails[main].address": "post@nordwind.example",
    "webs[main].url": "https://nordwind.example",
    "roles[customer].active": "true",
}
PERSON = {
    "record_type": "person",
    "given_name": "Chiara",
    "family_name": "Esposito",
    "birth_date": "1984-03-02",
    "addresses[main].city": "Napoli",
    "addresses[main].country": "IT",
    "roles[customer].category": "Customer",
}
TO_TRYTON = "party-tryton"
TO_ACCOUNTS = "party-sales-accounts"
TO_CONTACTS = "party-sales-contacts"


def _mapped(flow: str, values: dict[str, Any], ids: dict[tuple[str, str], str] | None = None) -> Mapped:
    mapping = read(FLOWS[flow]["mapping"], declared=frozenset(PARTY.attributes))
    return apply(mapping, GoldenView(f"BP-{uuid.uuid4().int % 10**8:08d}", 1, values, ids=ids or {}))


def _item(flow: str, mapped: Mapped, code: str) -> PushItem:
    return PushItem(uuid.uuid4(), code, 1, "party", FLOWS[flow]["settings"]["object"], Op.UPSERT, mapped.document)


def _code() -> str:
    return f"BP-{uuid.uuid4().int % 10**8:08d}"


@pytest.fixture
def tryton(erp: LiveErp) -> Iterator[Connector]:
    with TrytonHarness(erp).open() as harness:
        yield harness.connector(harness.port)


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with salesforce_stand_in(Path(tmp_path_factory.mktemp("org")) / "org.sqlite") as running:
        yield running


@pytest.mark.parametrize("values", [ORGANISATION, PERSON], ids=["organisation", "person"])
def test_a_party_arrives_in_tryton_as_it_was_mapped(tryton: Connector, values: dict[str, Any]) -> None:
    mapped, code = _mapped(TO_TRYTON, values), _code()

    issues = validate(mapped, tryton.describe("party.party"))
    (ending,) = tryton.push([_item(TO_TRYTON, mapped, code)])
    found = tryton.find("party.party", {code: None})[code]

    assert issues == ()
    assert ending.outcome is Outcome.APPLIED
    assert differences(mapped.document, found.fields) == ()


def test_every_kind_of_identifier_has_a_type_that_tryton_knows(tryton: Connector) -> None:
    values = {"name": "Nordwind"} | {f"identifiers[{scheme}].value": scheme for scheme in PARTY.schemes}

    mapped = _mapped(TO_TRYTON, values)

    untyped = {each["code"] for each in mapped.document["identifiers"] if not each["type"]}
    assert validate(mapped, tryton.describe("party.party")) == ()
    assert untyped == {"de_hrb", "duns", "fr_siret", "gb_crn", "gln", "lei", "nl_kvk", "other"}


@pytest.mark.parametrize(
    ("flow", "values"), [(TO_ACCOUNTS, ORGANISATION), (TO_CONTACTS, PERSON)], ids=["organisation", "person"]
)
def test_a_party_arrives_in_the_crm_with_the_erps_own_id(org: StandIn, flow: str, values: dict[str, Any]) -> None:
    mapped, code = _mapped(flow, values, {("TRYTON", "party"): "42"}), _code()
    object, connector = FLOWS[flow]["settings"]["object"], org.connector()

    issues = validate(mapped, connector.describe(object))
    (ending,) = connector.push([_item(flow, mapped, code)])
    found = connector.find(object, {code: None})[code]

    assert issues == ()
    assert ending.outcome is Outcome.APPLIED
    assert differences(mapped.document, found.fields) == ()
    assert org.held(str(ending.target_key))["ERP_Id__c"] == "42"


def test_a_sanctioned_party_is_out_of_use_in_both() -> None:
    values = ORGANISATION | {"business_status": "sanctioned"}

    assert _mapped(TO_TRYTON, values).document["active"] is False
    assert _mapped(TO_ACCOUNTS, values).document["MDM_Status__c"] == "Blocked"
    assert _mapped(TO_TRYTON, ORGANISATION).document["active"] is True


@pytest.mark.django_db
def test_connections_follow_a_counterpart_that_had_to_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    erp_place, crm_place = Place(tmp_path / "erp"), Place(tmp_path / "crm")
    monkeypatch.setattr(demo_targets, "PLACES", {"erp": lambda: erp_place, "crm": lambda: crm_place})
    monkeypatch.setattr(erp, "known", lambda: erp.Erp(erp_place.url, "erp", "touchstone", "p", "k", "a"))
    monkeypatch.setattr(crm, "known", lambda: Crm(crm_place.url, "demo", "secret-of-the-crm"))
    actor = machine_actor()
    for domain in ("party", "material"):
        publish_pack(domain=domain, content=shipped_pack(domain).to_content(), actor=actor, reason="")
    demo_targets.connect(actor)
    unmoved = demo_targets.has_moved()
    before = erp_place.url

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", erp_place.port()))
        taken.listen()
        moved = demo_targets.has_moved()
    monkeypatch.setattr(crm, "known", lambda: Crm(crm_place.url, "demo", "another-secret"))
    demo_targets.connect(actor)

    connections = {connection.pk: connection for connection in Connection.objects.all()}
    assert (unmoved, moved, demo_targets.has_moved()) == (False, True, False)
    assert connections["TRYTON"].base_url == erp_place.url != before
    assert vault.unseal(connections["SALES"].secrets)["client_secret"] == "another-secret"
