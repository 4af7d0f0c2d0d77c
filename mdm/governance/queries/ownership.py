"""The ownership agreed for a domain."""

from __future__ import annotations

from uuid import UUID

from mdm.governance.models import Domain, Ownership
from mdm.governance.ownership import OwnershipRow, OwnershipTable
from mdm.kernel.errors import NotFound
from mdm.kernel.once import once

_tables: dict[str, tuple[UUID, OwnershipTable]] = {}


def ownership_of(domain: str) -> OwnershipTable:
    """Return who may say what in the domain; a system without a row may only read.

    Raises: NotFound when the domain is unknown.
    """
    found = Domain.objects.filter(code=domain).values_list("ownership_stamp", flat=True)[:1]
    stamps = once(("ownership", domain), lambda: list(found))
    if not stamps:
        raise NotFound(
            f"There is no domain {domain}.", field="domain", value=domain, remedy="Choose a domain of the list."
        )
    kept = _tables.get(domain)
    if kept is None or kept[0] != stamps[0]:
        # The stamp is read before the rows: rows newer than their stamp are only read once more.
        kept = _tables[domain] = (stamps[0], OwnershipTable(_rows(domain)))
    return kept[1]


def _rows(domain: str) -> list[OwnershipRow]:
    columns = ("attribute", "system_id", "mode", "group_key", "role", "country")
    return [OwnershipRow(*row) for row in Ownership.objects.filter(domain_id=domain).values_list(*columns)]
