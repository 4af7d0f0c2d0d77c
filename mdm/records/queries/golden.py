"""One golden record as a person reads it: values with lineage, sources, crosswalk, history; now or at a moment."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from mdm.accounts.models import Actor
from mdm.accounts.permissions import Permissions
from mdm.accounts.queries import permissions_of
from mdm.domains.pack import Pack
from mdm.engine.paths import attribute_of
from mdm.engine.survivorship import winner_of
from mdm.governance.identifiers import deep_link
from mdm.governance.models import IdType
from mdm.governance.queries import active_pack
from mdm.kernel.errors import NotFound
from mdm.records.models import CrosswalkEntry, Finding, GoldenRecord, GoldenVersion, Pin
from mdm.records.next_versions import LIVING
from mdm.records.observation import Values
from mdm.records.queries.successors import successors_of

MASK = "••••"


@dataclass(frozen=True, slots=True)
class Lineage:
    """One golden value: what it is, who said it (or who pinned it), since when it is so, and by which rule."""

    path: str
    label: str
    value: Any
    masked: bool
    source_record: int | None
    system: str
    external_id: str
    rule: str
    since: datetime
    pin: Pin | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One crosswalk entry as shown: `url` leads into the system itself, empty where that is not known."""

    system: str
    id_type: str
    scope: str
    value: str
    opened_at: datetime
    ended_at: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """What one linked source record says in the version that counts."""

    source_record: int
    system: str
    external_id: str
    version: int
    generation: int
    recorded_at: datetime
    changed_at: datetime | None
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class GoldenView:
    """A golden record at one moment. `successors` are codes; `versions` counts up to that moment."""

    code: str
    uuid: str
    domain: str
    status: str
    name: str
    number: int
    recorded_at: datetime
    release: str
    lineage: list[Lineage]
    sources: list[SourceView]
    links: list[Link]
    successors: list[str]
    findings: list[Finding]
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One version of a golden record in words: what changed against the version before it."""

    number: int
    status: str
    recorded_at: datetime
    event_id: int
    actor: str
    type: str
    reason: str
    added: list[str]
    changed: list[str]
    removed: list[str]
    sources: list[int]


def golden_view(*, actor: Actor, code: str, as_of: datetime | None = None) -> GoldenView:
    """Return the golden record as `actor` may see it: of systems that the actor may not view, only their names.

    Raises: NotFound for an unknown code, for a domain the actor may not view, and for a moment before it existed.
    """
    golden, permissions = _visible(actor, code)
    version = _version_at(golden, as_of)
    pack = active_pack(golden.domain_id)
    reveal = permissions.may("reveal", golden.domain_id)
    sources = _sources(version, pack, reveal=reveal, now=as_of is None)
    seen = {one.system for one in sources if permissions.may("view", golden.domain_id, one.system)}
    shown = [source for source in sources if source.system in seen]
    values: Values = version.values or {}
    return GoldenView(
        code=golden.code,
        uuid=str(golden.uuid),
        domain=golden.domain_id,
        status=version.status,
        name=str(values.get("name") or values.get("description") or ""),
        number=version.number,
        recorded_at=version.recorded_at,
        release="released" if version.status == "ACTIVE" else "candidate",
        lineage=_lineage(golden, version, sources, pack, reveal=reveal, seen=seen),
        sources=shown,
        links=[link for link in _links(golden, as_of) if permissions.may("view", golden.domain_id, link.system)],
        successors=successors_of([golden.pk], as_of).get(golden.pk, []),
        findings=_findings(shown),
        as_of=as_of,
    )


def history(*, actor: Actor, code: str) -> list[HistoryLine]:
    """Return the versions of a golden record, newest first, each with what changed against the one before.

    Raises: NotFound for an unknown code and for a domain the actor may not view.
    """
    golden, _ = _visible(actor, code)
    lines: list[HistoryLine] = []
    before: Values = {}
    for version in golden.versions.select_related("event").order_by("number"):
        values: Values = version.values or {}
        lines.append(
            HistoryLine(
                number=version.number,
                status=version.status,
                recorded_at=version.recorded_at,
                event_id=version.event_id,
                actor=version.event.actor_name,
                type=version.event.type,
                reason=version.event.reason,
                added=sorted(values.keys() - before.keys()),
                changed=sorted(path for path in values.keys() & before.keys() if values[path] != before[path]),
                removed=sorted(before.keys() - values.keys()),
                sources=[record for record, _ in version.sources],
            )
        )
        before = values
    return lines[::-1]


def _visible(actor: Actor, code: str) -> tuple[GoldenRecord, Permissions]:
    permissions = permissions_of(actor)
    golden = GoldenRecord.objects.filter(code=code).first()
    if golden is None or not permissions.may("view", golden.domain_id):
        raise NotFound(
            "There is no golden record with that code that you may see.",
            field="code",
            value=code,
            remedy="Check the code, or ask for the right to view its domain.",
        )
    return golden, permissions


def _version_at(golden: GoldenRecord, as_of: datetime | None) -> GoldenVersion:
    versions = golden.versions.order_by("-number")
    version = (versions.filter(recorded_at__lte=as_of) if as_of else versions).first()
    if version is None:
        raise NotFound(
            f"{golden.code} did not exist then.",
            field="as_of",
            value=as_of.isoformat() if as_of else "",
            remedy=f"Choose a moment after {golden.created_at.isoformat()}.",
        )
    return version


_SOURCES = """
SELECT s.id, t.system_id, x.value, v.number, v.generation, v.recorded_at, v.changed_at, v.values
FROM unnest(%s::bigint[], %s::int[]) AS asked(record, number)
JOIN records_sourcerecord s ON s.id = asked.record
JOIN records_sourceversion v ON v.source_record_id = s.id
    AND v.number = CASE WHEN %s THEN s.in_force ELSE asked.number END
