"""How the programmable target misbehaves: rules that a test gives it, each for so many calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

FOR_EVER: Final = 0

# What each action does is in `Rule.plan`; what it is for:
ACTIONS: Final = {
    "slow": "wait `seconds` before doing it: the caller may have gone when it happens",
    "slow_reply": "do it, then wait `seconds` before saying so",
    "lose_reply": "do it, then reset the connection",
    "reset": "reset the connection without doing it",
    "status": "do nothing and answer `status`, with `headers` and `body`",
    "throttle": "do nothing and answer 429 with Retry-After `seconds`",
    "error_in_200": "do nothing and answer 200 with an error in the body",
    "no_json": "do it and answer 200 with a page instead of JSON",
    "truncated": "do it and answer 200 with half a body",
    "accept_later": "answer 202 and do it `seconds` later",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How one call goes: when it is done, what is answered instead of the truth, when, and whether at all."""

    wait: float = 0.0
    does: bool = True
    instead: tuple[int, Mapping[str, str], bytes] | None = None
    wait_reply: float = 0.0
    resets: bool = False
    later: float | None = None


NORMAL: Final = Plan()


@dataclass(slots=True)
class Rule:
    """Which calls meet the action, and how many of them: `times` 0 is for ever.

    `on`: "write", "read" or "any". `reference`: only calls about this record.
    """

    action: str
    on: str = "write"
    reference: str = ""
    times: int = 1
    seconds: float = 0.0
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    used: int = 0

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"{self.action!r} is none of {', '.join(ACTIONS)}")

    @property
    def spent(self) -> bool:
        return self.times != FOR_EVER and self.used >= self.times

    def meets(self, *, writes: bool, about: str) -> bool:
        right_kind = self.on == "any" or self.on == ("write" if writes else "read")
        return right_kind and not self.spent and (not self.reference or self.reference in about)

    def plan(self, encode: Any) -> Plan:
        body = encode(self.body if self.body is not None else {"error": {"code": "broken", "message": "It broke."}})
        plans = {
            "slow": Plan(wait=self.seconds),
            "slow_reply": Plan(wait_reply=self.seconds),
            "lose_reply": Plan(resets=True),
            "reset": Plan(does=False, resets=True),
            "status": Plan(does=False, instead=(self.status, self.headers, body)),
            "throttle": Plan(does=False, instead=(429, {"Retry-After": f"{self.seconds:g}"}, body)),
            "error_in_200": Plan(does=False, instead=(200, {}, body)),
            "no_json": Plan(instead=(200, {}, b"<html>Please sign in</html>")),
            "truncated": Plan(instead=(200, {}, b'{"key": "1", "et')),
            "accept_later": Plan(does=False, instead=(202, {}, encode({"accepted": True})), later=self.seconds),
        }
        return plans[self.action]
