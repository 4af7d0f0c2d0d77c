"""What follows from how an attempt ended: a table of rules. Pure.

Outcomes that blame the target cost the delivery no try, unless others passed in the meantime: then it is the record.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from sync.connectors.interface import ConnectorClass, Outcome, PushResult, ThrottleScope
from sync.delivery import limits
from sync.delivery.states import State, Step

# How a golden record is named, if the target names the one that is missing.
_CODE: Final = re.compile(r"\b[A-Z]{2}-[0-9]{6,10}\b")


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when an attempt ends. `in_doubt`: an earlier one may have arrived; `others_passed`: the target did
    well since this delivery failed before.
    """

    step: str
    connector_class: ConnectorClass
    quiet_period: float
    tries: int
    attempts: int
    in_doubt: bool = False
    others_passed: bool = False
    too_old: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the delivery stands next, and what its connection learns.

    `delay`: seconds until the next attempt, None for none by itself. `in_doubt`: it may have arrived, and nobody knows;
    `done`: the target holds it. `blames_target` counts for the breaker; `well` says that the target answered as it
    should; `pauses` that it wants to be left alone, `pause_until_tomorrow` that its day's quota is used up, `stop` that
    the connection needs a person.
    """

    state: State
    step: Step = Step.PUSH
    delay: float | None = None
    try_spent: bool = False
    dead_cause: str = ""
    in_doubt: bool = False
    done: bool = False
    well: bool = False
    blames_target: bool = False
    pauses: bool = False
    pause_until_tomorrow: bool = False
    stop: bool = False
    waits_for: str = field(default="")


def ending(result: PushResult, situation: Situation) -> Ending:
    """Return what follows from the result."""
    return _bounded(_RULES[result.outcome](result, situation), situation)


def lost(situation: Situation) -> Ending:
    """Return what follows when a worker went away in the middle of an attempt: the write may have arrived."""
    return _bounded(_unknown_again(situation), situation)


def not_sent(situation: Situation) -> Ending:
    """Return what follows when its turn did not come: nobody is to blame, and it is tried again soon."""
    state = _state_before(situation)
    return Ending(state, Step(situation.step), delay=limits.NO_TURN_SECONDS, in_doubt=state == State.UNKNOWN)


def _applied(result: PushResult, situation: Situation) -> Ending:
    return Ending(State.CONFIRMED, done=True, well=True)


def _accepted(result: PushResult, situation: Situation) -> Ending:
    delay = limits.CONFIRM_SECONDS + limits.backoff(situation.attempts, longest=limits.WAITING_SECONDS)
    return Ending(State.ACCEPTED, Step.CONFIRM, delay=delay, well=True, dead_cause="not_confirmed")


def _retry(result: PushResult, situation: Situation) -> Ending:
    if situation.step != Step.PUSH:
        # A look found nothing: now it may be written.
        return Ending(State.PENDING, delay=0.0, well=True)
    delay = max(result.retry_after or 0.0, _pause(situation))
    return Ending(
        _state_before(situation),
        Step.PUSH,
        delay=delay,
        blames_target=True,
        try_spent=situation.others_passed,
        dead_cause="not_applied",
    )


def _throttled(result: PushResult, situation: Situation) -> Ending:
    seconds = result.retry_after if result.retry_after is not None else limits.THROTTLE_SECONDS
    state = State.PENDING if situation.step == Step.PUSH else _state_before(situation)
    step = Step(situation.step)
    whole_day = result.throttle_scope is ThrottleScope.DAY and result.retry_after is None
    return Ending(state, step, delay=seconds, pauses=True, pause_until_tomorrow=whole_day, dead_cause="throttled")


def _unknown(result: PushResult, situation: Situation) -> Ending:
    return replace(_unknown_again(situation), blames_target=True, try_spent=situation.others_passed)


def _unknown_again(situation: Situation) -> Ending:
    """By class: the same write again (K, U), a look after the quiet period (P), or a person (N)."""
    if situation.step == Step.CONFIRM:
        return Ending(State.ACCEPTED, Step.CONFIRM, delay=_pause(situation), dead_cause="not_confirmed")
    if situation.connector_class is ConnectorClass.N:
        return Ending(State.UNKNOWN, Step.RESOLVE)
    if situation.connector_class is ConnectorClass.P:
        return Ending(State.UNKNOWN, Step.RESOLVE, delay=situation.quiet_period, dead_cause="unknown")
    return Ending(State.UNKNOWN, Step.PUSH, delay=_pause(situation), dead_cause="unknown")


def _conflict(result: PushResult, situation: Situation) -> Ending:
    """Looked at again with what is there now; what stays different after that is a person's. What is there may be the
    delivery's own write: a doubt stays one, and nothing newer takes that write for somebody's edit.
    """
    if result.code == "stale":
        return Ending(
            _state_before(situation), delay=_pause(situation), try_spent=True, well=True, dead_cause="conflict"
        )
    return Ending(State.REJECTED, well=True)


def _dependency(result: PushResult, situation: Situation) -> Ending:
    told = " ".join((result.message, *(error.message for error in result.field_errors)))
    parent = _CODE.search(told)
    delay = limits.WAITING_SECONDS + limits.backoff(situation.attempts)
    return Ending(
        State.WAITING, delay=delay, well=True, waits_for=parent[0] if parent else told[:200], dead_cause="dependency"
    )


def _rejected(result: PushResult, situation: Situation) -> Ending:
    return Ending(State.REJECTED, well=True)


def _config(result: PushResult, situation: Situation) -> Ending:
    state, step = _state_before(situation), Step(situation.step)
    return Ending(state, step, delay=_pause(situation), blames_target=True, stop=True)


_RULES: Final[dict[Outcome, Callable[[PushResult, Situation], Ending]]] = {
    Outcome.APPLIED: _applied,
    Outcome.NOOP: _applied,
    Outcome.ACCEPTED: _accepted,
    Outcome.RETRY: _retry,
    Outcome.THROTTLED: _throttled,
    Outcome.UNKNOWN: _unknown,
    Outcome.CONFLICT: _conflict,
    Outcome.DEPENDENCY: _dependency,
    Outcome.REJECTED: _rejected,
    Outcome.CONFIG: _config,
}


def _state_before(situation: Situation) -> State:
    """Where a delivery stands again after an attempt that certainly did nothing: a doubt of before stays one."""
    if situation.step == Step.CONFIRM:
        return State.ACCEPTED
    return State.UNKNOWN if situation.in_doubt else State.PENDING


def _pause(situation: Situation) -> float:
    longest = limits.LONGEST_BACKOFF if situation.others_passed else limits.LONGEST_TARGET_BACKOFF
    return limits.backoff(situation.attempts, longest=longest)


def _bounded(found: Ending, situation: Situation) -> Ending:
    """Enough tries that blame the record, or too great an age, end what names a cause to die of."""
    if found.done and not found.in_doubt and not found.dead_cause:
        return found
    found = replace(found, in_doubt=found.state == State.UNKNOWN)
    cause = ""
    if found.dead_cause and situation.too_old:
        cause = "too_old"
    if found.dead_cause and situation.tries + found.try_spent >= limits.MOST_TRIES:
        cause = found.dead_cause
    if cause:
        return replace(found, state=State.DEAD, step=Step.PUSH, delay=None, dead_cause=cause)
    return replace(found, dead_cause="")
