"""API keys as an administrator sees them; the secrets themselves are kept nowhere."""

from __future__ import annotations

from django.db.models import QuerySet

from mdm.accounts.models import EVERY, Actor, ApiKey
from mdm.accounts.queries import require


def api_keys(*, actor: Actor) -> QuerySet[ApiKey]:
    """Return every key with its service and the service's rights.

    Raises: NotAllowed without `operate` on the installation.
    """
    require(actor, "operate", EVERY)
    return ApiKey.objects.select_related("actor").prefetch_related("actor__grants")
