"""Who acts: the signed-in person, as the domain knows them."""

from __future__ import annotations

from django.http import HttpRequest

from mdm.accounts.models import Actor
from mdm.kernel.errors import NotAllowed


def actor_of(request: HttpRequest) -> Actor:
    """The person of this session; a screen is only reached by one.

    Raises: NotAllowed without a sign-in.
    """
    if not isinstance(request.user, Actor):
        raise NotAllowed("Nobody is signed in.", remedy="Sign in and try again.")
    return request.user
