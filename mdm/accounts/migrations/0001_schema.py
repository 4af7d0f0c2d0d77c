import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("accounts", "0001_initial")]

    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Actor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "Person"), ("service", "Service"), ("machine", "Touchstone itself")],
                        max_length=7,
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, null=True, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "service", "machine"])), name="actor_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("email__isnull", False), ("kind", "person")),
                            models.Q(models.Q(("kind", "person"), _negated=True), ("email__isnull", True)),
                            _connector="OR",
                        ),
                        name="actor_person_has_email",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                        name="actor_email_lower_case",
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="actor_has_name"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "machine")), fields=("kind",), name="actor_one_machine"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("domain", models.CharField(max_length=40)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("view", "view"),
                            ("propose", "propose"),
                            ("decide", "decide"),
                            ("approve", "approve"),
                            ("publish", "publish"),
                            ("reveal", "reveal"),
                            ("operate", "operate"),
                        ],
                        max_length=10,
                    ),
                ),
                ("scope", models.CharField(default="*", max_length=80)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "domain", "action", "scope"), name="grant_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("action__in", ["view", "propose", "decide", "approve", "publish", "reveal", "operate"])
                        ),
                        name="grant_action_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("domain__regex", "^(\\*|[a-z][a-z0-9_]*)$")), name="grant_domain_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scope__regex", "^(\\*|system:[A-Z0-9_-]+)$")), name="grant_scope_form"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("prefix", models.CharField(max_length=12, unique=True)),
                ("secret_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("secret_hash__regex", "^[0-9a-f]{64}$")), name="api_key_hash_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("prefix__regex", "^[a-z0-9]{12}$")), name="api_key_prefix_form"
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="api_key_has_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_at__isnull", True), ("expires_at__gt", models.F("created_at")), _connector="OR"
                        ),
                        name="api_key_expires_after_creation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignInThrottle",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("tries", models.IntegerField()),
                ("window_started_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("tries__gte", 0)), name="sign_in_throttle_tries_not_negative"
                    )
                ],
            },
        ),
    ]
