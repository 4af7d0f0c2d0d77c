"""Mappings are history: a delivery's mapping is what it was when it was made."""

from __future__ import annotations

from django.db import migrations

from mdm.kernel.history import append_only


class Migration(migrations.Migration):
    dependencies = [("flows", "0001_schema")]

    operations = [*append_only("flows_mappingversion")]
