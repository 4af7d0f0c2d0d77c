"""How events become blocks and blocks a chain: pure, so that the sealer and whoever verifies compute the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from mdm.engine.canonical import canonical_json

GENESIS: Final = bytes(32)
EVENT_COLUMNS: Final = (
    "id",
    "occurred_at",
    "actor_id",
    "actor_name",
    "type",
    "domain",
    "subject",
    "reason",
    "detail",
    "request_id",
    "version_count",
    "versions_digest",
)


@dataclass(frozen=True)
class Head:
    """The newest block: kept outside the database, it also proves that no later block was cut off."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read what `str` wrote.

        Raises: ValueError for any other text.
        """
        number, _, digest = text.partition(":")
        head = cls(int(number), bytes.fromhex(digest))
        if len(head.hash) != len(GENESIS):
            raise ValueError("a head is number:hash, with 64 hexadecimal digits")
        return head


def event_digest(row: Sequence[Any]) -> bytes:
    """Return sha256 over an event's columns, in the order of `EVENT_COLUMNS`, its detail as an object."""
    return hashlib.sha256(canonical_json(dict(zip(EVENT_COLUMNS, row, strict=True)))).digest()


def block_hash(*, number: int, previous: bytes, sealed_at: datetime, seals: Iterable[tuple[int, bytes]]) -> bytes:
    """Return sha256 over the block's place, the block before it, its time, and its events' ids and digests in order."""
    total = hashlib.sha256(canonical_json({"number": number, "previous": previous, "sealed_at": sealed_at}))
    for event_id, digest in seals:
        total.update(event_id.to_bytes(8, "big") + digest)
    return total.digest()
