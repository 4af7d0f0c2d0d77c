"""Reads of what is agreed; each costs one cheap query, the rest is kept per process."""

from mdm.governance.ownership import OwnershipRow, OwnershipTable
from mdm.governance.queries.definitions import (
    ActiveRules,
    active_pack,
    active_rules,
    diff,
    pack_of_version,
)
from mdm.governance.queries.ownership import ownership_of
from mdm.governance.queries.systems import (
    domains_visible_to,
    id_type,
    systems_visible_to,
)

__all__ = [
    "ActiveRules",
    "OwnershipRow",
    "OwnershipTable",
    "active_pack",
    "active_rules",
    "diff",
    "domains_visible_to",
    "id_type",
    "ownership_of",
    "pack_of_version",
    "systems_visible_to",
]
