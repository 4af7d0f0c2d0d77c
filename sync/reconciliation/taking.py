"""The golden value behind a target's: what would have to stand in the golden record for the target to hold this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mdm.kernel.errors import Conflict, Invalid
from mdm.records.pinnable import checked_value
from sync.connectors.documents import differences
from sync.delivery.queries.lanes import goldens_as_they_stand
from sync.flows.mappings import content_of
from sync.flows.models import MappingVersion
from sync.mapping.applying import apply
from sync.mapping.content import GoldenView, ListRule, MappingContent, ObjectRule, Rule, ValueRule
from sync.reconciliation.models import DriftFinding
from sync.reconciliation.reading import flow_of


def golden_value(found: DriftFinding) -> Any:
    """Return the value for the finding's path that the flow's mapping turns into what the target holds.

    Raises: Invalid when the field has no path of its own, or no value would read so; Conflict when no flow carries it.
    """
    if not found.path or ("." in found.path and found.path.endswith("]")) or not found.found:
        raise _not_one(found)
    flow = flow_of(found.connection_id, found.object)
    content = content_of(MappingVersion.objects.get(pk=flow.mapping))
    states = goldens_as_they_stand([found.golden_id], flow.ids)
    if not states:
        raise Conflict(f"{found.golden.code} is not released any more.", field="finding")
    state, there = states[0], found.found["target"]
    for candidate in _candidates(content, there):
        try:
            value = checked_value(found.golden.domain_id, found.path, candidate)
        except Invalid:
            continue
        changed = dict(state.values) | {found.path: value}
        document = apply(content, GoldenView(state.code, state.version, changed, state.status)).document
        if not _differs(document, found.target_field, there):
            return value
    raise _not_one(found)


def _candidates(content: MappingContent, there: Any) -> Iterator[Any]:
    """The value itself, then each of our words that some value map turns into it."""
    yield there
    for values in _value_maps(content.rules):
        yield from (ours for ours, theirs in values.items() if theirs == there)


def _value_maps(rules: tuple[Rule, ...]) -> Iterator[Mapping[str, Any]]:
    for rule in rules:
        if isinstance(rule, ValueRule) and rule.shaping.values is not None:
            yield rule.shaping.values.values
        elif isinstance(rule, ObjectRule | ListRule):
            yield from _value_maps(rule.rules)


def _differs(document: Mapping[str, Any], field: str, there: Any) -> bool:
    """Whether the document holds something else than `there` at the field."""
    holder: Any = document
    for part in field.replace("]", "").replace("[", ".").split("."):
        if isinstance(holder, Mapping):
            holder = holder.get(part)
        elif isinstance(holder, list) and part.isdecimal() and int(part) < len(holder):
            holder = holder[int(part)]
        else:
            return True
    return bool(differences({"value": holder}, {"value": there}))


def _not_one(found: DriftFinding) -> Invalid:
    return Invalid(
        "No single value of the golden record stands behind this field.",
        field="finding",
        value=str(found.pk),
        remedy="Change the golden record by hand, or heal the target.",
    )
