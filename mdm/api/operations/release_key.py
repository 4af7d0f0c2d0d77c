"""Free the key of a run that had no effect."""

from __future__ import annotations

from mdm.api.models import IdempotencyKey, KeyStatus
from mdm.api.operations.claim_key import Claim


def release_key(*, claim: Claim) -> None:
    """The key is free again, unless another run holds it by now."""
    IdempotencyKey.objects.filter(pk=claim.id, attempt=claim.attempt, status=KeyStatus.RUNNING).delete()
