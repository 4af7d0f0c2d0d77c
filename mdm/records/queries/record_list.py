"""Golden records as a list for people: filtered, then described page by page; names masked where they are private."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.domains.pack import Pack
from mdm.governance.queries import active_pack, domains_visible_to
from mdm.records.models import CrosswalkEntry, Finding, GoldenRecord, GoldenVersion
from mdm.records.queries.golden import MASK, is_hidden
from mdm.records.queries.search import MOST_HITS, search


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One golden record in a list. `systems` are those with an identifier in force, `place` where it is, if said."""

    id: int
    code: str
    name: str
    place: str
    domain: str
    status: str
    systems: list[str]
    findings: int
    changed_at: datetime


def visible_goldens(
    *, actor: Actor, domain: str = "", status: str = "", system: str = "", finding: str = "", text: str = ""
) -> QuerySet[GoldenRecord]:
    """Return the golden records that the actor may view and that fit every filter given."""
    permissions = permissions_of(actor)
    goldens = GoldenRecord.objects.all()
    if not permissions.everywhere("view"):
        goldens = goldens.filter(domain__in=[one.code for one in domains_visible_to(permissions)])
    if domain:
        goldens = goldens.filter(domain=domain)
    if status:
        goldens = goldens.filter(status=status)
    if system:
        known = _entries().filter(external_id__id_type__system=system)
        goldens = goldens.filter(Exists(known))
    if finding:
        concerned = _entries().filter(external_id__source_record__findings__in=_open(finding))
        goldens = goldens.filter(Exists(concerned))
    if text:
        goldens = goldens.filter(code__in=[hit.code for hit in search(actor=actor, text=text, limit=MOST_HITS).hits])
    return goldens


def described(*, actor: Actor, goldens: Sequence[GoldenRecord]) -> list[RecordLine]:
    """Return one line per golden record, in the order given; three statements however many they are."""
    permissions = permissions_of(actor)
    packs = {code: active_pack(code) for code in {golden.domain_id for golden in goldens}}
    revealed = {code for code in packs if permissions.may("reveal", code)}
    versions = _versions(goldens)
    systems, findings = _systems(goldens), _findings(goldens)
    return [
        _line(
            golden,
            versions[golden.pk],
            packs[golden.domain_id],
            systems.get(golden.pk, []),
            findings.get(golden.pk, 0),
            reveal=golden.domain_id in revealed,
        )
        for golden in goldens
        if golden.pk in versions
    ]


def _line(
    golden: GoldenRecord, version: GoldenVersion, pack: Pack, systems: list[str], findings: int, *, reveal: bool
) -> RecordLine:
    values: Mapping[str, Any] = version.values or {}
    return RecordLine(
        golden.pk,
        golden.code,
        title(values, pack, reveal=reveal),
        _place(values, pack, reveal=reveal),
        golden.domain_id,
        golden.status,
        systems,
        findings,
        version.recorded_at,
    )


def title(values: Mapping[str, Any], pack: Pack, *, reveal: bool) -> str:
    """What the record is called, by the attributes its pack calls a name."""
    paths = [path for path, one in pack.attributes.items() if one.identity == "name" and values.get(path)]
    shown = [str(values[path]) for path in paths if not is_hidden(path, pack, reveal=reveal)]
    return " ".join(shown) or (MASK if paths else str(values.get("description") or ""))


def _place(values: Mapping[str, Any], pack: Pack, *, reveal: bool) -> str:
    """City and country of the first address, where the pack has addresses and they may be seen."""
    found: dict[str, str] = {}
    for path in sorted(values):
        if path.startswith("addresses[") and path.endswith((".city", ".country")) and values[path]:
            element, _, name = path.rpartition(".")
            if not is_hidden(path, pack, reveal=reveal):
                found.setdefault(f"{element} {name}", str(values[path]))
    if not found:
        return ""
    first = min(found).rpartition(" ")[0]
    return ", ".join(found[key] for name in ("city", "country") if (key := f"{first} {name}") in found)


def _versions(goldens: Sequence[GoldenRecord]) -> dict[int, GoldenVersion]:
    present = GoldenVersion.objects.filter(golden__in=[one.pk for one in goldens], number=F("golden__version_number"))
    return {version.golden_id: version for version in present}


def _systems(goldens: Sequence[GoldenRecord]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    entries = CrosswalkEntry.objects.filter(golden__in=[one.pk for one in goldens], ended_at__isnull=True)
    pairs = entries.values_list("golden_id", "external_id__id_type__system_id").distinct()
    for golden, system in sorted(pairs):
        found.setdefault(golden, []).append(system)
    return found


def _findings(goldens: Sequence[GoldenRecord]) -> dict[int, int]:
    counted = (
        CrosswalkEntry.objects.filter(
            golden__in=[one.pk for one in goldens],
            ended_at__isnull=True,
            external_id__source_record__findings__status="OPEN",
        )
        .values("golden_id")
        .annotate(n=Count("external_id__source_record__findings"))
    )
    return {row["golden_id"]: row["n"] for row in counted}


def _entries() -> QuerySet[CrosswalkEntry]:
    return CrosswalkEntry.objects.filter(golden=OuterRef("pk"), ended_at__isnull=True)


def _open(kind: str) -> QuerySet[Finding]:
    findings = Finding.objects.filter(status="OPEN")
    return findings if kind == "any" else findings.filter(kind=kind)
