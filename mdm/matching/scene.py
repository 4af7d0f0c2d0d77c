"""The golden records that a decision is about, as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import F

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of, require
from mdm.kernel.errors import Invalid, NotFound
from mdm.records.models import GoldenRecord, GoldenVersion
from mdm.records.observation import Values

MOST_MEMBERS = 100


class Entry(NamedTuple):
    """An open crosswalk entry, and the source record that speaks under its identifier, if any does."""

    pk: int
    external_id: int
    golden: int
    source_record: int | None
    opened_at: datetime


class Place(NamedTuple):
    """Where an identifier leads (`entry` is open), or led last (`entry` is None); since or until when."""

    entry: int | None
    golden: int
    at: datetime


@dataclass(frozen=True)
class Scene:
    """Golden records by id, with their open entries."""

    goldens: Mapping[int, GoldenRecord]
    entries: Sequence[Entry]

    def entries_of(self, golden: int) -> list[Entry]:
        return [entry for entry in self.entries if entry.golden == golden]

    def records_of(self, golden: int) -> list[int]:
        """Return the source records that it is made of, in order."""
        return sorted(e.source_record for e in self.entries_of(golden) if e.source_record is not None)

    def code(self, golden: int) -> str:
        return self.goldens[golden].code


_ENTRIES = """
SELECT c.id, c.external_id_id, c.golden_id, s.id, c.opened_at FROM records_crosswalkentry c
LEFT JOIN records_sourcerecord s ON s.external_id_id = c.external_id_id
WHERE c.golden_id = ANY(%s::bigint[]) AND c.ended_at IS NULL ORDER BY c.external_id_id
"""
_PLACES = """
SELECT DISTINCT ON (c.external_id_id) c.external_id_id,
       CASE WHEN c.ended_at IS NULL THEN c.id END, c.golden_id, coalesce(c.ended_at, c.opened_at)
FROM records_crosswalkentry c WHERE c.external_id_id = ANY(%s::bigint[])
ORDER BY c.external_id_id, c.opened_at DESC
"""


def named(
    actor: Actor, codes: Sequence[str], *, most: int = MOST_MEMBERS, action: str = "decide"
) -> list[GoldenRecord]:
    """Return the golden records of `codes`, in that order, when the actor may do `action` there.

    Raises: NotFound for one that is unknown, or in a domain that the actor may not view; NotAllowed without the right
    in the domain; Invalid for a code named twice, too many, or records of two domains.
    """
    if len(set(codes)) != len(codes):
        raise Invalid("A record is named twice.", field="goldens", remedy="Name each record once.")
    if len(codes) > most:
        raise Invalid(f"{len(codes)} records are too many.", field="goldens", remedy=f"At most {most} at once.")
    permissions = permissions_of(actor)
    found = {golden.code: golden for golden in GoldenRecord.objects.filter(code__in=codes)}
    for code in codes:
        if code not in found or not permissions.may("view", found[code].domain_id):
            raise NotFound(
                "There is no golden record with that code that you may see.",
                field="golden",
                value=code[:40],
                remedy="Check the code.",
            )
    domains = {found[code].domain_id for code in codes}
    for domain in sorted(domains):
        require(actor, action, domain)
    if len(domains) > 1:
        raise Invalid(
            f"The records belong to {' and '.join(sorted(domains))}.", field="goldens", remedy="Stay in one domain."
        )
    return [found[code] for code in codes]


def read_scene(goldens: Iterable[int]) -> Scene:
    """Return the golden records and their open entries as they are now."""
    wanted = sorted(set(goldens))
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, [wanted])
        entries = [Entry._make(row) for row in cursor.fetchall()]
    found = GoldenRecord.objects.filter(pk__in=wanted).select_related("domain").order_by("pk")
    return Scene({golden.pk: golden for golden in found}, entries)


def places(external_ids: Iterable[int]) -> dict[int, Place]:
    """Return where each identifier leads, or led last."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [sorted(set(external_ids))])
        return {external_id: Place(entry, golden, at) for external_id, entry, golden, at in cursor.fetchall()}


def present_values(goldens: Iterable[int]) -> dict[int, Values]:
    """Return the values that each golden record shows now."""
    versions = GoldenVersion.objects.filter(golden__in=list(goldens), number=F("golden__version_number"))
    return {
        golden: values or {} for golden, values in versions.order_by("golden_id").values_list("golden_id", "values")
    }
