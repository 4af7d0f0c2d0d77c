"""What must never be wrong about definitions and systems, held by the database itself."""

from django.db import migrations

from mdm.kernel.history import append_only

VERSIONS = """
CREATE FUNCTION governance_version_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE publication text[] := '{status,published_by_id,published_at}';
BEGIN
    IF (NEW.id, NEW.domain_id, NEW.number, NEW.drafted_by_id, NEW.created_at)
       IS DISTINCT FROM (OLD.id, OLD.domain_id, OLD.number, OLD.drafted_by_id, OLD.created_at) THEN
        RAISE EXCEPTION 'the identity of a row of % never changes', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_identity_fixed';
    END IF;
    IF OLD.status = 'DRAFT' AND NEW.status = 'DRAFT' THEN
        RETURN NEW;
    END IF;
    IF OLD.status = 'DRAFT' AND NEW.status = 'ACTIVE'
       AND to_jsonb(NEW) - publication IS NOT DISTINCT FROM to_jsonb(OLD) - publication THEN
        RETURN NEW;
    END IF;
    IF OLD.status = 'ACTIVE' AND NEW.status = 'RETIRED'
       AND to_jsonb(NEW) - 'status' IS NOT DISTINCT FROM to_jsonb(OLD) - 'status' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% number % of % is % and published definitions never change', TG_TABLE_NAME, OLD.number,
        OLD.domain_id, OLD.status
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_immutable_once_published';
END $$;
CREATE TRIGGER domain_version_immutable_once_published BEFORE UPDATE ON governance_domainversion
    FOR EACH ROW EXECUTE FUNCTION governance_version_is_immutable();
CREATE TRIGGER rule_set_immutable_once_published BEFORE UPDATE ON governance_ruleset
    FOR EACH ROW EXECUTE FUNCTION governance_version_is_immutable();

ALTER TABLE governance_domainversion ADD CONSTRAINT domain_version_in_domain UNIQUE (id, domain_id);
ALTER TABLE governance_ruleset ADD CONSTRAINT rule_set_version_of_same_domain
    FOREIGN KEY (domain_version_id, domain_id) REFERENCES governance_domainversion (id, domain_id);
"""

IDENTITIES = """
CREATE FUNCTION governance_identity_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the identity of a row of % never changes', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_identity_fixed';
END $$;
CREATE TRIGGER domain_identity_fixed BEFORE UPDATE ON governance_domain FOR EACH ROW
    WHEN ((NEW.code, NEW.code_prefix) IS DISTINCT FROM (OLD.code, OLD.code_prefix))
    EXECUTE FUNCTION governance_identity_is_fixed();
CREATE TRIGGER system_identity_fixed BEFORE UPDATE ON governance_system FOR EACH ROW
    WHEN ((NEW.code, NEW.is_hub) IS DISTINCT FROM (OLD.code, OLD.is_hub))
    EXECUTE FUNCTION governance_identity_is_fixed();
CREATE TRIGGER id_type_identity_fixed BEFORE UPDATE ON governance_idtype FOR EACH ROW
    WHEN ((NEW.id, NEW.system_id, NEW.domain_id, NEW.name, NEW.canonicaliser, NEW.scope_kind)
          IS DISTINCT FROM (OLD.id, OLD.system_id, OLD.domain_id, OLD.name, OLD.canonicaliser, OLD.scope_kind))
    EXECUTE FUNCTION governance_identity_is_fixed();
REVOKE DELETE, TRUNCATE ON governance_ownership FROM touchstone_app;
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_schema")]

    operations = [
        migrations.RunSQL(VERSIONS, migrations.RunSQL.noop),
        migrations.RunSQL(IDENTITIES, migrations.RunSQL.noop),
        *append_only("governance_domain", updates=True),
        *append_only("governance_domainversion", updates=True),
        *append_only("governance_ruleset", updates=True),
        *append_only("governance_system", updates=True),
        *append_only("governance_idtype", updates=True),
        migrations.RunSQL(
            "REVOKE DELETE, TRUNCATE ON governance_domainpolicy FROM touchstone_app", migrations.RunSQL.noop
        ),
    ]
