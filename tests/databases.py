"""The tests' databases: one made by the migrations, with what tests begin with in it; each process works on a copy."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from tests import seeds
from tests.browser.desk_scene import register_queue
from tests.mdm.records.world import register_world
from tests.mdm.stewardship.desk import register_matched_world
from tests.mdm.stewardship.taught import register_taught_world
from tests.mdm.web.scene import set_scene
from tests.sync.delivery.scene import register_sending_world

SCENES: dict[str, Callable[[], object]] = {
    "world": register_world,
    "matched": register_matched_world,
    "taught": register_taught_world,
    "sending": register_sending_world,
    "scene": set_scene,
    "queue": register_queue,
}
SET_BY = (
    *("tests/databases.py", "tests/seeds.py", "tests/mdm/records/world.py", "tests/mdm/stewardship/desk.py"),
    *("tests/mdm/stewardship/taught.py", "tests/mdm/web/scene.py", "tests/browser/desk_scene.py"),
    "tests/sync/delivery/scene.py",
)
MADE_FROM = ("config", "mdm", "sync", "demo/seeds.yaml", *SET_BY)
LOGINS = {alias: (login["USER"], login["PASSWORD"]) for alias, login in connections.settings.items()}


# Who counts the rows of a table when a test was undone finds none on many pages, and then the planner takes the table
# for empty whatever it holds: a statement of the next large test took two minutes instead of ten milliseconds.
_UNCLEANED = """
DO $$ DECLARE t text; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('ALTER TABLE public.%I SET (autovacuum_enabled = false)', t);
    END LOOP;
END $$
"""


def _log_in_as(alias: str) -> None:
    """Change the role of the default connection, in every thread: the settings are one shared dictionary."""
    default = connections.settings["default"]
    default["USER"], default["PASSWORD"] = LOGINS[alias]


@contextmanager
def copied(suffix: str) -> Iterator[None]:
    """The default connection leads, as the application, to a database of its own that nobody has touched."""
    own, pattern = _name(suffix), _name("template")
    with _alone():
        _make(pattern)
        _command("DROP DATABASE IF EXISTS {0} WITH (FORCE)", own)
        _command("CREATE DATABASE {0} TEMPLATE {1}", own, pattern)
    with _leading_to(own):
        yield
    _command("DROP DATABASE IF EXISTS {0} WITH (FORCE)", own)


def _make(name: str) -> None:
    """There is a database of all migrations, made from the code as it is; it outlives the session that made it."""
    digest = _digest()
    if _made_from(name) == digest:
        return
    _command("DROP DATABASE IF EXISTS {0} WITH (FORCE)", name)
    _command("CREATE DATABASE {0}", name)
    with _leading_to(name):
        _log_in_as("owner")
        call_command("migrate", database="default", verbosity=0)
        connections["default"].close()
        _log_in_as("default")
        with seeds.owner() as cursor:
            cursor.execute(_UNCLEANED)
            seeds.keep(cursor)
        for scene, set_up in SCENES.items():
            set_up()
            with seeds.owner() as cursor:
                seeds.keep_more(cursor, scene)
            seeds.restore()
    _command("COMMENT ON DATABASE {0} IS {1}", name, sql.Literal(digest))


def _digest() -> str:
    """What the database depends on, in one word: a changed line makes it anew."""
    told = hashlib.sha256()
    for place in MADE_FROM:
        path = Path(settings.BASE_DIR) / place
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.suffix in (".py", ".yaml", ".sql"):
                told.update(str(file).encode() + file.read_bytes())
    return told.hexdigest()


def _made_from(name: str) -> str | None:
    with seeds.reach("postgres") as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
    return found[0] if found else None


def _command(text: str, *parts: str | sql.Literal) -> None:
    given = [sql.Identifier(part) if isinstance(part, str) else part for part in parts]
    with seeds.reach("postgres") as connection:
        connection.autocommit = True
        connection.execute(sql.SQL(text).format(*given))


@contextmanager
def _leading_to(name: str) -> Iterator[None]:
    default = connections.settings["default"]
    before, default["NAME"] = default["NAME"], name
    try:
        yield
    finally:
        seeds.leave()
        connections["default"].close()
        default["NAME"] = before


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: a database that is copied has no visitors."""
    with (Path(settings.VAR_DIR) / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _name(suffix: str) -> str:
    name = f"test_{connections.settings['owner']['NAME']}"
    return f"{name}_{suffix}" if suffix else name
