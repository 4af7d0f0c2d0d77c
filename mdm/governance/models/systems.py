"""Registered applications and the identifiers they give."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mdm.governance.models.domains import Domain

HUB = "HUB"


class System(models.Model):
    """A registered application. The hub is one itself: records born here and pins are its own."""

    code = models.CharField(max_length=40, primary_key=True)
    label = models.CharField(max_length=120)
    is_hub = models.BooleanField(default=False)
    colour = models.SmallIntegerField(default=0)
    url = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9_-]{0,39}$"), name="system_code_form"),
            models.UniqueConstraint(fields=["is_hub"], condition=Q(is_hub=True), name="system_one_hub"),
            models.CheckConstraint(
                condition=Q(is_hub=True, code=HUB) | (Q(is_hub=False) & ~Q(code=HUB)), name="system_hub_is_named_hub"
            ),
            models.CheckConstraint(condition=Q(colour__gte=0, colour__lte=11), name="system_colour_in_palette"),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__startswith="https://") | Q(url__startswith="http://"),
                name="system_url_is_web",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class IdType(models.Model):
    """One kind of identifier of one system, and how its spellings compare.

    The canonicaliser, the kind of scope and what the type belongs to are fixed: stored identifiers depend on them.
    """

    system = models.ForeignKey(System, on_delete=models.PROTECT, db_index=False, related_name="id_types")
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="id_types")
    name = models.CharField(max_length=40)
    canonicaliser = models.CharField(max_length=40)
    scope_kind = models.CharField(max_length=40, blank=True, default="")
    pattern = models.CharField(max_length=200, blank=True, default="")
    deep_link = models.CharField(max_length=500, blank=True, default="")
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "domain", "name"], name="id_type_unique"),
            models.UniqueConstraint(
                fields=["system", "domain"], condition=Q(is_default=True), name="id_type_one_default"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"^[a-z][a-z0-9_]{0,39}$"), name="id_type_name_form"),
            models.CheckConstraint(
                condition=Q(deep_link="") | Q(deep_link__startswith="https://"), name="id_type_deep_link_is_https"
            ),
            models.CheckConstraint(
                condition=Q(deep_link="") | Q(deep_link__contains="{id}"), name="id_type_deep_link_names_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system_id}/{self.domain_id}/{self.name}"
