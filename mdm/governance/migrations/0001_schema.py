import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    replaces = [("governance", "0001_initial"), ("governance", "0004_policy")]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Domain",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=120)),
                ("code_prefix", models.CharField(max_length=2)),
                ("ownership_stamp", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z][a-z0-9_]{0,39}$")), name="domain_code_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code_prefix__regex", "^[A-Z]{2}$")), name="domain_code_prefix_form"
                    ),
                    models.UniqueConstraint(fields=("code_prefix",), name="domain_code_prefix_unique"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DomainVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "domain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="governance.domain",
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[("DRAFT", "Draft"), ("ACTIVE", "Active"), ("RETIRED", "Retired")], max_length=7
                    ),
                ),
                ("content", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("based_on", models.IntegerField(null=True)),
                (
                    "drafted_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "published_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("published_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("domain", "number"), name="domain_version_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "ACTIVE")), fields=("domain",), name="domain_version_one_active"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["DRAFT", "ACTIVE", "RETIRED"])),
                        name="domain_version_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="domain_version_number_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("based_on__isnull", True), ("based_on__lt", models.F("number")), _connector="OR"
                        ),
                        name="domain_version_base_is_earlier",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_at__isnull", True), ("published_by__isnull", True), ("status", "DRAFT")
                            ),
                            models.Q(
                                models.Q(("status", "DRAFT"), _negated=True),
                                ("published_at__isnull", False),
                                ("published_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="domain_version_published_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("content_hash__regex", "^[0-9a-f]{64}$")), name="domain_version_hash_form"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DomainPolicy",
            fields=[
                (
                    "domain",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="policy",
                        serialize=False,
                        to="governance.domain",
                    ),
                ),
                (
                    "release",
                    models.CharField(
                        choices=[
                            ("auto", "as soon as nothing stands against it"),
                            ("reviewed", "when matching found nothing, or a person decided"),
                            ("steward", "always by a person"),
                        ],
                        default="reviewed",
                        max_length=8,
                    ),
                ),
                ("hold_seconds", models.IntegerField(default=300)),
                ("auto_merge", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("release__in", ["auto", "reviewed", "steward"])),
                        name="domain_policy_release_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hold_seconds__gte", 0), ("hold_seconds__lte", 3600)),
                        name="domain_policy_hold_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="System",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=120)),
                ("is_hub", models.BooleanField(default=False)),
                ("colour", models.SmallIntegerField(default=0)),
                ("url", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z0-9][A-Z0-9_-]{0,39}$")), name="system_code_form"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_hub", True)), fields=("is_hub",), name="system_one_hub"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code", "HUB"), ("is_hub", True)),
                            models.Q(("is_hub", False), models.Q(("code", "HUB"), _negated=True)),
                            _connector="OR",
                        ),
                        name="system_hub_is_named_hub",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("colour__gte", 0), ("colour__lte", 11)), name="system_colour_in_palette"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("url", ""),
                            ("url__startswith", "https://"),
                            ("url__startswith", "http://"),
                            _connector="OR",
                        ),
                        name="system_url_is_web",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdType",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "system",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="id_types",
                        to="governance.system",
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="id_types", to="governance.domain"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("canonicaliser", models.CharField(max_length=40)),
                ("scope_kind", models.CharField(blank=True, default="", max_length=40)),
                ("pattern", models.CharField(blank=True, default="", max_length=200)),
                ("deep_link", models.CharField(blank=True, default="", max_length=500)),
                ("is_default", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("system", "domain", "name"), name="id_type_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("system", "domain"),
                        name="id_type_one_default",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "^[a-z][a-z0-9_]{0,39}$")), name="id_type_name_form"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deep_link", ""), ("deep_link__startswith", "https://"), _connector="OR"),
                        name="id_type_deep_link_is_https",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deep_link", ""), ("deep_link__contains", "{id}"), _connector="OR"),
                        name="id_type_deep_link_names_id",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "domain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rule_sets",
                        to="governance.domain",
                    ),
                ),
                ("number", models.IntegerField()),
                (
                    "domain_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rule_sets",
                        to="governance.domainversion",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("DRAFT", "Draft"), ("ACTIVE", "Active"), ("RETIRED", "Retired")], max_length=7
                    ),
                ),
                ("content", models.JSONField()),
                ("content_hash", models.CharField(max_length=64)),
                ("review_threshold", models.DecimalField(decimal_places=3, max_digits=7)),
                ("auto_threshold", models.DecimalField(decimal_places=3, max_digits=7)),
                ("based_on", models.IntegerField(null=True)),
                (
                    "drafted_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "published_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("published_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("domain", "number"), name="rule_set_unique"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "ACTIVE")), fields=("domain",), name="rule_set_one_active"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["DRAFT", "ACTIVE", "RETIRED"])), name="rule_set_status_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="rule_set_number_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("review_threshold__lte", models.F("auto_threshold"))),
                        name="rule_set_review_not_above_auto",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("auto_threshold__lt", 10000)), name="rule_set_threshold_is_a_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("based_on__isnull", True), ("based_on__lt", models.F("number")), _connector="OR"
                        ),
                        name="rule_set_base_is_earlier",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("published_at__isnull", True), ("published_by__isnull", True), ("status", "DRAFT")
                            ),
                            models.Q(
                                models.Q(("status", "DRAFT"), _negated=True),
                                ("published_at__isnull", False),
                                ("published_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="rule_set_published_by_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("content_hash__regex", "^[0-9a-f]{64}$")), name="rule_set_hash_form"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ownership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "domain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ownership",
                        to="governance.domain",
                    ),
                ),
                ("attribute", models.CharField(max_length=200)),
                (
                    "system",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.system",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("writes", "Writes"), ("proposes", "Proposes"), ("reads", "Reads")], max_length=8
                    ),
                ),
                ("group_key", models.CharField(blank=True, default="", max_length=64)),
                ("role", models.CharField(blank=True, default="", max_length=64)),
                ("country", models.CharField(blank=True, default="", max_length=2)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("domain", "attribute", "system", "group_key", "role", "country"),
                        name="ownership_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mode__in", ["writes", "proposes", "reads"])), name="ownership_mode_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("attribute", "*"),
                            ("attribute__regex", "^[a-z][a-z0-9_]{0,39}(\\.[a-z][a-z0-9_]{0,39})?$"),
                            _connector="OR",
                        ),
                        name="ownership_attribute_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("country", ""), ("country__regex", "^[A-Z]{2}$"), _connector="OR"),
                        name="ownership_country_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("group_key", ""), models.Q(("attribute", "*"), _negated=True), _connector="OR"
                        ),
                        name="ownership_key_needs_group",
                    ),
                ],
            },
        ),
    ]
