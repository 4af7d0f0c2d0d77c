"""The form of an API key's secret: `tsk_<prefix>_<random>`; 256 random bits, so one SHA-256 protects it."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_SECRET = re.compile(r"tsk_([a-z0-9]{12})_[A-Za-z0-9_-]{43}")


def make() -> tuple[str, str]:
    """Return a fresh prefix and the whole secret that starts with it."""
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return prefix, f"tsk_{prefix}_{secrets.token_urlsafe(32)}"


def prefix_of(secret: str) -> str | None:
    """Return the prefix, or None when the text is no secret of ours."""
    found = _SECRET.fullmatch(secret)
    return found.group(1) if found else None


def fingerprint(secret: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, stored: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(fingerprint(secret), stored)
