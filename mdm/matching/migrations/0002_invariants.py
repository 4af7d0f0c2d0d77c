"""Decisions and verdicts are history; a verdict supersedes one about the same pair, and an undo is set once."""

from django.db import migrations

from mdm.kernel.history import append_only

VERDICTS = """
ALTER TABLE matching_verdict ADD CONSTRAINT verdict_of_pair UNIQUE (id, left_id, right_id);
ALTER TABLE matching_verdict ADD CONSTRAINT verdict_supersedes_same_pair
    FOREIGN KEY (supersedes_id, left_id, right_id) REFERENCES matching_verdict (id, left_id, right_id);
"""

DECISIONS = """
CREATE FUNCTION matching_decision_only_undone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.undone_by_id IS NOT NULL OR NEW.undone_by_id IS NULL
       OR to_jsonb(NEW) - 'undone_by_id' IS DISTINCT FROM to_jsonb(OLD) - 'undone_by_id' THEN
        RAISE EXCEPTION 'decision % is history: it may be undone once, and nothing else about it changes', OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'decision_only_undone';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM matching_decision
                   WHERE id = NEW.undone_by_id AND kind = 'UNDO' AND of_id = NEW.id AND domain_id = NEW.domain_id) THEN
        RAISE EXCEPTION 'decision % is no undo of decision %', NEW.undone_by_id, OLD.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'decision_undone_by_its_undo';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_only_undone BEFORE UPDATE ON matching_decision
    FOR EACH ROW EXECUTE FUNCTION matching_decision_only_undone();

CREATE FUNCTION matching_check_golden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM matching_decision d JOIN records_goldenrecord g ON g.domain_id = d.domain_id
                   WHERE d.id = NEW.decision_id AND g.id = NEW.golden_id) THEN
        RAISE EXCEPTION 'golden record % is of another domain than decision %', NEW.golden_id, NEW.decision_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'decision_golden_of_same_domain';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_golden_of_same_domain BEFORE INSERT ON matching_decisiongolden
    FOR EACH ROW EXECUTE FUNCTION matching_check_golden();
"""


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_schema")]

    operations = [
        migrations.RunSQL(VERDICTS, migrations.RunSQL.noop),
        migrations.RunSQL(DECISIONS, migrations.RunSQL.noop),
        *append_only("matching_verdict"),
        *append_only("matching_decisiongolden"),
        *append_only("matching_decision", updates=True),
        migrations.RunSQL("REVOKE DELETE, TRUNCATE ON matching_matchrun FROM touchstone_app", migrations.RunSQL.noop),
    ]
