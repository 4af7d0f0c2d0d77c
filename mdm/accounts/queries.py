"""What is known of actors: their rights, and whose key this is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, LiteralString

from django.db import connection

from mdm.accounts import secrets
from mdm.accounts.models import EVERY, Actor, ActorKind, Grant
from mdm.accounts.operations.note_key_use import note_key_use
from mdm.accounts.permissions import NOTHING, Permissions
from mdm.kernel.errors import NotAllowed
from mdm.kernel.once import once
from mdm.kernel.prepared import fetch_prepared

# One statement: the key, its actor and all grants. Only the look-up by prefix uses the secret's public part.
_KEY: Final[LiteralString] = """
SELECT k.id AS key, k.secret_hash,
       k.last_used_at IS NULL OR k.last_used_at < clock_timestamp() - interval '1 minute' AS unnoted,
       (SELECT string_agg(g.domain || ' ' || g.action || ' ' || g.scope, ',')
        FROM accounts_grant g WHERE g.subject_id = a.id) AS grants,
       a.id, a.kind, a.email, a.name, a.is_active{more}
FROM accounts_apikey k JOIN accounts_actor a ON a.id = k.actor_id
WHERE k.prefix = %(prefix)s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
  AND a.is_active
"""
_VIEWED: Final[LiteralString] = """,
       ARRAY(SELECT g.scope::text FROM accounts_grant g WHERE g.subject_id = a.id AND g.action = 'view') AS viewed"""
_WITH_CALLER: Final[LiteralString] = """
WITH caller AS MATERIALIZED ({key}
  AND k.secret_hash = %(secret_hash)s
)
SELECT caller.key, secret_hash, unnoted, grants, caller.id, caller.kind, email, caller.name, is_active, asked.*
FROM caller LEFT JOIN LATERAL ({statement}) asked ON true
"""
_BY_PREFIX: Final[LiteralString] = _KEY.format(more="")
_GRANTS: Final[LiteralString] = """
SELECT g.domain, g.action, g.scope FROM accounts_grant g JOIN accounts_actor a ON a.id = g.subject_id
WHERE g.subject_id = %(actor)s AND a.is_active
"""
_MACHINE: Final[LiteralString] = "SELECT id, kind, email, name, is_active FROM accounts_actor WHERE kind = %(kind)s"
_ACTOR_FIELDS: Final = ("id", "kind", "email", "name", "is_active")
_KEY_COLUMNS: Final = 4 + len(_ACTOR_FIELDS)
_MEMO = "_touchstone_permissions"


def permissions_of(actor: Actor) -> Permissions:
    """Return what the actor may do; read once per instance, and an instance lives for one request or chunk."""
    known = actor.__dict__.get(_MEMO)
    if isinstance(known, Permissions):
        return known
    permissions = Permissions(frozenset(fetch_prepared(_GRANTS, {"actor": actor.pk})))
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
    return _caller(secret, rows[0]) if rows else None


def for_caller(statement: LiteralString) -> LiteralString:
    """Return the statement that `authenticate_and_fetch` sends: it reads nothing more when the key is not valid.

    `statement` is a query whose first column is never null; it may name the grants of `caller`, see `may_view`.
    """
    return _WITH_CALLER.format(key=_KEY.format(more=_VIEWED), statement=statement)


def may_view(system: LiteralString, own: LiteralString) -> LiteralString:
    """Return SQL that is true where `caller` has a right to view `system` in some domain, as `Permissions.may_system`
    has it; a system for which the condition `own` holds goes with any right to view.
    """
    return f"(({own}) AND cardinality(caller.viewed) > 0 OR caller.viewed && ARRAY['*', 'system:' || {system}])"


def authenticate_and_fetch(
    secret: str, statement: LiteralString, parameters: Mapping[str, Any]
) -> tuple[Actor, list[tuple[Any, ...]]] | None:
    """Return the active actor of a valid key and the rows of a statement made by `for_caller`, read in one round trip;
    None for any other text. Nothing of a key is remembered, so one that is revoked is refused from then on.
    """
    prefix = secrets.prefix_of(secret)
    if prefix is None:
        return None
    known = {"prefix": prefix, "secret_hash": secrets.fingerprint(secret)}
    rows = fetch_prepared(statement, {**parameters, **known})
    actor = _caller(secret, rows[0]) if rows else None
    if actor is None:
        return None
    return actor, [row[_KEY_COLUMNS:] for row in rows if row[_KEY_COLUMNS] is not None]


def _caller(secret: str, row: tuple[Any, ...]) -> Actor | None:
    key_id, stored, unnoted, grants, *fields = row[:_KEY_COLUMNS]
    if not secrets.matches(secret, stored):
        return None
    if unnoted:
        note_key_use(key_id=key_id)
    actor = Actor.from_db(connection.alias, _ACTOR_FIELDS, fields)
    split = (tuple(grant.split(" ")) for grant in grants.split(",")) if grants else ()
    actor.__dict__[_MEMO] = Permissions(frozenset(split)) if grants else NOTHING
    return actor


def people_who_may(action: str, domain: str) -> list[Actor]:
    """Return the people who may do `action` in the domain, by name."""
    granted = Grant.objects.filter(domain__in=(domain, EVERY), action=action).values("subject")
    people = Actor.objects.filter(kind=ActorKind.PERSON, is_active=True, pk__in=granted).order_by("name", "pk")
    return once(("people", action, domain), lambda: list(people))


def machine_actor() -> Actor:
    """Return the hub itself, for acts that no person asked for."""
    (fields,) = fetch_prepared(_MACHINE, {"kind": str(ActorKind.MACHINE)})
    return Actor.from_db(connection.alias, _ACTOR_FIELDS, fields)
