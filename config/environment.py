"""What the environment says, read once and refused in words."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
FALSE = ("", "0", "false", "no", "off")


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() not in FALSE


def given(name: str) -> bool:
    return bool(os.environ.get(name))


def number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number and is {value!r}. Correct it or unset it.")
    return int(value)


def words(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(name, "")
    return [word.strip() for word in value.split(",") if word.strip()] or default


def var_dir() -> Path:
    """Return where this copy keeps its servers' data, secrets and uploads."""
    return Path(os.environ.get("TOUCHSTONE_VAR") or BASE_DIR / "var").expanduser().resolve()


def database(url: str) -> dict[str, Any]:
    """Return the Django settings for `postgresql://user:password@host:port/name?host=/socket&sslmode=…`."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {parts.scheme!r}; Touchstone runs on PostgreSQL 16 or later only. "
            "Give postgresql://user:password@host:5432/name."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def secret_key(*, embedded: bool) -> str:
    """Return the key that signs sessions: given, or made once for a copy that runs its own servers.

    Raises: ImproperlyConfigured where none is given and none may be made.
    """
    given = os.environ.get("TOUCHSTONE_SECRET_KEY", "")
    if given:
        return given
    if not embedded:
        raise ImproperlyConfigured(
            "TOUCHSTONE_SECRET_KEY is not set. Make one with "
            "`python -c 'import secrets; print(secrets.token_urlsafe(50))'` and keep it secret."
        )
    return _kept_secret(var_dir() / "secret_key", lambda: secrets.token_urlsafe(50))


def secrets_keys(*, embedded: bool) -> list[str]:
    """Return the keys that encrypt what connections sign in with; the first one writes, all of them read.

    They are no part of the secret key: changing one leaves the other alone. Empty where none is given and none may be
    made; then no secret can be kept.
    """
    given = words("TOUCHSTONE_SECRETS_KEYS", [])
    if given or not embedded:
        return given
    made = _kept_secret(var_dir() / "secrets_key", lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    return made.split()


def _kept_secret(path: Path, make: Callable[[], str]) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        own = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        if not path.exists():
            with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(make())
            with contextlib.suppress(FileExistsError):
                os.link(own, path)  # whoever comes second reads the first one's key
            own.unlink()
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path.parent} cannot be used ({error.strerror}). Set TOUCHSTONE_VAR to a folder of your own."
        ) from None
