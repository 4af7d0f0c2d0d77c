"""A real Tryton for tests: installed once in this checkout's `var`, a fresh copy of its database for each session."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.counterparts.place import Place
from config.erp import Erp, ErpError, home, known, life, server, template
from config.erp.admin import Admin

WARNING = re.compile(r"'UserWarning', \['([^']+)'")
MOST_WARNINGS = 5


@dataclass(frozen=True)
class LiveErp:
    """A running Tryton: its administrator, its database, its process."""

    reach: Erp
    admin: Admin
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return int(self.reach.url.rpartition(":")[2])

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What Tryton's own database says, past every interface."""
        with closing(sqlite3.connect(self.folder / template.FILE, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Cursor]:
        """Do to Tryton's own database what no interface offers."""
        with closing(sqlite3.connect(self.folder / template.FILE, timeout=10)) as connection, connection:
            yield connection.cursor()

    def merge(self, loser: int, survivor: int) -> None:
        """What a person does with Tryton's wizard for doubles, each of its warnings answered with yes."""
        session, *_ = self.admin.call("wizard.party.replace.create")
        given = {"ask": {"source": loser, "destination": survivor}}
        for _ in range(MOST_WARNINGS):
            try:
                self.admin.call("wizard.party.replace.execute", session, given, "replace")
                return
            except ErpError as refusal:
                named = WARNING.search(str(refusal))
                if named is None:
                    raise
                self.admin.call("model.res.user.warning.skip", named[1], False)


@pytest.fixture(scope="session")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveErp]:
    """Skipped, visibly, only where no package index can be reached; never under REQUIRE_ERP=1."""
    live = Place(tmp_path_factory.mktemp("tryton"))
    shared, folder = home(), live.folder / "database"
    try:
        life.prepare(shared, known(), print)
        template.copy(shared, folder)
        _quick_passwords(folder, known())
        process = server.start(shared.folder, folder, live.port())
    except ErpError as error:
        if not error.offline or os.environ.get("REQUIRE_ERP") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    try:
        server.wait(process, live.port(), folder)
        decided = known()
        reach = Erp(live.url, decided.database, decided.user, decided.password, decided.key, decided.admin_password)
        yield LiveErp(reach, Admin(reach.url, reach.database, reach.admin_password), folder, process)
    finally:
        server.stop(process)


def _quick_passwords(folder: Path, decided: Erp) -> None:
    """The passwords are those that Tryton sends to who forgot theirs: it compares them without a third of a second's
    arithmetic at each of a hundred sign-ins."""
    given = {"admin": decided.admin_password, decided.user: decided.password}
    with closing(sqlite3.connect(folder / template.FILE)) as connection, connection:
        connection.executemany(
            "UPDATE res_user SET password_hash = NULL, password_reset = ?, password_reset_expire = '2999-01-01'"
            " WHERE login = ?",
            [(password, login) for login, password in given.items()],
        )
