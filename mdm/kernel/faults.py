"""Named points where a test may make a process die, stop or fail; without TOUCHSTONE_FAULT they do nothing.

`TOUCHSTONE_FAULT=jobs.before_apply:kill9:2` kills the process the second time it passes that point. Several are
separated by commas. Only tests set the variable; it is read from the environment of the process, never from data.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

VARIABLE = "TOUCHSTONE_FAULT"

_passed: Counter[str] = Counter()


class InjectedFault(RuntimeError):
    """What a point armed with `raise` raises."""


def point(name: str) -> None:
    """Do what TOUCHSTONE_FAULT orders for this passage of `name`, usually nothing."""
    orders = os.environ.get(VARIABLE)
    if not orders:
        return
    _passed[name] += 1
    for order in orders.split(","):
        where, action, nth = order.split(":")
        if where == name and int(nth) == _passed[name]:
            _strike(name, action)


def reset() -> None:
    """Count passages from zero again."""
    _passed.clear()


def _strike(name: str, action: str) -> None:
    if action == "kill9":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif action == "hang":
        time.sleep(3600)
    elif action == "exit0":
        os._exit(0)
    elif action == "raise":
        raise InjectedFault(f"fault injected at {name}")
    else:
        raise ValueError(f"{VARIABLE} names an unknown action: {action}")
