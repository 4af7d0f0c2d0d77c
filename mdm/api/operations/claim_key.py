"""Hold an idempotency key, or learn the answer it already has."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import connection

from mdm.accounts.models import Actor
from mdm.api.problems import RequestRefused

DEFAULT_LEASE_SECONDS: Final = 120
DEFAULT_RETENTION_DAYS: Final = 7
PURGED_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """The first run's answer."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """A key held by this run (`answer` is None), or one that is answered already."""

    id: int
    attempt: uuid.UUID
    answer: Answer | None


_PURGE = """
DELETE FROM api_idempotencykey WHERE id IN (
    SELECT id FROM api_idempotencykey WHERE created_at < clock_timestamp() - make_interval(days => %(days)s)
    ORDER BY created_at LIMIT %(purged)s FOR UPDATE SKIP LOCKED)
"""
_EXPIRE = """
DELETE FROM api_idempotencykey WHERE actor_id = %(actor)s AND key = %(key)s
AND created_at < clock_timestamp() - make_interval(days => %(days)s)
"""
# One statement decides: a new key is inserted, a key whose run was lost is taken over, any other is left as it is.
_CLAIM = """
INSERT INTO api_idempotencykey AS held
    (actor_id, key, request_hash, status, attempt, lease_until, created_at, response_type)
VALUES (%(actor)s, %(key)s, %(hash)s, 'RUNNING', %(attempt)s,
        clock_timestamp() + make_interval(secs => %(lease)s), clock_timestamp(), '')
ON CONFLICT ON CONSTRAINT idempotency_key_unique DO UPDATE
    SET attempt = EXCLUDED.attempt, lease_until = EXCLUDED.lease_until
    WHERE held.status = 'RUNNING' AND held.lease_until < clock_timestamp() AND held.request_hash = EXCLUDED.request_hash
RETURNING id
"""
_HELD = """
SELECT id, request_hash, status, greatest(1, ceil(extract(epoch FROM lease_until - clock_timestamp())))::int,
       response_status, response_type, response_body
FROM api_idempotencykey WHERE actor_id = %(actor)s AND key = %(key)s
"""


def retention_days() -> int:
    """Return for how long a request may be repeated."""
    return int(getattr(settings, "API_IDEMPOTENCY_RETENTION_DAYS", DEFAULT_RETENTION_DAYS))


def claim_key(*, actor: Actor, key: str, request_hash: bytes) -> Claim:
    """The key is held by this run until its lease passes, or the claim carries the answer it already has.

    Raises: RequestRefused 422 when the key belongs to another request, 409 while the first run holds it.
    """
    attempt = uuid.uuid4()
    parameters: dict[str, Any] = {
        "actor": actor.pk,
        "key": key,
        "hash": request_hash,
        "attempt": attempt,
        "lease": int(getattr(settings, "API_IDEMPOTENCY_LEASE_SECONDS", DEFAULT_LEASE_SECONDS)),
        "days": retention_days(),
        "purged": PURGED_AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, parameters)
        cursor.execute(_EXPIRE, parameters)
        cursor.execute(_CLAIM, parameters)
        claimed = cursor.fetchone()
        if claimed is not None:
            return Claim(id=claimed[0], attempt=attempt, answer=None)
        cursor.execute(_HELD, parameters)
        held = cursor.fetchone()
    return _judge(held, request_hash)


def _judge(held: tuple[Any, ...] | None, request_hash: bytes) -> Claim:
    if held is None:
        raise _running(1)
    key_id, first_hash, status, wait, answer_status, answer_type, answer_body = held
    if bytes(first_hash) != request_hash:
        raise RequestRefused(
            "This Idempotency-Key was used for another request.",
            code="idempotency_key_reused",
            remedy="Send a fresh key for a new request; repeat a request byte for byte.",
        )
    if status == "RUNNING":
        raise _running(wait)
    return Claim(id=key_id, attempt=uuid.UUID(int=0), answer=Answer(answer_status, answer_type, bytes(answer_body)))


def _running(wait: int) -> RequestRefused:
    return RequestRefused(
        "The first request with this Idempotency-Key is still running.",
        code="idempotency_key_running",
        status=409,
        headers={"Retry-After": str(wait)},
        remedy="Wait for Retry-After seconds and send the same request again.",
    )
