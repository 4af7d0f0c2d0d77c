"""What connections sign in with, encrypted by keys of its own; only a connector ever reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from mdm.kernel.errors import Conflict
from sync.connectors.settings import Secrets


def seal(secrets: Mapping[str, str]) -> str:
    """Return the secrets as one encrypted text; no secrets are an empty one.

    Raises: Conflict where the installation has no usable key.
    """
    kept = {name: value for name, value in secrets.items() if value}
    return _cipher().encrypt(json.dumps(kept, sort_keys=True).encode()).decode() if kept else ""


def unseal(text: str) -> Secrets:
    """Return what `seal` was given.

    Raises: Conflict where no key of the installation opens it.
    """
    if not text:
        return Secrets()
    try:
        return Secrets(json.loads(_cipher().decrypt(text.encode())))
    except InvalidToken:
        raise Conflict(
            "A connection's secrets were encrypted with a key that is not here.",
            field="secrets",
            remedy="Add the former key to TOUCHSTONE_SECRETS_KEYS, or enter the secrets again.",
        ) from None


def _cipher() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.SECRETS_KEYS])
    except ValueError:
        raise Conflict(
            "This installation has no key to encrypt secrets with.",
            field="secrets",
            remedy="Set TOUCHSTONE_SECRETS_KEYS; `python manage.py doctor` says how.",
        ) from None
