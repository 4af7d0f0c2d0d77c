"""Tables whose rows are history: written once, refused to every later hand."""

from __future__ import annotations

from django.db import migrations

APPLICATION_ROLE = "touchstone_app"

_FUNCTION = """
CREATE OR REPLACE FUNCTION touchstone_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is history: rows are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;
"""


def append_only(table: str, *, updates: bool = False) -> list[migrations.RunSQL]:
    """Return migration operations after which UPDATE, DELETE and TRUNCATE on `table` are refused.

    Triggers refuse every role, and the application's role loses the right itself. With `updates=True` UPDATE is left
    to a trigger of the table's own (one that lets a value be erased, or an outcome be set once).
    """
    events = "DELETE" if updates else "UPDATE OR DELETE"
    rights = "DELETE, TRUNCATE" if updates else "UPDATE, DELETE, TRUNCATE"
    forward = f"""
    {_FUNCTION}
    CREATE TRIGGER {table}_append_only BEFORE {events} ON {table}
        FOR EACH ROW EXECUTE FUNCTION touchstone_refuse_change();
    CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION touchstone_refuse_change();
    REVOKE {rights} ON {table} FROM {APPLICATION_ROLE};
    """
    reverse = f"""
    DROP TRIGGER IF EXISTS {table}_append_only ON {table};
    DROP TRIGGER IF EXISTS {table}_no_truncate ON {table};
    """
    return [migrations.RunSQL(forward, reverse)]
