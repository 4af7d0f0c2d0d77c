"""Who may operate the connection of a system."""

from __future__ import annotations

from mdm.accounts.models import EVERY, Actor
from mdm.accounts.queries import permissions_of, require
from mdm.kernel.errors import NotAllowed


def require_operate(actor: Actor, system: str) -> None:
    """Return when the actor may operate `system`, in whatever domain or everywhere.

    Raises: NotAllowed naming the right to ask for.
    """
    if permissions_of(actor).may_system("operate", system):
        return
    raise NotAllowed(
        f"{actor.name} may not operate {system}.",
        field="action",
        value="operate",
        remedy=f"Ask an administrator for the right to operate on system {system}.",
    )


def require_operate_everything(actor: Actor) -> None:
    """Raises: NotAllowed unless the actor may operate the whole installation."""
    require(actor, "operate", EVERY)


def operated_systems(actor: Actor) -> frozenset[str] | None:
    """Return the systems the actor may operate by name; None is every system."""
    permissions = permissions_of(actor)
    scopes = {scope for _, action, scope in permissions.grants if action == "operate"}
    if EVERY in scopes:
        return None
    return frozenset(scope.removeprefix("system:") for scope in scopes)
