"""What must never be wrong about identifiers and golden records, held by the database itself."""

from django.db import migrations

from mdm.kernel.history import append_only

CODE_SEQUENCE = (
    "CREATE SEQUENCE records_golden_code_seq; GRANT USAGE, SELECT ON records_golden_code_seq TO touchstone_app;"
)

# A living golden record without an identifier would be unreachable and unowned. Checked at commit, since an
# operation moves entries in several statements; the id-ordered locks of operations close the write skew that a
# trigger alone allows.
OPEN_ENTRY = """
CREATE FUNCTION records_living_golden_has_open_entry(subject bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM records_goldenrecord WHERE id = subject AND status IN ('CANDIDATE', 'ACTIVE'))
       -- Said so that no partial index on open entries fits: without statistics the planner would read all of it.
       AND NOT EXISTS (SELECT 1 FROM records_crosswalkentry
                       WHERE golden_id = subject AND coalesce(ended_at, 'infinity') = 'infinity') THEN
        RAISE EXCEPTION 'golden record % lives and has no open crosswalk entry', subject
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'living_golden_has_open_entry';
    END IF;
END $$;
CREATE FUNCTION records_check_golden_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM records_living_golden_has_open_entry(NEW.id); RETURN NULL; END $$;
CREATE FUNCTION records_check_ended_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM records_living_golden_has_open_entry(OLD.golden_id); RETURN NULL; END $$;

CREATE CONSTRAINT TRIGGER living_golden_has_open_entry AFTER INSERT OR UPDATE OF status ON records_goldenrecord
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status IN ('CANDIDATE', 'ACTIVE'))
    EXECUTE FUNCTION records_check_golden_entry();
CREATE CONSTRAINT TRIGGER ended_entry_leaves_no_orphan AFTER UPDATE OF ended_at ON records_crosswalkentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION records_check_ended_entry();

CREATE FUNCTION records_check_left_golden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM records_goldenrecord WHERE id = NEW.id AND status NOT IN ('CANDIDATE', 'ACTIVE'))
       AND EXISTS (SELECT 1 FROM records_crosswalkentry
                   WHERE golden_id = NEW.id AND coalesce(ended_at, 'infinity') = 'infinity') THEN
        RAISE EXCEPTION 'golden record % lives no more and has an open crosswalk entry', NEW.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'left_golden_has_no_open_entry';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER left_golden_has_no_open_entry AFTER UPDATE OF status ON records_goldenrecord
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status NOT IN ('CANDIDATE', 'ACTIVE'))
    EXECUTE FUNCTION records_check_left_golden();
"""

SUCCESSORS = """
CREATE FUNCTION records_check_successors() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE CONSTRAINT TRIGGER redirected_golden_has_successor AFTER INSERT OR UPDATE OF status ON records_goldenrecord
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status IN ('REDIRECTED', 'SPLIT'))
    EXECUTE FUNCTION records_check_successors();
CREATE CONSTRAINT TRIGGER revived_golden_has_no_successor AFTER UPDATE OF status ON records_goldenrecord
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.status IN ('REDIRECTED', 'SPLIT'))
    EXECUTE FUNCTION records_check_successors();
CREATE CONSTRAINT TRIGGER successor_fits_status AFTER INSERT OR UPDATE OR DELETE ON records_goldensuccessor
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION records_check_successors();
"""

