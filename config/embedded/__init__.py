"""The servers that a copy without DATABASE_URL and REDIS_URL runs for itself. Production never starts them.

Every process that uses them holds a shared lock on one file for as long as it lives; the kernel lets go of it however
the process ends. So whoever wants to stop the servers knows whether somebody still works with them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from config import environment
from config.embedded import places, postgres, redis
from config.embedded.errors import ServerError

__all__ = ["ServerError", "ensure", "stop", "stop_if_unused"]

_in_use: IO[str] | None = None


def ensure() -> None:
    """Have the servers that the environment does not name running, and count this process among their users.

    Raises: ServerError in one sentence, with the remedy.
    """
    global _in_use
    if not wanted_postgres() and not wanted_redis():
        return
    var = environment.var_dir()
    places.make(var)
    with _changing(var):
        sockets = places.socket_dir(var)
        account = places.server_account(var)
        places.prepare(sockets, account)
        if wanted_postgres() and not postgres.running(sockets):
            postgres.start(var, sockets, account)
        if wanted_redis() and not redis.running(sockets):
            redis.start(var, sockets, account)
        if _in_use is None:
            _in_use = open(var / "in-use", "a")
            fcntl.flock(_in_use, fcntl.LOCK_SH)


def stop_if_unused() -> bool:
    """Stop the servers unless another process uses them; say whether they are stopped now."""
    var = environment.var_dir()
    if not var.exists():
        return True
    with _changing(var):
        release()
        with open(var / "in-use", "a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            _stop(var)
            return True


def stop() -> None:
    """Stop the servers, whoever uses them."""
    var = environment.var_dir()
    if var.exists():
        with _changing(var):
            _stop(var)


def release() -> None:
    """No longer count this process among the users."""
    global _in_use
    if _in_use is not None:
        _in_use.close()
        _in_use = None


def wanted_postgres() -> bool:
    return not os.environ.get("DATABASE_URL")


def wanted_redis() -> bool:
    return not os.environ.get("REDIS_URL")


def _stop(var: Path) -> None:
    if wanted_redis():
        redis.stop(places.socket_dir(var))
    if wanted_postgres():
        postgres.stop(var)


@contextmanager
def _changing(var: Path) -> Iterator[None]:
    """Let one process at a time start or stop servers."""
    try:
        lock = open(var / "servers.lock", "a")
    except OSError as error:
        raise places.unusable(var, error) from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
