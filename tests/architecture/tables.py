"""What every table keeps to: listed values, protected references, references that point down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db import models
from django.db.models import CheckConstraint, Q

LAYERS: Final = [
    *("kernel", "accounts", "events", "jobs", "governance", "records", "matching", "stewardship", "api", "web"),
    *("limits", "connectors", "mapping", "targets", "flows", "delivery", "ingestion", "reconciliation"),
    *("sync_api", "sync_web"),
]
LISTED: Final = {"status", "kind", "mode", "action", "state", "cause", "operation", "step"}
# Values that other apps register, so that no constraint can list them.
OPEN: Final = {
    "jobs.Job.kind": "each app registers the kinds of its own jobs",
    "records.RecordKey.kind": "a domain pack declares the schemes of its identifiers",
    "targets.Connection.kind": "each folder of connectors registers one",
}


def unlisted(model: type[models.Model]) -> Iterator[str]:
    """Yield each status-like column that no named check constraint confines to its values."""
    for field in model._meta.local_fields:
        label = f"{model._meta.label}.{field.name}"
        if field.name not in LISTED or not isinstance(field, models.CharField) or label in OPEN:
            continue
        choices = {value for value, _ in field.flatchoices}
        listed = [values for values in _lists(model, field.name) if not choices or values == choices]
        if not listed:
            yield f"{label} has no check constraint that lists its values"


def unprotected(model: type[models.Model]) -> Iterator[str]:
    """Yield each foreign key whose target may be deleted under it."""
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT:
            yield f"{model._meta.label}.{field.name} must be on_delete=PROTECT"


def upward(model: type[models.Model], layers: list[str] = LAYERS) -> Iterator[str]:
    """Yield each foreign key that points to a layer above the model's own."""
    here = layers.index(model._meta.app_label)
    for field in model._meta.local_fields:
        if not isinstance(field, models.ForeignKey):
            continue
        target = field.related_model._meta.app_label
        if target not in layers or layers.index(target) > here:
            yield f"{model._meta.label}.{field.name} points up, to {target}"


def _lists(model: type[models.Model], name: str) -> Iterator[set[Any]]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, CheckConstraint) and isinstance(constraint.condition, Q) and constraint.name:
            for lookup, values in _leaves(constraint.condition):
                if lookup == f"{name}__in":
                    yield set(values)


def _leaves(condition: Q) -> Iterable[tuple[str, Any]]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from _leaves(child)
        elif isinstance(child, tuple):
            yield child
