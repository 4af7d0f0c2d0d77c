"""The demo's ERP: a real Tryton from the package index, in a virtual environment of its own under `var`.

It is installed while the page already answers. No line of ours runs inside it: it is set up and used over its network
interface only. `home` holds what is made once (programs, an initialised database to copy), `live` the running copy.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from config import environment
from config.counterparts.place import Place

DATABASE = "erp"
USER = "touchstone"
SERIES = "8.2"
_SECRETS = ("password", "key", "admin_password")


class ErpError(Exception):
    """The ERP cannot be had: one sentence for what, one for the remedy. `offline`: no package index answers."""

    def __init__(self, message: str, *, offline: bool = False) -> None:
        super().__init__(message)
        self.offline = offline


@dataclass(frozen=True)
class Erp:
    """How the ERP is reached, whether or not it runs. `user` and `password` are the hub's, `key` its REST key."""

    url: str
    database: str
    user: str
    password: str = field(repr=False)
    key: str = field(repr=False)
    admin_password: str = field(repr=False)


def known(var: Path | None = None) -> Erp:
    """How this copy's ERP is reached, once it runs. Port and secrets are decided at the first question."""
    made = home(var).secrets(_SECRETS)
    return Erp(live(var).url, DATABASE, USER, made["password"], made["key"], made["admin_password"])


def running(var: Path | None = None) -> Erp | None:
    """How this copy's ERP is reached, if it answers now."""
    if not (live(var).folder / "port").exists():
        return None
    erp = known(var)
    return erp if answers(erp.url) else None


def answers(url: str) -> bool:
    """Whether a Tryton of our series answers there."""
    body = json.dumps({"id": 1, "method": "common.server.version", "params": []}).encode()
    call = urllib.request.Request(f"{url}/rpc/", body, {"Content-Type": "application/json"})  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(call, timeout=5) as answer:  # noqa: S310
            return bool(json.load(answer).get("result") == SERIES)
    except (OSError, ValueError, AttributeError):
        return False


def home(var: Path | None = None) -> Place:
    """Where what is made once lies. TOUCHSTONE_ERP_HOME lets several copies share it."""
    given = os.environ.get("TOUCHSTONE_ERP_HOME")
    return Place(Path(given).resolve() if given else (var or environment.var_dir()) / "tryton")


def live(var: Path | None = None) -> Place:
    """Where this copy's own ERP lies: its database, port, log."""
    return Place((var or environment.var_dir()) / "tryton" / "live")
