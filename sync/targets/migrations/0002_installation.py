"""The one row that says whether anything may leave: at first nothing does."""

from __future__ import annotations

from django.db import migrations

_FORWARD = "INSERT INTO targets_installation (id, sending, reason) VALUES (1, false, '');"


class Migration(migrations.Migration):
    dependencies = [("targets", "0001_schema")]

    operations = [migrations.RunSQL(_FORWARD, migrations.RunSQL.noop)]
