"""Chaos in small for every run of the suite; `make chaos` asks for more and prints its figures."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tests.erp import LiveErp, erp
from tests.faults.chaos import Chaos, expect_nothing_lost
from tests.mdm.records.world import build_world
from tests.sync.delivery.scene import Scene, build_scene, switch_on
from tests.tools.memory_target import MemoryServer, memory_server
from tests.tools.web_server import Asked, Reply, serving

__all__ = ["erp"]

DELIVERIES = int(os.environ.get("CHAOS_DELIVERIES", "100"))
KILLS = int(os.environ.get("CHAOS_KILLS", "25"))
SEED = int(os.environ.get("CHAOS_SEED", "20261126"))
TO_TRYTON = {
    "format": 1,
    "fields": [
        {"target": "name", "from": "name", "required": True},
        {
            "target": "addresses",
            "each": "addresses",
            "keys": ["main"],
            "only": True,
            "fields": [{"target": "sequence", "constant": 9001}, {"target": "city", "from": ".city"}],
        },
    ],
}


class MemoryGround:
    def __init__(self, server: MemoryServer) -> None:
        self._server = server

    def records(self, code: str) -> int:
        return self._server.records(code)

    def city(self, code: str) -> str | None:
        return self._server.fields(code).get("city")

    def lose_next_reply(self) -> None:
        self._server.program("lose_reply")


class TrytonGround:
    """A real Tryton behind a gateway that can lose the answer to a write."""

    def __init__(self, live: LiveErp) -> None:
        self._live = live
        self._passing_on = urllib3.PoolManager(maxsize=32, retries=False)
        self._losing = False

    def gateway(self, asked: Asked) -> Reply:
        reach = self._live.reach.url + asked.path
        answer = self._passing_on.request(asked.method, reach, body=asked.body, headers=dict(asked.headers))
        if self._losing and (b'.create"' in asked.body or b'.write"' in asked.body):
            self._losing = False
            return Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{")
        return Reply(answer.status, answer.data, {"Content-Type": answer.headers.get("Content-Type", "")})

    def records(self, code: str) -> int:
        return int(self._live.rows("SELECT count(*) FROM party_party WHERE code = ?", code)[0][0])

    def city(self, code: str) -> str | None:
        rows = self._live.rows(
            "SELECT a.city FROM party_party p JOIN party_address a ON a.party = p.id AND a.sequence = 9001 AND a.active"
            " WHERE p.code = ?",
            code,
        )
        return str(rows[0][0]) if len(rows) == 1 else None

    def lose_next_reply(self) -> None:
        self._losing = True


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@pytest.fixture
def scene(transactional_db: None, tmp_path: Path) -> Iterator[tuple[Scene, MemoryGround]]:
    with memory_server(tmp_path / "target.sqlite", latency=0.01) as server:
        built = build_scene(build_world(), url=server.url)
        switch_on()
        yield built, MemoryGround(server)


def test_under_random_kills_every_record_is_at_the_target_once(
    scene: tuple[Scene, MemoryGround], tmp_path: Path
) -> None:
    chaos = Chaos(*scene, tmp_path, seed=SEED, say=say)

    few = "CHAOS_DELIVERIES" not in os.environ  # the suite's hundred go to the real ERP
    deliveries, kills = (40, 10) if few else (DELIVERIES, KILLS)
    figures = chaos.run(deliveries=deliveries, kills=kills)

    say(f"\nprogrammable target: {figures}")
    expect_nothing_lost(figures)
    assert figures.kills.total() == kills and figures.deliveries >= deliveries


def test_under_random_kills_every_record_is_in_tryton_once(
    transactional_db: None, erp: LiveErp, tmp_path: Path
) -> None:
    ground = TrytonGround(erp)
    with serving(ground.gateway) as gateway:
        scene = build_scene(
            build_world(), kind="tryton", url=gateway.url, object="party.party", content=TO_TRYTON,
            options={"database": erp.reach.database, "user": erp.reach.user},
            secrets={"password": erp.reach.password}, slots=8,
        )  # fmt: skip
        switch_on()

        figures = Chaos(scene, ground, tmp_path, seed=SEED, say=say).run(deliveries=DELIVERIES, kills=KILLS)

    say(f"\nreal Tryton: {figures}")
    expect_nothing_lost(figures)
    assert figures.kills.total() == KILLS and figures.deliveries >= DELIVERIES
