"""The registered systems with the identifiers they give, as a person may see them."""

from __future__ import annotations

from dataclasses import dataclass

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.governance.models import IdType, System
from mdm.governance.queries.systems import systems_visible_to


@dataclass(frozen=True, slots=True)
class SystemEntry:
    system: System
    id_types: list[IdType]


def systems_catalogue(*, actor: Actor) -> list[SystemEntry]:
    """Return the systems that the actor may view, each with its id types in domains that the actor may view."""
    permissions = permissions_of(actor)
    types: dict[str, list[IdType]] = {}
    for one in IdType.objects.select_related("domain").order_by("domain__label", "-is_default", "name"):
        if permissions.may("view", one.domain_id, system=one.system_id):
            types.setdefault(one.system_id, []).append(one)
    return [SystemEntry(system, types.get(system.code, [])) for system in systems_visible_to(permissions)]
