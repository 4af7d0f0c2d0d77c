"""Systems and the identifiers they give."""

from __future__ import annotations

from typing import Final, LiteralString

from django.db import connection

from mdm.accounts.permissions import Permissions
from mdm.governance.models import Domain, IdType, System
from mdm.kernel.errors import Invalid, NotFound
from mdm.kernel.once import once
from mdm.kernel.prepared import fetch_prepared

# Whoever takes anything in or gives anything out asks for it.
_TYPES: Final[LiteralString] = """
SELECT t.id, t.system_id, t.domain_id, t.name, t.canonicaliser, t.scope_kind, t.pattern, t.deep_link, t.is_default,
       s.code, s.label, s.is_hub, s.colour, s.url
FROM governance_idtype t JOIN governance_system s ON s.code = t.system_id
WHERE t.system_id = %(system)s ORDER BY t.domain_id, t.name
"""
_TYPE: Final = (
    "id",
    "system_id",
    "domain_id",
    "name",
    "canonicaliser",
    "scope_kind",
    "pattern",
    "deep_link",
    "is_default",
)
_SYSTEM: Final = ("code", "label", "is_hub", "colour", "url")


def id_type(system: str, domain: str | None = None, name: str | None = None) -> IdType:
    """Return the one id type meant: the named one, else the default, else the only one.

    Raises: NotFound for an unknown system or type; Invalid when several could be meant.
    """
    known = _id_types(system)
    found = [one for one in known if domain in (None, one.domain_id) and name in (None, one.name)]
    if not found:
        raise _unknown(system, domain, name, known)
    chosen = found if len(found) == 1 else [one for one in found if one.is_default]
    if len(chosen) == 1:
        return chosen[0]
    raise Invalid(
        f"System {system} has several id types: {_listed(found)}.",
        field="type",
        value=name or "",
        remedy="Say which one is meant, with its domain.",
    )


def _id_types(system: str) -> list[IdType]:
    types = []
    for row in fetch_prepared(_TYPES, {"system": system}):
        one = IdType.from_db(connection.alias, _TYPE, row[: len(_TYPE)])
        one.system = System.from_db(connection.alias, _SYSTEM, row[len(_TYPE) :])
        types.append(one)
    return types


def systems_visible_to(permissions: Permissions) -> list[System]:
    """Return the systems whose records the bearer may view in some domain; the hub for everyone who may view any."""
    return [
        system
        for system in once("systems", lambda: list(System.objects.order_by("-is_hub", "code")))
        if permissions.may_system("view", system.code) or (system.is_hub and _views_something(permissions))
    ]


def domains_visible_to(permissions: Permissions) -> list[Domain]:
    """Return the domains the bearer may view."""
    domains = once("domains", lambda: list(Domain.objects.order_by("label")))
    if permissions.everywhere("view"):
        return list(domains)
    return [domain for domain in domains if domain.code in permissions.domains("view")]


def _views_something(permissions: Permissions) -> bool:
    return permissions.everywhere("view") or bool(permissions.domains("view"))


def _listed(types: list[IdType]) -> str:
    return ", ".join(f"{one.name} ({one.domain_id})" for one in types)


def _unknown(system: str, domain: str | None, name: str | None, known: list[IdType]) -> NotFound:
    if not known and not System.objects.filter(code=system).exists():
        return NotFound(
            f"There is no system {system}.", field="system", value=system, remedy="Register it, or correct its code."
        )
    return NotFound(
        f"System {system} has no id type {name or ''}{' in domain ' + domain if domain else ''}.".replace("  ", " "),
        field="type",
        value=name or "",
        remedy=f"It has: {_listed(known) or 'none'}.",
    )
