"""The stand-in for Salesforce in a process of its own, as tests handle it: act as its users, count.

What counts is read from its SQLite file, so that it also counts while every process of ours is being killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from config.environment import BASE_DIR
from sync.connectors import registry
from sync.connectors.interface import Connector
from sync.connectors.salesforce.stand_in import STAND_IN
from sync.connectors.settings import ConnectionSettings, Secrets, Timeouts

CLIENT_ID = "touchstone-tests"
CLIENT_SECRET = "salesforce-secret-0815"
START_SECONDS = 20


@dataclass(frozen=True)
class StandIn:
    port: int
    db: Path

    def act(self, name: str, /, **given: Any) -> Any:
        """A user of the org does something; see `stand_in.controls`."""
        answer = urllib3.request("POST", f"http://127.0.0.1:{self.port}/stand-in/{name}", json=given, retries=False)
        assert answer.status == 200, answer.data
        return json.loads(answer.data)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Answers of a SELECT on the tables `record` and `effect`."""
        with contextlib.closing(sqlite3.connect(self.db, timeout=10)) as database:
            return database.execute(query, values).fetchall()

    def records(self, golden_id: str, object: str = "Account") -> int:
        """How many records carry our id, merged ones included."""
        found = self.rows("SELECT count(*) FROM record WHERE external = ? AND object = ?", [golden_id, object])
        return int(found[0][0])

    def held(self, target_key: str) -> Mapping[str, Any]:
        ((fields,),) = self.rows("SELECT fields FROM record WHERE id = ?", [target_key])
        kept: Mapping[str, Any] = json.loads(fields)
        return kept

    def connector(
        self, port: int | None = None, kind: str = STAND_IN, *, patience: float = 2, **options: str
    ) -> Connector:
        """A connector to the org, or to a proxy before it, that gives a call up after `patience` seconds."""
        settings = ConnectionSettings(
            kind,
            f"http://127.0.0.1:{port or self.port}",
            options={"client_id": CLIENT_ID, **options},
            secrets=Secrets({"client_secret": CLIENT_SECRET}),
            allow_private=True,
            timeouts=Timeouts(connect=1, read=patience / 2, total=patience),
        )
        return registry.build(kind, settings)


@contextlib.contextmanager
def salesforce_stand_in(db: Path) -> Iterator[StandIn]:
    """A running stand-in, until the block ends."""
    command = [sys.executable, "-m", "sync.connectors.salesforce.stand_in.server", "--db", str(db), "--controls"]
    environment = os.environ | {"STAND_IN_CLIENT_ID": CLIENT_ID, "STAND_IN_CLIENT_SECRET": CLIENT_SECRET}
    process = subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    try:
        ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
        assert ready, "the stand-in did not start"
        yield StandIn(int(process.stdout.readline().split()[-1]), db)
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()
