"""The demo's CRM: a stand-in that keeps its address and records, and begins afresh when asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import counterparts, crm
from sync.connectors import registry
from sync.connectors.interface import Connector
from sync.connectors.settings import ConnectionSettings, Secrets
from tests.architecture.sources import ROOT
from tests.contracts.connector_conformance import item_of
from tests.contracts.test_conformance_salesforce import SalesforceHarness
from tests.tools.salesforce_stand_in import StandIn

READY_SECONDS = 30


@contextmanager
def _serving(var: Path) -> Iterator[subprocess.Popen[bytes]]:
    own = os.environ | {"TOUCHSTONE_VAR": str(var)}
    process = subprocess.Popen([sys.executable, "-m", "config.crm", "serve"], cwd=ROOT, env=own)
    patience = time.monotonic() + READY_SECONDS
    try:
        while not crm.answers(crm.known(var).url):
            assert process.poll() is None and time.monotonic() < patience
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def _connector(var: Path) -> Connector:
    known = crm.known(var)
    settings = ConnectionSettings(
        "salesforce_stand_in",
        known.url,
        options={"client_id": known.client_id},
        secrets=Secrets({"client_secret": known.client_secret}),
        allow_private=True,
    )
    return registry.build(settings.kind, settings)


def test_a_killed_crm_comes_back_with_what_arrived_and_one_begun_afresh_with_nothing(tmp_path: Path) -> None:
    item = item_of(SalesforceHarness(StandIn(0, tmp_path)), 1)
    with _serving(tmp_path):
        at = crm.known(tmp_path).url
        (made,) = _connector(tmp_path).push([item])

    with _serving(tmp_path) as second:
        found = _connector(tmp_path).find("Account", {item.golden_id: None})
        counterparts.afresh(tmp_path)
        second.wait(20)

    with _serving(tmp_path) as third:
        held = _connector(tmp_path).find("Account", {item.golden_id: None})
        third.send_signal(signal.SIGTERM)
        third.wait(20)

    assert crm.known(tmp_path).url == at
    assert found[item.golden_id].target_key == made.target_key
    assert held == {} and not crm.live(tmp_path).is_afresh()
    assert not crm.answers(at)


def test_its_secrets_are_read_by_their_owner_only(tmp_path: Path) -> None:
    known = crm.known(tmp_path)

    assert known == crm.known(tmp_path)
    assert (crm.live(tmp_path).folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert known.client_secret not in repr(known)
