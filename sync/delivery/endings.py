"""What follows from how an attempt ended: a table of rules. Pure.

Outcomes that blame the target cost the delivery no try, unless others passed in the meantime: then it is the record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from sync.connectors.interface import ConnectorClass, Outcome, PushResult, ThrottleScope
from sync.delivery import limits
from sync.delivery.states import State, Step


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when an attempt ends. `others_passed`: the target did well since this delivery failed before."""

    step: str
    connector_class: ConnectorClass
    quiet_period: float
    tries: int
    attempts: int
    others_passed: bool = False
    too_old: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """Where the delivery stands next, and what its connection learns.

    `delay`: seconds until the next attempt, None for none by itself. `done`: the target holds it. `blames_target`
    counts for the breaker; `well` says that the target answered as it should. `pause_seconds` is what it asked for,
    `pause_until_tomorrow` that its day's quota is used up, `stop` that the connection needs a person.
    """

    state: State
    step: Step = Step.PUSH
    delay: float | None = None
    try_spent: bool = False
    dead_cause: str = ""
    done: bool = False
    well: bool = False
    blames_target: bool = False
    pause_seconds: float | None = None
    pause_until_tomorrow: bool = False
    stop: bool = False
    waits_for: str = field(default="")


def ending(result: PushResult, situation: Situation) -> Ending:
    """Return what follows from the result."""
    return _bounded(_RULES[result.outcome](result, situation), situation)


def lost(situation: Situation) -> Ending:
    """Return what follows when a worker went away in the middle of an attempt: the write may have arrived."""
    return _bounded(_unknown_again(situation), situation)


def _applied(result: PushResult, situation: Situation) -> Ending:
    return Ending(State.CONFIRMED, done=True, well=True)


def _accepted(result: PushResult, situation: Situation) -> Ending:
    delay = limits.CONFIRM_SECONDS + limits.backoff(situation.attempts, longest=limits.WAITING_SECONDS)
    return Ending(State.ACCEPTED, Step.CONFIRM, delay=delay, well=True, dead_cause="not_confirmed")


def _retry(result: PushResult, situation: Situation) -> Ending:
    if situation.step != Step.PUSH:
        # A look found nothing: now it may be written.
        return Ending(State.PENDING, delay=0.0, well=True)
    return replace(_target_trouble(State.PENDING, Step.PUSH, result, situation), dead_cause="not_applied")


def _throttled(result: PushResult, situation: Situation) -> Ending:
    seconds = result.retry_after if result.retry_after is not None else limits.THROTTLE_SECONDS
    state = State.PENDING if situation.step == Step.PUSH else _state_before(situation)
    step = Step(situation.step)
    if result.throttle_scope is ThrottleScope.DAY:
        return Ending(
            state, step, delay=seconds, pause_until_tomorrow=result.retry_after is None, pause_seconds=seconds
        )
    return Ending(state, step, delay=seconds, pause_seconds=seconds)


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
    """Looked at again with what is there now; what stays different after that is a person's."""
    if result.code == "stale":
        return Ending(State.PENDING, delay=_pause(situation), try_spent=True, well=True, dead_cause="conflict")
    return Ending(State.REJECTED, well=True)


def _dependency(result: PushResult, situation: Situation) -> Ending:
    parent = result.field_errors[0].message if result.field_errors else result.message
    delay = limits.WAITING_SECONDS + limits.backoff(situation.attempts)
    return Ending(State.WAITING, delay=delay, well=True, waits_for=parent[:200] or "unnamed", dead_cause="dependency")


def _rejected(result: PushResult, situation: Situation) -> Ending:
    return Ending(State.REJECTED, well=True)


def _config(result: PushResult, situation: Situation) -> Ending:
    state = State.PENDING if situation.step == Step.PUSH else _state_before(situation)
    return Ending(state, Step(situation.step), delay=_pause(situation), blames_target=True, stop=True)


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


def _target_trouble(state: State, step: Step, result: PushResult, situation: Situation) -> Ending:
    delay = max(result.retry_after or 0.0, _pause(situation))
    return Ending(state, step, delay=delay, blames_target=True, try_spent=situation.others_passed)


def _state_before(situation: Situation) -> State:
    return State.ACCEPTED if situation.step == Step.CONFIRM else State.UNKNOWN


def _pause(situation: Situation) -> float:
    longest = limits.LONGEST_BACKOFF if situation.others_passed else limits.LONGEST_TARGET_BACKOFF
    return limits.backoff(situation.attempts, longest=longest)


def _bounded(found: Ending, situation: Situation) -> Ending:
    """Enough tries that blame the record, or too great an age, end what names a cause to die of."""
    cause = ""
    if found.dead_cause and situation.too_old:
        cause = "too_old"
    if found.dead_cause and situation.tries + found.try_spent >= limits.MOST_TRIES:
        cause = found.dead_cause
    if cause:
        return replace(found, state=State.DEAD, step=Step.PUSH, delay=None, dead_cause=cause)
    return replace(found, dead_cause="")
