"""Which values of the sources are the golden ones, compared as the hub reads them and not as they were written."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from mdm.accounts.models import Actor
from mdm.accounts.queries import require
from mdm.records.models import GoldenVersion, SourceVersion
from mdm.records.queries.golden import GoldenView


def agreeing(*, actor: Actor, view: GoldenView) -> dict[int, frozenset[str]]:
    """Return by source record the paths at which it says what the golden record says; also of masked values.

    Raises: NotAllowed in a domain that the actor may not view.
    """
    require(actor, "view", view.domain)
    golden: dict[str, Any] = (
        GoldenVersion.objects.filter(golden__code=view.code, number=view.number).values_list("values", flat=True).get()
    ) or {}
    wanted = Q(pk__in=[])
    for source in view.sources:
        wanted |= Q(source_record=source.source_record, number=source.version)
    said = SourceVersion.objects.filter(wanted).values_list("source_record_id", "values", "standardised")
    return {
        record: frozenset(path for path, value in _read(values, overlay).items() if _equal(golden, path, value))
        for record, values, overlay in said
    }


def _read(values: dict[str, Any] | None, overlay: dict[str, Any] | None) -> dict[str, Any]:
    return {**(values or {}), **(overlay or {})}


def _equal(golden: dict[str, Any], path: str, value: object) -> bool:
    return value is not None and golden.get(path) == value
