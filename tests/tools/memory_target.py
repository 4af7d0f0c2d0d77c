"""The programmable target in a process of its own, as tests handle it: program faults, act as its users, count.

    with memory_server(tmp_path / "target.sqlite", latency=0.03) as target:
        target.program("lose_reply", reference="BP-000001")
        ...
        assert target.records("BP-000001") == 1

What counts is read from its SQLite file, so that it also counts while every process of ours is being killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import urllib3

from sync.connectors.memory.server import serve
from sync.connectors.memory.target import Target
from tests.tools.forkserver import processes

START_SECONDS = 20


@dataclass(frozen=True)
class MemoryServer:
    port: int
    db: Path
    process: BaseProcess

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def program(self, action: str, /, **rule: Any) -> None:
        """The next calls meet the action; see `sync.connectors.memory.faults` for actions and fields."""
        self.command("rule", action=action, **rule)

    def edit(self, reference: str, object: str = "party", **fields: Any) -> None:
        """A user of the target changes a record there."""
        self.command("edit", object=object, reference=reference, fields=fields)

    def command(self, name: str, /, **fields: Any) -> Any:
        answer = urllib3.request("POST", f"{self.url}/control/{name}", json=fields, retries=False)
        assert answer.status == 200, answer.data
        return json.loads(answer.data)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """Answers of a SELECT on the target's tables `record`, `effect`, `call`."""
        with contextlib.closing(sqlite3.connect(self.db, timeout=10)) as database:
            return database.execute(query, values).fetchall()

    def records(self, reference: str) -> int:
        """How many records carry our identifier."""
        return int(self.rows("SELECT count(*) FROM record WHERE reference = ? AND deleted = 0", [reference])[0][0])

    def fields(self, reference: str) -> Mapping[str, Any]:
        """What the oldest record with our identifier holds."""
        found = self.rows("SELECT fields FROM record WHERE reference = ? ORDER BY key", [reference])
        held: Mapping[str, Any] = json.loads(found[0][0]) if found else {}
        return held

    def versions(self, reference: str) -> list[int]:
        """The versions that arrived for our identifier, in the order in which they took effect."""
        rows = self.rows("SELECT version FROM effect WHERE reference = ? ORDER BY number", [reference])
        return [row[0] for row in rows if row[0] is not None]

    def effects(self) -> int:
        return int(self.rows("SELECT count(*) FROM effect")[0][0])

    def busiest(self, seconds: float) -> int:
        """The most writes that arrived in any window of so many seconds."""
        times = [row[0] for row in self.rows("SELECT at FROM call WHERE writes = 1 ORDER BY at")]
        most = first = 0
        for last, at in enumerate(times):
            while times[first] <= at - seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


@contextlib.contextmanager
def memory_server(db: Path, *, latency: float = 0.0) -> Iterator[MemoryServer]:
    """A running target, until the block ends."""
    ours, theirs = processes.Pipe(duplex=False)
    process = processes.Process(target=_serve, args=(str(db), latency, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        with ours:
            assert ours.poll(START_SECONDS), "the target did not start"
            port = ours.recv()
        yield MemoryServer(port, db, process)
    finally:
        process.kill()
        process.join(10)


def _serve(db: str, latency: float, line: Connection) -> None:
    """What `python -m sync.connectors.memory.server` does, its port told on the line."""
    asyncio.run(serve(Target(db, latency=latency), 0, line.send))
