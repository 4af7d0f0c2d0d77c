"""Whether what somebody entered for a flow makes sense: told as refusals that name the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from mdm.engine.paths import is_name
from mdm.governance.models import HUB, Domain, System
from mdm.kernel.errors import Conflict, DomainError, Invalid, NotFound
from sync.flows.models import Direction, Flow, LoserPolicy, Pattern
from sync.flows.record_filter import FilterError, compile_filter
from sync.flows.schedule import ScheduleError, check_schedule

LISTS: Mapping[str, list[str]] = {"pattern": Pattern.values, "loser_policy": LoserPolicy.values}


def direction_of(source: str, target: str) -> str:
    """Return the direction that the two ends tell."""
    if source == HUB:
        return Direction.OUT
    return Direction.IN if target == HUB else Direction.AROUND


def check_ends(*, source: str, target: str, domain: str) -> None:
    """Raises: NotFound for a system or domain that is not registered."""
    for field, code in (("source", source), ("target", target)):
        if not System.objects.filter(pk=code).exists():
            raise NotFound(f"There is no system {code}.", field=field, value=code, remedy="Register it first.")
    if not Domain.objects.filter(pk=domain).exists():
        raise NotFound(f"There is no domain {domain}.", field="domain", value=domain, remedy="Publish it first.")


def check_flow(flow: Flow) -> None:
    """Raises: Invalid for a text too long, an unknown word, a filter, a schedule or attributes of the wrong form."""
    for field in Flow._meta.local_fields:
        if isinstance(field, models.CharField) and len(getattr(flow, field.attname)) > (field.max_length or 0):
            raise Invalid(
                f"The {field.name} is too long.", field=field.name, remedy=f"Use {field.max_length} characters."
            )
    for name, words in LISTS.items():
        if getattr(flow, name) not in words:
            raise Invalid(f"The {name} cannot be that.", field=name, remedy=f"Use one of {', '.join(words)}.")
    _check_filter(flow.record_filter)
    _check_attributes(flow.attributes)
    try:
        check_schedule(flow.schedule, flow.time_zone)
    except ScheduleError as error:
        raise Invalid(error.message, field=error.field, remedy=error.remedy) from None


def _check_filter(content: Any) -> None:
    if not isinstance(content, Mapping):
        raise Invalid("A record filter is an object.", field="record_filter", remedy="Write {} for every record.")
    try:
        compile_filter(content)
    except FilterError as error:
        raise Invalid(f"{error.message} ({error.where})", field="record_filter", remedy=error.remedy) from None


def _check_attributes(names: Any) -> None:
    if not isinstance(names, list) or len(names) > 200 or not all(isinstance(name, str) for name in names):
        raise Invalid("Attributes are a list of names.", field="attributes", remedy="List attributes of the domain.")
    for name in names:
        if not all(map(is_name, name.split("."))):
            raise Invalid(f"{name[:80]!r} is no attribute.", field="attributes", remedy="Write name or addresses.city.")


def refusals(flow: Flow) -> dict[str, Any]:
    """Return what each constraint of a flow means to whoever entered it."""

    def wrong(field: str, message: str, remedy: str) -> DomainError:
        return Invalid(message, field=field, value=str(getattr(flow, field))[:200], remedy=remedy)

    return {
        "flows_flow_pkey": lambda: Conflict(
            f"There is a flow {flow.pk}.", field="code", value=str(flow.pk), remedy="Choose another code."
        ),
        "flow_code_form": lambda: wrong("code", "That is no code.", "Use small letters, digits and -."),
        "flow_joins_two_systems": lambda: wrong("target_id", "A flow joins two systems.", "Choose another target."),
        "flow_silence_is_positive": lambda: wrong(
            "expected_within", "The alarm needs some time.", "Give seconds above 0."
        ),
    }
