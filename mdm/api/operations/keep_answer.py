"""Keep the answer of a run beside its effect."""

from __future__ import annotations

from mdm.api.models import IdempotencyKey, KeyStatus
from mdm.api.operations.claim_key import Claim
from mdm.api.problems import RequestRefused


def keep_answer(*, claim: Claim, status: int, content_type: str, body: bytes) -> None:
    """The key is answered for every later request, in the caller's transaction, if this run still holds it.

    Raises: RequestRefused 409 when the lease passed and another run took the key over; the caller's effect is undone.
    """
    kept = IdempotencyKey.objects.filter(pk=claim.id, attempt=claim.attempt, status=KeyStatus.RUNNING).update(
        status=KeyStatus.DONE, lease_until=None, response_status=status, response_type=content_type, response_body=body
    )
    if kept != 1:
        raise RequestRefused(
            "This run took longer than its lease, and another run of the same request took over.",
            code="idempotency_key_running",
            status=409,
            headers={"Retry-After": "1"},
            remedy="Send the same request again to learn its answer; send fewer items next time.",
        )
