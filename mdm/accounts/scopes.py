"""Rights in writing: `view:party`, `operate:party:system:SAP`, `view:*`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mdm.accounts.models import EVERY, Action
from mdm.kernel.errors import Invalid

_DOMAIN = re.compile(r"\*|[a-z][a-z0-9_]{0,39}")
_SCOPE = re.compile(r"\*|system:[A-Z0-9_-]{1,40}")


@dataclass(frozen=True)
class Right:
    """One right, well formed."""

    domain: str
    action: str
    scope: str = EVERY

    def as_detail(self) -> dict[str, str]:
        """Return what the audit says of it."""
        return {"action": self.action, "granted_domain": self.domain, "scope": self.scope}


def checked(*, domain: str, action: str, scope: str = EVERY) -> Right:
    """Return the right.

    Raises: Invalid naming the part of the wrong form.
    """
    if action not in Action.values:
        raise Invalid(
            f"{action[:40]!r} is no action.",
            field="action",
            value=action[:40],
            remedy=f"Choose one of {', '.join(Action.values)}.",
        )
    if not _DOMAIN.fullmatch(domain):
        raise Invalid(
            f"{domain[:40]!r} is no domain.",
            field="domain",
            value=domain[:40],
            remedy="Write its code, or * for every one.",
        )
    if not _SCOPE.fullmatch(scope):
        raise Invalid(
            f"{scope[:80]!r} is no scope.",
            field="scope",
            value=scope[:80],
            remedy="Write system: and the system's code, or * for every one.",
        )
    return Right(domain, action, scope)


def parse(text: str) -> Right:
    """Return the right written as action:domain or action:domain:scope.

    Raises: Invalid naming the part of the wrong form.
    """
    action, _, rest = text.partition(":")
    domain, _, scope = rest.partition(":")
    return checked(domain=domain, action=action, scope=scope or EVERY)
