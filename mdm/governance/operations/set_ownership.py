from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.domains.pack import Pack
from mdm.engine.paths import is_key
from mdm.events.operations.record import EventDraft, record
from mdm.governance.models import Domain, Mode, Ownership, System
from mdm.governance.ownership import ROLES
from mdm.governance.queries import active_pack
from mdm.kernel.errors import Invalid, NotFound


@transaction.atomic
def set_ownership(
    *,
    domain: str,
    attribute: str,
    system: str,
    mode: str,
    actor: Actor,
    group_key: str = "",
    role: str = "",
    country: str = "",
    reason: str = "",
) -> Ownership:
    """`system` writes, proposes or reads `attribute` from now on, under the conditions given.

    A row for the same attribute, system and conditions is replaced.
    Raises: NotAllowed; NotFound for an unknown domain or system; Invalid for an attribute the domain does not have, an
    unknown mode, or a key without a group.
    """
    require(actor, "publish", domain)
    pack = active_pack(domain)
    _check(pack, attribute, mode)
    _check_keys(pack, attribute, group_key, role)
    if not System.objects.filter(code=system).exists():
        raise NotFound(f"There is no system {system}.", field="system", value=system, remedy="Register it first.")
    if not re.fullmatch("([A-Z]{2})?", country):
        raise _wrong("country", country, "Write a two-letter country code, such as DE.")
    where: dict[str, Any] = {"group_key": group_key, "role": role, "country": country}
    row, _ = Ownership.objects.update_or_create(
        domain_id=domain, attribute=attribute, system_id=system, **where, defaults={"mode": mode}
    )
    Domain.objects.filter(code=domain).update(ownership_stamp=uuid.uuid4())
    detail = {"attribute": attribute, "mode": mode, **where}
    record(
        EventDraft(type="ownership.set", domain=domain, subject=f"system:{system}", reason=reason, detail=detail),
        actor=actor,
    )
    return row


def _check(pack: Pack, attribute: str, mode: str) -> None:
    if mode not in Mode.values:
        raise _wrong("mode", mode, f"Choose one of {', '.join(Mode.values)}.")
    if attribute != "*" and attribute not in pack.attributes and attribute not in pack.groups:
        raise _wrong("attribute", attribute, f"Name an attribute or group of {pack.label}, or * for all.")


def _check_keys(pack: Pack, attribute: str, group_key: str, role: str) -> None:
    group = attribute.partition(".")[0]
    if group_key and group not in pack.groups:
        raise _wrong("group_key", group_key, "Name an attribute of a group, or leave the key out.")
    if group_key:
        _check_key("group_key", pack, group, group_key)
    if role and ROLES not in pack.groups:
        raise _wrong("role", role, f"{pack.label} has no roles; leave the role out.")
    if role:
        _check_key("role", pack, ROLES, role)


def _check_key(field: str, pack: Pack, group: str, key: str) -> None:
    """Refuse a key that no element of the group can have: the row would never hold."""
    declared = pack.groups[group]
    known: Collection[str] = pack.schemes if declared.keys == "schemes" else pack.code_lists.get(declared.keys, ())
    if declared.keys and not declared.open_keys and key not in known:
        raise _wrong(field, key, f"Keys of {group} are: {', '.join(sorted(known)[:40])}.")
    if not is_key(key):
        raise _wrong(field, key, "Use 1 to 64 characters without brackets or spaces.")


def _wrong(field: str, value: str, remedy: str) -> Invalid:
    return Invalid(f"{value[:80]!r} is not a usable {field}.", field=field, value=value[:200], remedy=remedy)
