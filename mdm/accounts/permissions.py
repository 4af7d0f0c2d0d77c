"""What a set of grants allows. Deny by default; no clock, no database."""

from __future__ import annotations

from dataclasses import dataclass

from mdm.accounts.models import EVERY, Action

_ACTIONS = frozenset(Action.values)
_VIEW = Action.VIEW.value


@dataclass(frozen=True)
class Permissions:
    """Grants as (domain, action, scope): a domain code or `*`, and the scope `*` or `system:CODE`.

    What is asked about one system is allowed by a grant on everything or on that system. What is asked about no
    system in particular needs a grant on everything, but for `view`: there any scope lets its holder in, and what is
    shown is then judged system by system.
    """

    grants: frozenset[tuple[str, str, str]] = frozenset()

    def may(self, action: str, domain: str, system: str = "") -> bool:
        """Tell whether the act is allowed in `domain`; the domain `*` is the whole installation."""
        return self._allows(action, domain, system) or (domain != EVERY and self._allows(action, EVERY, system))

    def may_all(self, action: str, domain: str) -> bool:
        """Tell whether the act is allowed in `domain` whatever system it is about, those to come included."""
        wanted = _known(action)
        return (domain, wanted, EVERY) in self.grants or (EVERY, wanted, EVERY) in self.grants

    def may_system(self, action: str, system: str) -> bool:
        """Tell whether the act is allowed on `system` in any domain."""
        wanted, scopes = _known(action), (EVERY, f"system:{system}")
        return any(granted == wanted and scope in scopes for _, granted, scope in self.grants)

    def domains(self, action: str) -> frozenset[str]:
        """Return the domains that grants name and in which the act is allowed; see also `everywhere`."""
        named = {domain for domain, granted, _ in self.grants if granted == action and domain != EVERY}
        return frozenset(domain for domain in named if self._allows(action, domain, ""))

    def everywhere(self, action: str) -> bool:
        """Tell whether the act is allowed in every domain, those to come included."""
        return self.may(action, EVERY)

    def _allows(self, action: str, domain: str, system: str) -> bool:
        wanted = _known(action)
        if (domain, wanted, EVERY) in self.grants:
            return True
        if system:
            return (domain, wanted, f"system:{system}") in self.grants
        return wanted == _VIEW and any(where == domain and act == wanted for where, act, _ in self.grants)


NOTHING = Permissions()


def _known(action: str) -> str:
    if action not in _ACTIONS:
        raise ValueError(f"{action!r} is no action; the actions are {', '.join(sorted(_ACTIONS))}.")
    return action
