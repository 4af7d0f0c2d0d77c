"""What migrations put into a fresh database, kept aside and put back after each test that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections

KEEP = """
CREATE SCHEMA IF NOT EXISTS seeds;
DO $$ DECLARE t text; filled boolean; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations' LOOP
        EXECUTE format('DROP TABLE IF EXISTS seeds.%I', t);
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', t) INTO filled;
        IF filled THEN EXECUTE format('CREATE TABLE seeds.%I AS TABLE public.%I', t, t); END IF;
    END LOOP;
END $$;
"""
# As a replica: no trigger fires, so history can be emptied and foreign keys need no order.
RESTORE = """
SET LOCAL session_replication_role = replica;
SET LOCAL lock_timeout = '20s';
DO $$ DECLARE t text; filled boolean; names text; BEGIN
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations' LOOP
        IF pg_relation_size(format('public.%I', t)::regclass) > 1024 * 1024 THEN
            EXECUTE format('TRUNCATE public.%I CASCADE', t);
        ELSE
            EXECUTE format('DELETE FROM public.%I', t);
        END IF;
    END LOOP;
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'seeds' LOOP
        SELECT string_agg(quote_ident(attname), ', ') INTO names FROM pg_attribute
            WHERE attrelid = format('public.%I', t)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
        EXECUTE format(
            'INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM seeds.%I', t, names, names, t);
    END LOOP;
END $$;
"""


@contextmanager
def owner() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of the database's owner in a transaction of its own, committed at the end."""
    database, login = connections.settings["default"], connections.settings["owner"]
    place = {"host": login["HOST"], "port": login["PORT"], "user": login["USER"], "password": login["PASSWORD"]}
    given = {name: value for name, value in place.items() if value}
    with psycopg.connect(dbname=database["NAME"], **given) as connection, connection.cursor() as cursor:
        yield cursor


def keep(cursor: psycopg.Cursor[Any]) -> None:
    """Remember every row the migrations made."""
    cursor.execute(KEEP)


def restore() -> None:
    """Make the database what it was after the migrations."""
    name = connections.settings["default"]["NAME"]
    assert name.startswith("test_"), f"{name} is no test database: its tables are not emptied."
    for connection in connections.all(initialized_only=True):
        connection.close()
    with owner() as cursor:
        cursor.execute(RESTORE)
