"""A delivery that one worker holds, with everything it needs to make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery in SENDING: whoever has its fence may end it, until `held_until` (by `monotonic`).

    `step` is what is to be done, `in_doubt` that an earlier attempt may have arrived; `fresh` says that the golden
    record still stands at this version and its decision was not taken back. `never_told` are hashes of what earlier
    deliveries may have written there without anybody knowing. `target_key` is the target's own, as the
    crosswalk has it now; `confirmed_…` is what was confirmed there last, empty where that was another record.
    """

    id: UUID
    fence: int
    held_until: float
    step: str
    connection: str
    flow: str
    object: str
    golden: int
    code: str
    domain: str
    status: str
    version: int
    operation: str
    mapping: int
    mapping_hash: str
    push_number: int
    cause: str
    ids: Mapping[str, str]
    values: Mapping[str, Any] | None
    fresh: bool
    tries: int
    crashes: int
    attempts: int
    in_doubt: bool
    never_told: Sequence[str]
    payload_hash: str
    error_code: str
    first_attempt_at: datetime | None
    target_key: str | None
    etag: str
    confirmed_hash: str
    confirmed_fields: Mapping[str, Any] | None
    confirmed_key: str
