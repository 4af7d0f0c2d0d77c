"""A million crosswalk entries, loaded by COPY through every constraint and trigger, as the application's role."""

from __future__ import annotations

import hashlib
import json
import random
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import yaml
from django.db import connections, transaction

import mdm.domains
from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from mdm.engine.canonicalisers import salesforce_id
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import Domain, IdType, RuleSet
from mdm.governance.operations.add_id_type import add_id_type
from mdm.governance.operations.draft_domain_version import draft_domain_version
from mdm.governance.operations.draft_rule_set import draft_rule_set
from mdm.governance.operations.publish_domain_version import publish_domain_version
from mdm.governance.operations.publish_rule_set import publish_rule_set
from mdm.governance.operations.register_system import register_system
from mdm.kernel.clock import database_now
from mdm.kernel.copying import copy_rows
from mdm.kernel.sequences import take_ids
from mdm.records.models import GoldenRecord

GOLDENS_PER_CHUNK = 40_000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
SYSTEMS = {"SAP": ("customer", "sap_alpha"), "CRM": ("account", "salesforce_id"), "SHOP": ("customer", "plain")}
WORDS = ("trading", "international", "services", "systems", "group", "technik", "bau", "handel", "logistics", "energy")
STARTS, ENDS = ("b", "d", "f", "k", "l", "m", "n", "p", "r", "s", "t", "w", "st", "br"), ("a", "e", "i", "o", "u", "ar")


def account(number: int) -> str:
    """Return the 15-character Salesforce id of that number, with its capitals scattered."""
    mixed, text = number * 2_654_435_761 % 62**6, ""
    for _ in range(6):
        mixed, digit = divmod(mixed, 62)
        text += LETTERS[digit]
    return f"001{number:06d}{text}"


def load(entries: int) -> float:
    """Have `entries` crosswalk entries of two and a half per golden record; return the seconds it took, 0 if there."""
    wanted, known = entries * 2 // 5, GoldenRecord.objects.count()
    if known >= wanted:
        return 0.0
    started = time.perf_counter()
    machine = machine_actor()
    rule_set = _world(machine)
    types = {kind.system_id: kind.pk for kind in IdType.objects.all()}
    for first in range(known, wanted, GOLDENS_PER_CHUNK):
        numbers = range(first, min(first + GOLDENS_PER_CHUNK, wanted))
        with transaction.atomic():
            _chunk(numbers, types, rule_set.pk, machine)
    # The tables are the owner's, and so are their statistics.
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return time.perf_counter() - started


def _world(machine: Actor) -> RuleSet:
    if not Domain.objects.filter(code="party").exists():
        content = yaml.safe_load((Path(mdm.domains.__file__).parent / "party.yaml").read_text())
        version = draft_domain_version(domain="party", content=content, actor=machine)
        publish_domain_version(domain="party", number=version.number, actor=machine)
        for system, (name, canonicaliser) in SYSTEMS.items():
            register_system(code=system, label=system.title(), actor=machine)
            add_id_type(system=system, domain="party", name=name, canonicaliser=canonicaliser, actor=machine)
        rules = draft_rule_set(
            domain="party", content={"survivorship": {"systems": list(SYSTEMS), "attributes": {}}}, actor=machine
        )
        publish_rule_set(domain="party", number=rules.number, actor=machine)
    return RuleSet.objects.get(domain="party", status="ACTIVE")


def _identifiers(number: int) -> Iterator[tuple[str, str, str]]:
    yield "SAP", str(number + 100_000), f"{number + 100_000:010d}"
    yield "CRM", salesforce_id(account(number)), account(number)
    if number % 2:
        yield "SHOP", f"W-{number}", f"W-{number}"


def _chunk(numbers: range, types: dict[str, int], rule_set: int, machine: Actor) -> None:
    draft = EventDraft(type="records.observed", domain="party", subject=f"bench:{numbers.start}")
    event, now = record(draft, actor=machine), database_now().isoformat()
    goldens = dict(zip(take_ids("records_goldenrecord", len(numbers)), numbers, strict=True))
    chance = random.Random(numbers.start)
    names = {golden: _name(chance) for golden in goldens}
    _copy_goldens(goldens, names, rule_set, event, now)
    identifiers = [(golden, *one) for golden, number in goldens.items() for one in _identifiers(number)]
    external_ids = take_ids("records_externalid", len(identifiers))
    copy_rows(
        "records_externalid",
        ("id", "id_type_id", "scope", "value", "value_as_sent", "created_at"),
        ((key, types[one[1]], "", one[2], one[3], now) for key, one in zip(external_ids, identifiers, strict=True)),
    )
    copy_rows(
        "records_crosswalkentry",
        ("external_id_id", "golden_id", "opened_at", "opened_event_id"),
        ((key, one[0], now, event) for key, one in zip(external_ids, identifiers, strict=True)),
    )
    _copy_sources(external_ids, [names[one[0]] for one in identifiers])


def _copy_goldens(goldens: dict[int, int], names: dict[int, str], rule_set: int, event: int, now: str) -> None:
    copy_rows(
        "records_goldenrecord",
        ("id", "uuid", "code", "domain_id", "status", "version_number", "crosswalk_revision", "created_at"),
        (
            (key, str(uuid.uuid4()), f"BP-{number:06d}", "party", "CANDIDATE", 1, 1, now)
            for key, number in goldens.items()
        ),
    )
    fixed = (1, "CANDIDATE", "{}", "[]", rule_set, now, event, b"bench")
    copy_rows(
        "records_goldenversion",
        (
            *("golden_id", "values", "digest", "number", "status", "provenance", "sources", "rule_set_id"),
            *("recorded_at", "event_id", "salt"),
        ),
        ((key, json.dumps({"name": name}), _digest(name), *fixed) for key, name in names.items()),
    )


def _copy_sources(external_ids: list[int], names: list[str]) -> None:
    records = take_ids("records_sourcerecord", len(external_ids))
    copy_rows(
        "records_sourcerecord",
        ("id", "external_id_id", "domain_id", "generation", "version_number", "current", "in_force", "deleted"),
        ((key, owner, "party", 1, 1, 1, 1, False) for key, owner in zip(records, external_ids, strict=True)),
    )
    copy_rows(
        "records_recordkey",
        ("source_record_id", "kind", "value"),
        ((key, "name", name) for key, name in zip(records, names, strict=True)),
    )


def _name(chance: random.Random) -> str:
    own = "".join(chance.choice(STARTS) + chance.choice(ENDS) for _ in range(chance.choice((2, 3, 3, 4))))
    return f"{own} {chance.choice(WORDS)}" if chance.random() < 0.6 else f"{own} {_name(chance)}"[:80]


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()
