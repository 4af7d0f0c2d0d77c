"""The hub is a system itself."""

from django.db import migrations

HUB = """
INSERT INTO governance_system (code, label, is_hub, colour, url) VALUES ('HUB', 'Touchstone', true, 0, '')
ON CONFLICT (code) DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0002_invariants")]

    operations = [migrations.RunSQL(HUB, migrations.RunSQL.noop)]
