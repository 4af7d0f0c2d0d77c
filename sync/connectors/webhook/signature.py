"""Standard Webhooks: signing what we send, and checking it at the other end. Symmetric signatures, version 1."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets as random_source
import time
from collections.abc import Iterable, Mapping
from typing import Final

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
PREFIX: Final = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of a secret
TOLERANCE_SECONDS: Final = 300

# Seconds before each try, as the specification proposes; after the last one the endpoint is to be switched off.
RETRY_SCHEDULE: Final = (
    *(0.0, 5.0, 300.0, 1_800.0, 7_200.0),
    *(18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0),
)


class BadSignature(ValueError):
    """A message is not from who it claims to be from, or too old. The text says what is wrong, and no secret."""


def sign(secrets: Iterable[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The signature header: one signature for each secret, so that receivers can change theirs in peace.

    Raises: ValueError when a secret is none.
    """
    return " ".join(f"v1,{_signature(key_of(secret), message_id, timestamp, body)}" for secret in secrets)


def verify(
    secrets: Iterable[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float | None = None,
    tolerance: float = TOLERANCE_SECONDS,
) -> str:
    """The message's id, once its signature and time are found right. Drop a message whose id was seen before.

    Raises: BadSignature.
    """
    named = {name.lower(): value for name, value in headers.items()}
    message_id, told, given = (named.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (message_id and told and given):
        raise BadSignature("A header is missing.")
    if not told.isascii() or not told.isdecimal() or len(told) > 12:
        raise BadSignature("The time is no time.")
    if abs((time.time() if now is None else now) - int(told)) > tolerance:
        raise BadSignature("The message is too old, or from the future.")
    right = [_signature(key_of(secret), message_id, int(told), body) for secret in secrets]
    offered = [text for version, _, text in (each.partition(",") for each in given.split(" ")) if version == "v1"]
    matches = [hmac.compare_digest(one.encode(), other.encode()) for one in right for other in offered]
    if not any(matches):
        raise BadSignature("No signature is right.")
    return message_id


def key_of(secret: str) -> bytes:
    """The key that a secret, `whsec_` and base64, stands for.

    Raises: ValueError when it is none; the text does not hold it.
    """
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("The secret is not base64.") from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"The secret stands for {len(key)} bytes; it needs {SHORTEST} to {LONGEST}.")
    return key


def new_secret() -> str:
    """A fresh secret for an endpoint."""
    return PREFIX + base64.b64encode(random_source.token_bytes(32)).decode()


def _signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
