"""The demo's CRM: the stand-in for Salesforce, in a process and a database file of its own under `var`."""

from __future__ import annotations

import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from config import environment
from config.counterparts.place import Place
from sync.connectors.salesforce.stand_in import HEADER, LABEL

CLIENT = "touchstone-demo"
_SECRETS = ("client_secret",)


@dataclass(frozen=True)
class Crm:
    """How the CRM is reached, whether or not it runs."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)


def known(var: Path | None = None) -> Crm:
    """How this copy's CRM is reached, once it runs. Port and secret are decided at the first question."""
    place = live(var)
    return Crm(place.url, CLIENT, place.secrets(_SECRETS)["client_secret"])


def live(var: Path | None = None) -> Place:
    """Where this copy's CRM lies: its records, port, secret."""
    return Place((var or environment.var_dir()) / "crm")


def answers(url: str) -> bool:
    """Whether a stand-in answers there."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback address
            return bool(answer.headers.get(HEADER) == LABEL)
    except OSError:
        return False


def command(port: int, database: Path) -> list[str]:
    """Return the program that serves the stand-in."""
    module = "sync.connectors.salesforce.stand_in.server"
    return [sys.executable, "-m", module, "--port", str(port), "--db", str(database)]
