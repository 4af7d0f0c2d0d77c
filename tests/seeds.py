"""What a fresh database holds, put back after each test that commits; and scenes that are put in at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Nobody writes what Django notes down about models and migrations, so it need not be put back.
TABLES = """SELECT tablename FROM pg_tables WHERE schemaname = 'public'
    AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"""
KEEP = f"""
CREATE SCHEMA IF NOT EXISTS seeds;
DO $$ DECLARE t text; names text; filled boolean; emptied text := ''; filling text := ''; BEGIN
    FOR t IN {TABLES} LOOP
        EXECUTE format('DROP TABLE IF EXISTS seeds.%I', t);
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', t) INTO filled;
        emptied := emptied || format('
            IF EXISTS (SELECT FROM public.%1$I) THEN
                IF pg_relation_size(''public.%1$I'') > 1024 * 1024 THEN TRUNCATE public.%1$I CASCADE;
                ELSE DELETE FROM public.%1$I; END IF;
            END IF;', t);
        CONTINUE WHEN NOT filled;
        EXECUTE format('CREATE TABLE seeds.%I AS TABLE public.%I', t, t);
        SELECT string_agg(quote_ident(attname), ', ') INTO names FROM pg_attribute
            WHERE attrelid = format('public.%I', t)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        filling := filling || format(
            'INSERT INTO public.%1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM seeds.%1$I;', t, names);
    END LOOP;
    -- As a replica: no trigger fires, so history can be emptied and foreign keys need no order.
    EXECUTE format('CREATE OR REPLACE FUNCTION seeds.restore() RETURNS void LANGUAGE plpgsql'
        ' SET session_replication_role = replica SET lock_timeout = ''20s'' AS %L',
        'BEGIN' || emptied || filling || ' END');
END $$;
"""

# A plain function of a few inserts: the tables that were written to, each without what a fresh database holds.
KEEP_MORE = """
CREATE SCHEMA {name};
GRANT USAGE ON SCHEMA {name} TO touchstone_app;
DO $$ DECLARE t text; key text; names text; said text := ''; filled boolean; BEGIN
    FOR t IN {tables} LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', t) INTO filled;
        CONTINUE WHEN NOT filled;
        IF to_regclass(format('seeds.%I', t)) IS NULL THEN
            EXECUTE format('CREATE TABLE {name}.%I AS TABLE public.%I', t, t);
        ELSE
            EXECUTE format('CREATE TABLE {name}.%I AS TABLE public.%I EXCEPT TABLE seeds.%I', t, t, t);
            EXECUTE format('SELECT EXISTS (SELECT FROM {name}.%I)', t) INTO filled;
            CONTINUE WHEN NOT filled;
        END IF;
        SELECT string_agg(quote_ident(attname), ', ') INTO names FROM pg_attribute
            WHERE attrelid = format('public.%I', t)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        SELECT quote_ident(attname) INTO STRICT key FROM pg_index
            JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
            WHERE indrelid = format('public.%I', t)::regclass AND indisprimary;
        said := said || format('DELETE FROM public.%1$I WHERE %2$s IN (SELECT %2$s FROM {name}.%1$I);'
            'INSERT INTO public.%1$I (%3$s) OVERRIDING SYSTEM VALUE SELECT %3$s FROM {name}.%1$I;', t, key, names);
    END LOOP;
    EXECUTE format('CREATE FUNCTION {name}.put() RETURNS void LANGUAGE sql SECURITY DEFINER'
        ' SET session_replication_role = replica AS %L', said);
END $$;
"""


_restorers: dict[str, psycopg.Connection[Any]] = {}


@contextmanager
def owner() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of the database's owner in a transaction of its own, committed at the end."""
    with reach(connections.settings["default"]["NAME"]) as connection, connection.cursor() as cursor:
        yield cursor


def reach(database: str) -> psycopg.Connection[Any]:
    """A connection of the owner's to `database`."""
    login = connections.settings["owner"]
    place = {"host": login["HOST"], "port": login["PORT"], "user": login["USER"], "password": login["PASSWORD"]}
    return psycopg.connect(dbname=database, **{name: value for name, value in place.items() if value})


def keep(cursor: psycopg.Cursor[Any]) -> None:
    """Remember every row the migrations made."""
    cursor.execute(KEEP)


def keep_more(cursor: psycopg.Cursor[Any], name: str) -> None:
    """Remember, under a name, every row that was added since; `put` adds them again."""
    cursor.execute(KEEP_MORE.replace("{name}", name).replace("{tables}", TABLES))


def put(name: str) -> None:
    """Add the rows that were kept under the name, in the transaction that is open."""
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT {name}.put()")


def restore() -> None:
    """Make the database what it was after the migrations."""
    name = connections.settings["default"]["NAME"]
    assert name.startswith("test_"), f"{name} is no test database: its tables are not emptied."
    for connection in connections.all(initialized_only=True):
        if not _idle(connection):
            connection.close()
    try:
        _restorer(name).execute("SELECT seeds.restore()")
    except psycopg.OperationalError:
        if not _restorers[name].broken:
            raise
        leave()  # somebody restarted the server
        _restorer(name).execute("SELECT seeds.restore()")


def leave() -> None:
    """Nobody of this module is at any database any more."""
    while _restorers:
        _restorers.popitem()[1].close()


def _restorer(name: str) -> psycopg.Connection[Any]:
    """A connection that is kept: who is new there looks up every table before it reads the first."""
    if name not in _restorers:
        _restorers[name] = reach(name)
        _restorers[name].autocommit = True
    return _restorers[name]


def _idle(connection: BaseDatabaseWrapper) -> bool:
    """Whether the next test can go on with the connection: it works, and no transaction is open."""
    if connection.connection is None or connection.in_atomic_block:
        return False
    idle = connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    return idle and connection.is_usable()
