"""One byte form per content, so that equal content has an equal digest."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson


def canonical_json(obj: object) -> bytes:
    """JSON with sorted keys, no spaces, text as UTF-8; times in UTC with microseconds.

    Raises: ValueError for content without a single form (NaN, infinities, lone surrogates); TypeError for other types.
    """
    if type(obj) in (dict, list) and _is_plain(obj):
        try:
            return orjson.dumps(obj, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # a key that is no text, a number beyond 64 bits, a lone surrogate
            pass
    return _ENCODER.encode(obj).encode()


def _is_plain(content: Any) -> bool:
    """Whether both encoders write it alike. Of a fraction they do not, and the fast one takes NaN for null."""
    for part in content.values() if type(content) is dict else content:
        kind = type(part)
        if kind is str or kind is int:
            continue
        if kind is dict or kind is list:
            if not _is_plain(part):
                return False
        elif part is not None and kind is not bool:
            return False
    return True


def digest(salt: bytes, content: bytes) -> bytes:
    """SHA-256 over salt and content."""
    return hashlib.sha256(salt + content).digest()


def _plain(obj: object) -> str:
    if isinstance(obj, dt.datetime):
        return _utc(obj)
    if isinstance(obj, dt.date):
        return obj.isoformat()
    if isinstance(obj, Decimal | UUID):
        return str(obj)
    if isinstance(obj, bytes | bytearray | memoryview):
        return bytes(obj).hex()
    raise TypeError(f"{type(obj).__name__} has no canonical form")


def _utc(moment: dt.datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time without an offset has no canonical form")
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_ENCODER = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=True, default=_plain
)
