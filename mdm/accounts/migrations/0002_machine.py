"""The hub itself may do everything: it acts for no one, in migrations, demo data and scheduled work."""

from django.db import migrations

FORWARD = """
INSERT INTO accounts_actor (password, kind, email, name, is_active) VALUES ('!', 'machine', NULL, 'Touchstone', true);
INSERT INTO accounts_grant (subject_id, domain, action, scope)
SELECT id, '*', action, '*' FROM accounts_actor,
    unnest(ARRAY['view', 'propose', 'decide', 'approve', 'publish', 'reveal', 'operate']) AS action
WHERE kind = 'machine';
REVOKE DELETE, TRUNCATE ON accounts_actor, accounts_apikey FROM touchstone_app;
"""
REVERSE = """
DELETE FROM accounts_grant USING accounts_actor a WHERE a.id = subject_id AND a.kind = 'machine';
DELETE FROM accounts_actor WHERE kind = 'machine';
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_schema")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
