"""Failures alike: what was refused for the same reason at the same place has the same key. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Final

_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|«[^»]*»")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
# Codes of golden records, ids of either letters and digits, plain numbers.
_ID: Final = re.compile(r"\b(?=\w*\d)[\w.:/@+-]+\b")
_SPACE: Final = re.compile(r"\s+")


def stripped(text: str) -> str:
    """Return the text without what is different from record to record."""
    for pattern in (_QUOTED, _UUID, _ID):
        text = pattern.sub("…", text)
    return _SPACE.sub(" ", text).strip().lower()[:300]


def cause_key(*, connection: str, object: str, code: str, message: str, field: str = "") -> str:
    """Return the key of a cause: connection, object, code, text stripped of ids, field."""
    parts = (connection, object, code, stripped(message), re.sub(r"\[\d+\]", "[]", field))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
