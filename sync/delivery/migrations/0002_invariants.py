"""What the database refuses: an attempt told twice, a delivery of what was never released."""

from __future__ import annotations

from django.db import migrations

from mdm.kernel.history import append_only

# An outcome goes from nothing to a value once; request, response, message and field errors may be cleared, never
# rewritten; a late outcome is added once.
_ATTEMPT = """
CREATE FUNCTION delivery_attempt_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.delivery_id, NEW.number, NEW.step, NEW.fence, NEW.started_at, NEW.worker)
       IS DISTINCT FROM (OLD.id, OLD.delivery_id, OLD.number, OLD.step, OLD.fence, OLD.started_at, OLD.worker)
       OR (OLD.late_outcome IS NOT NULL AND NEW.late_outcome IS DISTINCT FROM OLD.late_outcome)
       OR (OLD.outcome IS NOT NULL AND (
           (NEW.outcome, NEW.ended_at, NEW.code, NEW.payload_hash, NEW.duration_ms)
               IS DISTINCT FROM (OLD.outcome, OLD.ended_at, OLD.code, OLD.payload_hash, OLD.duration_ms)
           OR (NEW.request <> OLD.request AND NEW.request <> '')
           OR (NEW.response <> OLD.response AND NEW.response <> '')
           OR (NEW.message <> OLD.message AND NEW.message <> '')
           OR (NEW.field_errors <> OLD.field_errors AND NEW.field_errors <> '[]'::jsonb)))
    THEN
        RAISE EXCEPTION 'An attempt is history: its outcome is told once'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'delivery_attempt_told_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_attempt_keep BEFORE UPDATE ON delivery_deliveryattempt
    FOR EACH ROW EXECUTE FUNCTION delivery_attempt_keep();
"""
_NO_ATTEMPT = """
DROP TRIGGER IF EXISTS delivery_attempt_keep ON delivery_deliveryattempt;
DROP FUNCTION IF EXISTS delivery_attempt_keep();
"""
# An upsert carries a version that was ACTIVE; any other operation concerns a record that was ACTIVE once.
_RELEASED = """
CREATE FUNCTION delivery_released_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM records_goldenversion v WHERE v.golden_id = NEW.golden_id AND v.status = 'ACTIVE'
        AND (v.number = NEW.version OR (NEW.operation <> 'UPSERT' AND v.number < NEW.version)))
    THEN
        RAISE EXCEPTION 'Nothing leaves before it is released'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'delivery_golden_was_active';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_released_only BEFORE INSERT ON delivery_delivery
    FOR EACH ROW EXECUTE FUNCTION delivery_released_only();
"""
_NO_RELEASED = """
DROP TRIGGER IF EXISTS delivery_released_only ON delivery_delivery;
DROP FUNCTION IF EXISTS delivery_released_only();
"""
_FENCE = """
CREATE SEQUENCE delivery_fence;
GRANT USAGE, SELECT ON SEQUENCE delivery_fence TO touchstone_app;
INSERT INTO delivery_fanoutcursor (id, xid, message) VALUES (1, 0, 0);
"""


class Migration(migrations.Migration):
    replaces = [("delivery", "0003_invariants")]
    dependencies = [("delivery", "0001_schema"), ("records", "0002_invariants")]

    operations = [
        *append_only("delivery_deliveryattempt", updates=True),
        migrations.RunSQL(_ATTEMPT, _NO_ATTEMPT),
        migrations.RunSQL(_RELEASED, _NO_RELEASED),
        migrations.RunSQL(_FENCE, "DROP SEQUENCE delivery_fence;"),
    ]
