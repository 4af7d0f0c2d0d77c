"""Tryton's server: started on a port of this machine, waited for, stopped."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from pathlib import Path

from config.counterparts.place import HOST
from config.erp import DATABASE, ErpError, answers, install
from config.supervisor import STOP_WITH_PARENT

START_SECONDS = 120
STOP_SECONDS = 10
POLL_SECONDS = 0.1
_LOGGING = """[loggers]
keys = root,werkzeug
[handlers]
keys = stream
[formatters]
keys =
[logger_root]
level = ERROR
handlers = stream
[logger_werkzeug]
level = ERROR
handlers =
qualname = werkzeug
[handler_stream]
class = StreamHandler
args = (sys.stderr,)
"""


def configure(folder: Path, port: int) -> Path:
    """Write the configuration of the database in the folder, and return where."""
    (folder / "logging.conf").write_text(_LOGGING)
    path = folder / "trytond.conf"
    path.write_text(
        f"[web]\nlisten = {HOST}:{port}\n"
        f"[database]\nuri = sqlite:///\npath = {folder}\nlist = False\n"
        "[session]\nauthentications = password\n"
        f"[email]\nuri = smtp://{HOST}:9\n"  # nothing is mailed
    )
    return path


def start(home: Path, folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the server on the folder's database; it dies with this process."""
    configuration = configure(folder, port)
    command = [str(install.python(home)), "-m", "trytond.cli", "-c", str(configuration), "-d", DATABASE]
    command += ["--logconf", str(folder / "logging.conf")]
    with open(folder / "trytond.log", "wb", buffering=0) as log:
        return subprocess.Popen(
            [*STOP_WITH_PARENT, *command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=environment(),
        )


def wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    """The server answers.

    Raises: ErpError when it ends, or takes too long.
    """
    patience = time.monotonic() + START_SECONDS
    while not answers(f"http://{HOST}:{port}"):
        if process.poll() is not None or time.monotonic() > patience:
            how = "ended while starting" if process.poll() is not None else "did not answer in time"
            raise ErpError(f"Tryton {how}. Its words are in {folder / 'trytond.log'}; the next start tries again.")
        time.sleep(POLL_SECONDS)


def stop(process: subprocess.Popen[bytes]) -> None:
    """The server has ended."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    if process.poll() is None:
        process.kill()
        process.wait()


def environment() -> dict[str, str]:
    """What Tryton gets of our environment: where programs are, and nothing that is secret or ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "SSL_CERT_FILE") if name in os.environ}
    return {"PATH": os.defpath} | kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONUNBUFFERED": "1"}
