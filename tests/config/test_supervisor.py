"""Programs in one group: prefixed, started again, stopped together, and never left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from config.supervisor import Program, Supervisor, end_leftovers
from tests.architecture.sources import ROOT

SUPERVISOR = """
import pathlib, sys
from config.supervisor import Program, Supervisor
web = Program("web", [sys.executable, "-c", "import time; time.sleep(60)"])
Supervisor([web], pathlib.Path(sys.argv[1]), lambda: None).run(lambda: None)
"""
TICK = "import time\nprint('up', flush=True)\ntime.sleep(60)"


def _program(name: str, code: str) -> Program:
    return Program(name, [sys.executable, "-c", code])


def _stop_soon() -> None:
    time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def test_lines_are_prefixed_and_a_signal_stops_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = Supervisor([_program("web", TICK), _program("worker", TICK)], tmp_path / "up.json", lambda: None)

    code = group.run(_stop_soon)

    told = capsys.readouterr().out
    assert code == 0
    assert "web    | up" in told
    assert "worker | up" in told
    assert all(program.process and program.process.poll() is not None for program in group.programs)
    assert not (tmp_path / "up.json").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a program that its parent died")
def test_a_killed_supervisor_takes_its_programs_with_it(tmp_path: Path) -> None:
    record = tmp_path / "up.json"
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR, record], cwd=ROOT, stdout=subprocess.DEVNULL)
    while not record.exists():
        time.sleep(0.05)
    time.sleep(0.5)
    (program,) = psutil.Process(supervisor.pid).children()

    supervisor.kill()
    supervisor.wait()

    _, alive = psutil.wait_procs([program], timeout=10)
    assert alive == []


def test_a_program_that_falls_is_started_again_until_there_is_no_hope(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.supervisor.FALLS", 2)
    group = Supervisor([_program("web", "raise SystemExit(3)")], tmp_path / "up.json", lambda: None)

    code = group.run(lambda: None)

    told = capsys.readouterr().out
    assert code == 1
    assert told.count("web ended with code 3") == 2
    assert "giving it up" in told


def test_the_group_goes_on_without_a_program_that_is_not_vital(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.supervisor.FALLS", 1)
    erp = Program("erp", [sys.executable, "-c", "raise SystemExit(3)"], vital=False)
    group = Supervisor([_program("web", TICK), erp], tmp_path / "up.json", lambda: None)

    code = group.run(_stop_soon)

    told = capsys.readouterr().out
    assert code == 0
    assert told.count("erp ended with code 3") == 1
    assert "giving it up" in told


def test_a_program_deaf_to_the_signal_is_killed_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.supervisor.STOP_SECONDS", 1)
    deaf = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"
    group = Supervisor([_program("web", deaf)], tmp_path / "up.json", lambda: None)

    code = group.run(_stop_soon)

    process = group.programs[0].process
    assert code == 0
    assert "web had not stopped yet, and was ended" in capsys.readouterr().out
    assert process is not None
    assert not psutil.pid_exists(process.pid)


def test_what_outlived_a_killed_run_is_ended_and_a_stranger_is_let_be(tmp_path: Path) -> None:
    left = subprocess.Popen([sys.executable, "-c", TICK], stdout=subprocess.DEVNULL)
    stranger = subprocess.Popen([sys.executable, "-c", TICK], stdout=subprocess.DEVNULL)
    record = tmp_path / "up.json"
    born = psutil.Process(left.pid).create_time()
    record.write_text(json.dumps([[left.pid, born], [stranger.pid, born - 3600]]))

    ended = end_leftovers(record)

    alive = stranger.poll() is None
    stranger.kill()
    stranger.wait()
    left.wait()
    assert (ended, psutil.pid_exists(left.pid), alive) == (1, False, True)