JOIN records_externalid x ON x.id = s.external_id_id
JOIN governance_idtype t ON t.id = x.id_type_id
ORDER BY t.system_id, x.value
"""


def _sources(version: GoldenVersion, pack: Pack, *, reveal: bool, now: bool) -> list[SourceView]:
    """A version that changes nothing golden cuts none, so what a source says now is read from the source."""
    records, numbers = [pair[0] for pair in version.sources], [pair[1] for pair in version.sources]
    with connection.cursor() as cursor:
        cursor.execute(_SOURCES, [records, numbers, now and version.status in LIVING])
        rows = cursor.fetchall()
    return [
        SourceView(*[*row, masked(json.loads(values) if values else {}, pack, reveal=reveal)[0]])
        for *row, values in rows
    ]


def masked(values: Values, pack: Pack, *, reveal: bool) -> tuple[dict[str, Any], set[str]]:
    """Return `values` with those of private attributes masked, and the paths that are; secrets stay masked always."""
    hidden = {path for path in values if is_hidden(path, pack, reveal=reveal)}
    return {path: MASK if path in hidden else value for path, value in values.items()}, hidden


def is_hidden(path: str, pack: Pack, *, reveal: bool) -> bool:
    """Return whether a value at `path` is shown masked."""
    attribute = pack.attributes.get(attribute_of(path))
    privacy = attribute.privacy if attribute else "internal"
    return privacy == "secret" or (privacy == "personal" and not reveal)


def _lineage(
    golden: GoldenRecord,
    version: GoldenVersion,
    sources: list[SourceView],
    pack: Pack,
    *,
    reveal: bool,
    seen: Collection[str],
) -> list[Lineage]:
    values, hidden = masked(version.values or {}, pack, reveal=reveal)
    since = _since(golden, version)
    by_record = {source.source_record: source for source in sources}
    pins = _pins(version)
    lines = []
    for path, value in values.items():
        winner, rule = winner_of(version.provenance, path)
        source = by_record.get(winner) if isinstance(winner, int) else None
        lines.append(
            Lineage(
                path=path,
                label=pack.label_of(path),
                value=value,
                masked=path in hidden,
                source_record=source.source_record if source else None,
                system=source.system if source else "HUB",
                external_id=source.external_id if source and source.system in seen else "",
                rule=rule,
                since=since.get(path, version.recorded_at),
                pin=pins.get(str(winner)),
            )
        )
    return lines


def _pins(version: GoldenVersion) -> dict[str, Pin]:
    """The pins that won: of the record itself, or of one that redirected to it."""
    won = {str(source) for source, _ in version.provenance.values()}
    ids = [int(source.removeprefix("pin:")) for source in won if source.startswith("pin:")]
    return {f"pin:{pin.pk}": pin for pin in Pin.objects.filter(pk__in=ids).select_related("author")} if ids else {}


def _since(golden: GoldenRecord, upto: GoldenVersion) -> dict[str, datetime]:
    since: dict[str, datetime] = {}
    before: Values = {}
    for values, recorded_at in (
        golden.versions.filter(number__lte=upto.number).order_by("number").values_list("values", "recorded_at")
    ):
        now: Values = values or {}
        since.update({path: recorded_at for path in now if path not in before or before[path] != now[path]})
        before = now
    return since


def _links(golden: GoldenRecord, as_of: datetime | None) -> list[Link]:
    entries: Iterable[CrosswalkEntry] = golden.entries.select_related("external_id__id_type").order_by(
        "external_id__id_type__system_id", "external_id__value", "opened_at"
    )
    if as_of is not None:
        entries = [e for e in entries if e.opened_at <= as_of and (e.ended_at is None or e.ended_at > as_of)]
    return [_link(entry) for entry in entries]


def _link(entry: CrosswalkEntry) -> Link:
    external_id = entry.external_id
    id_type: IdType = external_id.id_type
    return Link(
        system=id_type.system_id,
        id_type=id_type.name,
        scope=external_id.scope,
        value=external_id.value,
        opened_at=entry.opened_at,
        ended_at=entry.ended_at,
        url=deep_link(id_type, external_id.value, external_id.scope),
    )


def _findings(sources: list[SourceView]) -> list[Finding]:
    records = [source.source_record for source in sources]
    return list(Finding.objects.filter(source_record__in=records, status="OPEN").order_by("-id")[:200])
