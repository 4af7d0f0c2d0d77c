"""The demo's ERP: a real Tryton, installed aside, started, killed, started again, begun afresh."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import urllib3

from config import counterparts
from config.counterparts.place import Place
from config.erp import Erp, answers, home, install, known, live, running
from config.erp.admin import Admin
from tests.architecture.sources import ROOT
from tests.erp import LiveErp

READY_SECONDS = 60
NAMED = "SELECT count(*) FROM party_party WHERE name = ?"


@contextmanager
def _serving(var: Path, shared: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A copy's ERP as the supervisor runs it, until it is killed."""
    own = os.environ | {"TOUCHSTONE_VAR": str(var), "TOUCHSTONE_ERP_HOME": str(shared)}
    with open(log, "ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.erp", "serve", "--patient"], cwd=ROOT, env=own, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(log: Path, times: int = 1) -> None:
    patience = time.monotonic() + READY_SECONDS
    while log.read_text().count("Tryton 8.2 answers") < times:
        assert time.monotonic() < patience, log.read_text()
        time.sleep(0.1)


def _gone(process: psutil.Process) -> bool:
    _, alive = psutil.wait_procs([process], timeout=10)
    return not alive


def _parties(url: str, erp: Erp) -> int:
    held = Admin(url, erp.database, erp.admin_password).call("model.party.party.search_count", [], 0, None)
    return int(held)


def _add_party(url: str, erp: Erp, name: str) -> None:
    Admin(url, erp.database, erp.admin_password).call("model.party.party.create", [{"name": name}])


def test_the_hub_has_a_user_for_parties_and_nothing_else(erp: LiveErp) -> None:
    groups = erp.rows(
        'SELECT g.name FROM "res_user-res_group" AS m JOIN res_group g ON g.id = m."group"'
        ' JOIN res_user u ON u.id = m."user" WHERE u.login = ?',
        erp.reach.user,
    )

    parties = f"{erp.reach.url}/erp/rest/model/party.party"
    with_key = urllib3.request("GET", parties, headers={"Authorization": f"Bearer {erp.reach.key}"})
    without = urllib3.request("GET", parties)

    assert groups == [("Party Administration",)]
    assert (with_key.status, without.status) == (200, 401)
    assert isinstance(with_key.json(), list)
    assert erp.rows("SELECT count(*) FROM country_country") == [(249,)]


def test_an_administrator_whose_session_tryton_ended_signs_in_again(erp: LiveErp) -> None:
    admin = Admin(erp.reach.url, erp.reach.database, erp.reach.admin_password)
    with erp.changing() as cursor:
        cursor.execute("DELETE FROM ir_session WHERE id = (SELECT max(id) FROM ir_session)")

    countries = admin.call("model.country.country.search_count", [], 0, None)

    assert countries == 249


def test_a_killed_erp_comes_back_with_what_it_held_and_one_begun_afresh_with_nothing(
    erp: LiveErp, tmp_path: Path
) -> None:
    var, log = tmp_path / "var", tmp_path / "log"
    with _serving(var, home().folder, log) as first:
        _wait_until_ready(log)
        at = live(var).url
        killed = live(var).process()
        _add_party(at, erp.reach, "Kept")
        first.kill()
        assert killed is not None and _gone(killed)

    with _serving(var, home().folder, log) as second:
        _wait_until_ready(log, times=2)
        found = running(var)
        kept = _parties(at, erp.reach)
        counterparts.afresh(var)
        second.wait(20)

    with _serving(var, home().folder, log) as third:
        _wait_until_ready(log, times=3)
        held = _parties(at, erp.reach)
        stopped = live(var).process()
        third.send_signal(signal.SIGTERM)
        code = third.wait(20)

    assert (found and found.url, kept, held, code) == (at, 1, 0, 0)
    assert stopped is not None and _gone(stopped)
    assert running(var) is None and not live(var).is_afresh()


def test_a_port_that_somebody_took_is_left_to_them(erp: LiveErp, tmp_path: Path) -> None:
    var, log = tmp_path / "var", tmp_path / "log"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", live(var).port()))
        taken.listen()
        before = live(var).url

        with _serving(var, home().folder, log):
            _wait_until_ready(log)

    assert live(var).url != before
    assert "Its former port is taken" in log.read_text()


def test_without_a_package_index_it_says_so_and_waits_to_be_stopped(tmp_path: Path) -> None:
    log = tmp_path / "log"
    nowhere = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    nowhere |= {"UV_OFFLINE": "1", "UV_NO_CACHE": "1"}
    own = os.environ | nowhere | {"TOUCHSTONE_VAR": str(tmp_path / "var")}
    own.pop("TOUCHSTONE_ERP_HOME", None)
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.erp", "serve", "--patient"], cwd=ROOT, env=own, stdout=output, stderr=output
        )
    try:
        patience = time.monotonic() + READY_SECONDS
        while "The ERP is not there" not in log.read_text() and time.monotonic() < patience:
            time.sleep(0.1)
        still_there = process.poll() is None
        process.terminate()
        code = process.wait(20)
    finally:
        process.kill()

    told = log.read_text().strip().splitlines()[-1]
    assert (still_there, code) == (True, 0)
    assert "Check the network, or pip's index; the next start tries again." in told
    assert "Traceback" not in log.read_text()


def test_an_installation_torn_off_does_not_count(tmp_path: Path) -> None:
    programs = install.python(tmp_path)
    programs.parent.mkdir(parents=True)
    programs.touch()

    torn_off = install.installed(tmp_path)
    (tmp_path / "venv" / "installed").write_text("of other pins")
    of_other_pins = install.installed(tmp_path)
    (tmp_path / "venv" / "installed").write_text(install.fingerprint())

    assert (torn_off, of_other_pins, install.installed(tmp_path)) == (False, False, True)


def test_port_and_secrets_are_decided_once_and_read_by_their_owner_only(tmp_path: Path) -> None:
    first, second = known(tmp_path), known(tmp_path)

    assert first == second
    assert len({first.password, first.key, first.admin_password}) == 3
    assert (home(tmp_path).folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert first.password not in repr(first)
    assert not answers(first.url)


def test_a_stranger_with_the_number_of_our_process_is_let_be(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.note_process(os.getpid())
    (tmp_path / "process.json").write_text(json.dumps([os.getpid(), 1.0]))

    assert place.process() is None
    assert place.stop() is False
