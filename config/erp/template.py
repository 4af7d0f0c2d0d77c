"""An initialised database, made once and copied: to initialise one takes half a minute, to copy it nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pycountry

from config.counterparts.place import Place, free_port
from config.erp import DATABASE, USER, Erp, ErpError, install, server
from config.erp.admin import Admin

RECIPE = "1"  # grows when what is made below changes
SECONDS = 600
FILE = f"{DATABASE}.sqlite"


def ensure(home: Place, erp: Erp, say: Callable[[str], None]) -> None:
    """The database to copy is there: the party module, all countries, the hub's user and its key.

    Raises: ErpError.
    """
    template, wanted = home.folder / "template", _fingerprint(erp)
    mark = template / "made"
    if mark.exists() and mark.read_text() == wanted:
        return
    say("Initialising its database, this once.")
    unfinished = home.folder / "template.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    try:
        _initialise(home.folder, unfinished, erp)
        (unfinished / "made").write_text(wanted)
        shutil.rmtree(template, ignore_errors=True)
        unfinished.rename(template)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def copy(home: Place, folder: Path) -> None:
    """The folder holds a fresh database."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob(f"{FILE}*"):
        old.unlink()
    unfinished = folder / f"{FILE}.new"
    with (
        closing(sqlite3.connect(home.folder / "template" / FILE)) as source,
        closing(sqlite3.connect(unfinished)) as to,
    ):
        source.backup(to)
    unfinished.rename(folder / FILE)


def _initialise(home: Path, folder: Path, erp: Erp) -> None:
    port = free_port()
    (folder / FILE).touch()
    configuration = server.configure(folder, port)
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(erp.admin_password)
    modules = ["--all", "-u", "party", "--activate-dependencies", "--email", "admin@erp.example"]
    command = [str(install.python(home)), "-m", "trytond.cli.admin", "-c", str(configuration), "-d", DATABASE, *modules]
    done = subprocess.run(
        command,
        env=server.environment() | {"TRYTONPASSFILE": str(secret)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    secret.unlink()
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing."])[-1]
        raise ErpError(f"Tryton's database could not be initialised: {last} Remove {home} to begin anew.")
    process = server.start(home, folder, port)
    try:
        server.wait(process, port, folder)
        _furnish(Admin(f"http://127.0.0.1:{port}", DATABASE, erp.admin_password), erp)
    finally:
        server.stop(process)


def _furnish(admin: Admin, erp: Erp) -> None:
    """The countries, and a user who may do with parties what an integration needs and nothing else."""
    admin.call("model.country.country.create", [_country(each) for each in pycountry.countries])
    (group,) = admin.call("model.res.group.search", [["name", "=", "Party Administration"]], 0, None, None)
    user = {"name": "Touchstone", "login": USER, "password": erp.password, "groups": [["add", [group]]]}
    (made,) = admin.call("model.res.user.create", [user])
    application = {"user": made, "application": "rest", "key": erp.key}
    admin.call("model.res.user.application.create", [application])


def _country(country: Any) -> dict[str, str]:
    name = getattr(country, "common_name", country.name)
    return {"name": name, "code": country.alpha_2, "code3": country.alpha_3, "code_numeric": country.numeric}


def _fingerprint(erp: Erp) -> str:
    told = [RECIPE, install.fingerprint(), erp.password, erp.key, erp.admin_password, str(os.geteuid())]
    return hashlib.sha256(" ".join(told).encode()).hexdigest()