LEDGER = """
CREATE FUNCTION records_entry_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
       OR (NEW.id, NEW.external_id_id, NEW.golden_id, NEW.opened_at, NEW.opened_event_id)
          IS DISTINCT FROM (OLD.id, OLD.external_id_id, OLD.golden_id, OLD.opened_at, OLD.opened_event_id) THEN
        RAISE EXCEPTION 'a crosswalk entry opens and ends; nothing else about it changes'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'crosswalk_entry_only_ends';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER crosswalk_entry_only_ends BEFORE UPDATE ON records_crosswalkentry
    FOR EACH ROW EXECUTE FUNCTION records_entry_only_ends();

CREATE FUNCTION records_identity_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the identity of a row of % never changes', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_identity_fixed';
END $$;
CREATE TRIGGER golden_identity_fixed BEFORE UPDATE ON records_goldenrecord FOR EACH ROW
    WHEN ((NEW.id, NEW.uuid, NEW.code, NEW.domain_id, NEW.created_at)
          IS DISTINCT FROM (OLD.id, OLD.uuid, OLD.code, OLD.domain_id, OLD.created_at)
          OR NEW.version_number < OLD.version_number OR NEW.crosswalk_revision < OLD.crosswalk_revision)
    EXECUTE FUNCTION records_identity_is_fixed();
CREATE TRIGGER external_id_fixed BEFORE UPDATE ON records_externalid FOR EACH ROW
    EXECUTE FUNCTION records_identity_is_fixed();
CREATE TRIGGER source_record_identity_fixed BEFORE UPDATE ON records_sourcerecord FOR EACH ROW
    WHEN ((NEW.id, NEW.external_id_id, NEW.domain_id) IS DISTINCT FROM (OLD.id, OLD.external_id_id, OLD.domain_id)
          OR NEW.version_number < OLD.version_number OR NEW.generation < OLD.generation)
    EXECUTE FUNCTION records_identity_is_fixed();
REVOKE DELETE, TRUNCATE ON records_goldenrecord, records_externalid, records_sourcerecord, records_pin,
    records_goldensuccessor, records_finding FROM touchstone_app;
REVOKE UPDATE ON records_goldensuccessor FROM touchstone_app;

-- Who pinned what and why is answered for: a pin ends once, and its value may only be erased.
CREATE FUNCTION records_pin_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - '{value,ended_at}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{value,ended_at}'::text[]
       OR (NEW.value IS NOT NULL AND NEW.value IS DISTINCT FROM OLD.value)
       OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at) THEN
        RAISE EXCEPTION 'a pin ends, and its value may be erased; nothing else about it changes'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'pin_only_ends';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pin_only_ends BEFORE UPDATE ON records_pin FOR EACH ROW EXECUTE FUNCTION records_pin_only_ends();
"""

# Erasure is the one change a version may see, and only through the audited function of the events app.
VERSIONS = """
CREATE FUNCTION records_version_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before jsonb := to_jsonb(OLD) - '{values,standardised,counted,salt}'::text[];
        after jsonb := to_jsonb(NEW) - '{values,standardised,counted,salt}'::text[];
BEGIN
    IF before IS DISTINCT FROM after OR to_jsonb(NEW)->>'values' IS NOT NULL OR to_jsonb(NEW)->>'salt' IS NOT NULL
       OR COALESCE(current_setting('touchstone.erasing', true), '') = '' THEN
        RAISE EXCEPTION '% is history: rows are added, never changed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER source_version_only_erased BEFORE UPDATE ON records_sourceversion FOR EACH ROW
    EXECUTE FUNCTION records_version_only_erased();
CREATE TRIGGER golden_version_only_erased BEFORE UPDATE ON records_goldenversion FOR EACH ROW
    EXECUTE FUNCTION records_version_only_erased();
REVOKE UPDATE ON records_sourceversion, records_goldenversion FROM touchstone_app;
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
    replaces = [("records", "0004_ledger_invariants")]
    dependencies = [("records", "0001_schema")]

    operations = [
        migrations.RunSQL(CODE_SEQUENCE, "DROP SEQUENCE records_golden_code_seq"),
        migrations.RunSQL(OPEN_ENTRY, migrations.RunSQL.noop),
        migrations.RunSQL(SUCCESSORS, migrations.RunSQL.noop),
        migrations.RunSQL(LEDGER, migrations.RunSQL.noop),
        migrations.RunSQL(VERSIONS, migrations.RunSQL.noop),
        *append_only("records_sourceversion", updates=True),
        *append_only("records_goldenversion", updates=True),
        *append_only("records_crosswalkentry", updates=True),
        migrations.RunSQL(LEDGERS, migrations.RunSQL.noop),
        migrations.RunSQL(RELATIONSHIPS, migrations.RunSQL.noop),
        *append_only("records_goldensuccessor", updates=True),
        *append_only("records_relationship", updates=True),
    ]
