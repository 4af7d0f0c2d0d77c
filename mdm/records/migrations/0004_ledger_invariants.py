"""Successors and relationships are ledgers; the first release of a golden record is never forgotten."""

from django.db import migrations

from mdm.kernel.history import append_only

SUCCESSORS = """
CREATE OR REPLACE FUNCTION records_check_successors() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE subject bigint; state text; successors int;
BEGIN
    subject := CASE TG_TABLE_NAME WHEN 'records_goldenrecord' THEN (to_jsonb(NEW)->>'id')::bigint
                                  ELSE (to_jsonb(COALESCE(NEW, OLD))->>'golden_id')::bigint END;
    SELECT status INTO state FROM records_goldenrecord WHERE id = subject;
    SELECT count(*) INTO successors FROM records_goldensuccessor WHERE golden_id = subject AND ended_at IS NULL;
    IF (state = 'REDIRECTED') <> (successors = 1) OR (state = 'SPLIT') <> (successors > 1) THEN
        RAISE EXCEPTION 'golden record % is % and has % successors', subject, state, successors
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'golden_status_fits_successors';
    END IF;
    RETURN NULL;
END $$;
"""

LEDGERS = """
CREATE FUNCTION records_row_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
       OR to_jsonb(NEW) - '{ended_at,ended_event_id}'::text[]
          IS DISTINCT FROM to_jsonb(OLD) - '{ended_at,ended_event_id}'::text[] THEN
        RAISE EXCEPTION 'a row of % opens and ends; nothing else about it changes', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_only_ends';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER golden_successor_only_ends BEFORE UPDATE ON records_goldensuccessor
    FOR EACH ROW EXECUTE FUNCTION records_row_only_ends();
CREATE TRIGGER relationship_only_ends BEFORE UPDATE ON records_relationship
    FOR EACH ROW EXECUTE FUNCTION records_row_only_ends();
GRANT UPDATE (ended_at, ended_event_id) ON records_goldensuccessor TO touchstone_app;
REVOKE UPDATE ON records_relationship FROM touchstone_app;
GRANT UPDATE (ended_at, ended_event_id) ON records_relationship TO touchstone_app;

CREATE FUNCTION records_released_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'golden record % was released at %, and stays so', OLD.id, OLD.released_at
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'golden_released_once';
END $$;
CREATE TRIGGER golden_released_once BEFORE UPDATE OF released_at ON records_goldenrecord FOR EACH ROW
    WHEN (OLD.released_at IS NOT NULL AND NEW.released_at IS DISTINCT FROM OLD.released_at)
    EXECUTE FUNCTION records_released_once();
"""

# Golden records never change their domain, so a check when the row is made is enough.
RELATIONSHIPS = """
CREATE FUNCTION records_check_relationship() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(DISTINCT domain_id) FROM records_goldenrecord WHERE id IN (NEW.left_id, NEW.right_id)) <> 1 THEN
        RAISE EXCEPTION 'golden records % and % belong to two domains', NEW.left_id, NEW.right_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'relationship_within_domain';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER relationship_within_domain BEFORE INSERT ON records_relationship
    FOR EACH ROW EXECUTE FUNCTION records_check_relationship();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0003_ledgers")]

    operations = [
        migrations.RunSQL(SUCCESSORS, migrations.RunSQL.noop),
        migrations.RunSQL(LEDGERS, migrations.RunSQL.noop),
        migrations.RunSQL(RELATIONSHIPS, migrations.RunSQL.noop),
        *append_only("records_goldensuccessor", updates=True),
        *append_only("records_relationship", updates=True),
    ]
