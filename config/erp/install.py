"""Tryton's programs, in a virtual environment of their own."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from config.erp import ErpError

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
SECONDS = 900
# What pip says when no index can be reached, or reached but for these packages.
OFFLINE = ("Temporary failure", "Connection", "timed out", "No matching distribution", "Name or service not known")
_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER")


def python(home: Path) -> Path:
    return home / "venv" / "bin" / "python"


def fingerprint() -> str:
    """Names what is installed: another Python or another pin is another installation."""
    told = f"{sys.version_info[:2]} {sys.platform} {REQUIREMENTS.read_text()}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def installed(home: Path) -> bool:
    stamp = home / "venv" / "installed"
    return stamp.exists() and stamp.read_text() == fingerprint() and python(home).exists()


def ensure(home: Path, say: Callable[[str], None]) -> None:
    """The programs are installed. One that was torn off is begun anew. The caller holds the home.

    Raises: ErpError.
    """
    if installed(home):
        return
    venv = home / "venv"
    say("Installing Tryton 8.2 beside Touchstone, this once; everything else works meanwhile.")
    shutil.rmtree(venv, ignore_errors=True)
    _run([sys.executable, "-m", "venv", "--without-pip", str(venv)], "Its virtual environment could not be made")
    if not _by_uv(home):
        # This Python's pip serves both.
        arguments = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2"]
        pip = [sys.executable, "-m", "pip", "--python", str(python(home)), *arguments, "-r", str(REQUIREMENTS)]
        _run(pip, "Tryton could not be installed")
    (venv / "installed").write_text(fingerprint())


def _by_uv(home: Path) -> bool:
    """Whether uv, where it is beside this Python, did it: a tenth of pip's work, but pip may know of more indexes."""
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        return False
    try:
        _run([str(uv), "pip", "install", "--quiet", "--python", str(python(home)), "-r", str(REQUIREMENTS)], "")
    except ErpError:
        return False
    return True


def _run(command: list[str], what: str) -> None:
    gently = ["nice", "-n", "10"] if shutil.which("nice") else []  # the page must stay quick meanwhile
    own = {name: value for name, value in os.environ.items() if name not in _OURS}
    try:
        done = subprocess.run(
            [*gently, *command], env=own, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ErpError(f"{what}: {error}. The next start tries again.", offline=True) from None
    if done.returncode:
        told = f"{done.stderr}\n{done.stdout}"
        offline = any(mark in told for mark in OFFLINE)
        remedy = "Check the network, or pip's index" if offline else "Mend that"
        raise ErpError(f"{what}: {_reason(told)} {remedy}; the next start tries again.", offline=offline)


def _reason(told: str) -> str:
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["nothing was said."])[-1]
