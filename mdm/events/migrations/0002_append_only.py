"""The audit, its seal and the outbox are written once; values leave version tables by one audited function."""

from django.db import migrations

from mdm.kernel.history import append_only

# It runs with the owner's rights, since the application may not change history. So it trusts nothing it is told:
# the event must be in the audit, be an erasure, and list each of the rows.
ERASE = """
CREATE FUNCTION touchstone_erase_versions(p_table text, p_ids bigint[], p_event bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    listed jsonb;
    relation regclass := to_regclass(quote_ident(p_table));
    cleared text;
    erased bigint;
BEGIN
    SELECT detail #> ARRAY['versions', p_table] INTO listed FROM events_auditevent
    WHERE id = p_event AND type = 'values.erased';
    IF listed IS NULL OR EXISTS (SELECT unnest(p_ids) EXCEPT SELECT jsonb_array_elements_text(listed)::bigint) THEN
        RAISE EXCEPTION 'event % is no erasure of these rows of %', p_event, p_table
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'erasure_has_its_event';
    END IF;
    IF (SELECT count(*) FROM pg_attribute WHERE attrelid = relation AND NOT attisdropped
        AND attname IN ('id', 'event_id', 'salt', 'digest')) IS DISTINCT FROM 4 THEN
        RAISE EXCEPTION '% is no version table', p_table
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'erasure_is_of_versions';
    END IF;
    SELECT string_agg(format('%I = NULL', attname), ', ') INTO cleared FROM pg_attribute
    WHERE attrelid = relation AND NOT attisdropped AND attname IN ('values', 'standardised', 'counted', 'salt');
    PERFORM set_config('touchstone.erasing', p_event::text, true);
    EXECUTE format('UPDATE %I SET %s WHERE id = ANY($1) AND salt IS NOT NULL', p_table, cleared) USING p_ids;
    GET DIAGNOSTICS erased = ROW_COUNT;
    PERFORM set_config('touchstone.erasing', '', true);
    RETURN erased;
END $$;
REVOKE ALL ON FUNCTION touchstone_erase_versions(text, bigint[], bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION touchstone_erase_versions(text, bigint[], bigint) TO touchstone_app;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_schema")]

    operations = [
        *append_only("events_auditevent"),
        *append_only("events_outboxmessage"),
        *append_only("events_auditblock"),
        *append_only("events_auditseal"),
        migrations.RunSQL(ERASE, "DROP FUNCTION touchstone_erase_versions(text, bigint[], bigint)"),
    ]
