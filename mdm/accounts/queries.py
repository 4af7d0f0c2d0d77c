"""What is known of actors: their rights, and whose key this is."""

from __future__ import annotations

from django.db import connection

from mdm.accounts import secrets
from mdm.accounts.models import EVERY, Actor, ActorKind, Grant
from mdm.accounts.operations.note_key_use import note_key_use
from mdm.accounts.permissions import NOTHING, Permissions
from mdm.kernel.errors import NotAllowed
from mdm.kernel.prepared import fetch_prepared

# One statement: the key, its actor and all grants. Only the look-up by prefix uses the secret's public part.
_BY_PREFIX = """
SELECT k.id, k.secret_hash, k.last_used_at IS NULL OR k.last_used_at < clock_timestamp() - interval '1 minute',
       ARRAY(SELECT g.domain || ' ' || g.action || ' ' || g.scope FROM accounts_grant g WHERE g.subject_id = a.id),
       a.id, a.kind, a.email, a.name, a.is_active, a.created_at
FROM accounts_apikey k JOIN accounts_actor a ON a.id = k.actor_id
WHERE k.prefix = %(prefix)s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
  AND a.is_active
"""
_ACTOR_FIELDS = ("id", "kind", "email", "name", "is_active", "created_at")
_MEMO = "_touchstone_permissions"


def permissions_of(actor: Actor) -> Permissions:
    """Return what the actor may do; read once per instance, and an instance lives for one request or chunk."""
    known = actor.__dict__.get(_MEMO)
    if isinstance(known, Permissions):
        return known
    rows = Grant.objects.filter(subject_id=actor.pk, subject__is_active=True).values_list("domain", "action", "scope")
    permissions = Permissions(frozenset(rows))
    actor.__dict__[_MEMO] = permissions
    return permissions


def forget_permissions(actor: Actor) -> None:
    """Make the next `permissions_of` on this instance read the grants again."""
    actor.__dict__.pop(_MEMO, None)


def require(actor: Actor, action: str, domain: str, *, system: str = "") -> None:
    """Return when the actor may do `action` in `domain`; the domain `*` asks for the whole installation.

    Raises: NotAllowed naming the right to ask for.
    """
    if permissions_of(actor).may(action, domain, system):
        return
    place = "the whole installation" if domain == EVERY else f"domain {domain}"
    about = f" for system {system}" if system else ""
    raise NotAllowed(
        f"{actor.name} may not {action} in {place}{about}.",
        field="action",
        value=action,
        remedy=f"Ask an administrator for the right to {action} in {place}{about}.",
    )


def authenticate_api_key(secret: str) -> Actor | None:
    """Return the active actor of a valid key, its permissions read in the same statement; None for any other text."""
    prefix = secrets.prefix_of(secret)
    if prefix is None:
        return None
    rows = fetch_prepared(_BY_PREFIX, {"prefix": prefix})
    if not rows or not secrets.matches(secret, rows[0][1]):
        return None
    key_id, _, unnoted, grants, *fields = rows[0]
    if unnoted:
        note_key_use(key_id=key_id)
    actor = Actor.from_db(connection.alias, _ACTOR_FIELDS, fields)
    split = (tuple(grant.split(" ")) for grant in grants)
    actor.__dict__[_MEMO] = Permissions(frozenset(split)) if grants else NOTHING
    return actor


def machine_actor() -> Actor:
    """Return the hub itself, for acts that no person asked for."""
    return Actor.objects.get(kind=ActorKind.MACHINE)
