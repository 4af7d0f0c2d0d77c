"""A real Tryton for tests: installed once in this checkout's `var`, a fresh copy of its database for each session."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.counterparts.place import Place
from config.erp import Erp, ErpError, home, known, life, server, template


@dataclass(frozen=True)
class LiveErp:
    """A running Tryton, its database, and its process."""

    reach: Erp
    folder: Path
    process: subprocess.Popen[bytes]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What Tryton's own database says, past every interface."""
        with closing(sqlite3.connect(self.folder / template.FILE, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()


@pytest.fixture(scope="session")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveErp]:
    """Skipped, visibly, only where no package index can be reached; never under REQUIRE_ERP=1."""
    live = Place(tmp_path_factory.mktemp("tryton"))
    shared, folder = home(), live.folder / "database"
    try:
        life.prepare(shared, known(), print)
        template.copy(shared, folder)
        process = server.start(shared.folder, folder, live.port())
    except ErpError as error:
        if not error.offline or os.environ.get("REQUIRE_ERP") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    try:
        server.wait(process, live.port(), folder)
        decided = known()
        reach = Erp(live.url, decided.database, decided.user, decided.password, decided.key, decided.admin_password)
        yield LiveErp(reach, folder, process)
    finally:
        server.stop(process)
