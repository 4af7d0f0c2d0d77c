"""Kept answers may show values, which an erasure takes out of them."""

from __future__ import annotations

from collections.abc import Callable

from mdm.api.models import IdempotencyKey, KeyStatus

AT_ONCE = 50


def redact_answers(redact: Callable[[bytes], bytes | None]) -> int:
    """Every kept answer reads as `redact` returns it, and stays as it is where that is None.

    A later repeat of the request gets the redacted answer. Returns how many changed, in the caller's transaction.
    """
    changed = 0
    kept = IdempotencyKey.objects.filter(status=KeyStatus.DONE, response_body__isnull=False).order_by("pk")
    for pk, body in kept.values_list("pk", "response_body").iterator(chunk_size=AT_ONCE):
        redacted = redact(bytes(body or b""))
        if redacted is not None:
            changed += IdempotencyKey.objects.filter(pk=pk, status=KeyStatus.DONE).update(response_body=redacted)
    return changed
