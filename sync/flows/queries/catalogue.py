"""The catalogue of flows: what moves from where to where, and whether it has fallen silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from mdm.accounts.models import Actor
from mdm.accounts.queries import permissions_of
from mdm.kernel.clock import database_now
from mdm.kernel.errors import NotFound
from sync.flows.models import Flow, FlowMode, MappingVersion


@dataclass(frozen=True, slots=True)
class FlowLine:
    """One flow; `silent_since` is when something should have moved and did not."""

    flow: Flow
    silent_since: datetime | None

    @property
    def pk(self) -> str:
        return self.flow.pk


def visible_flows(
    *, actor: Actor, mode: str = "", domain: str = "", system: str = "", direction: str = ""
) -> QuerySet[Flow]:
    """Return the flows of the domains that the actor may view, that fit every filter given."""
    permissions = permissions_of(actor)
    found = Flow.objects.select_related("source", "target", "domain", "mapping")
    if not permissions.everywhere("view"):
        found = found.filter(domain__in=permissions.domains("view"))
    for name, value in (("mode", mode), ("domain", domain), ("target", system), ("direction", direction)):
        if value:
            found = found.filter(**{name: value})
    return found


def visible_flow(*, actor: Actor, code: str) -> FlowLine:
    """Return one flow. Raises: NotFound, also for a flow of a domain that the actor may not view."""
    found = visible_flows(actor=actor).filter(pk=code).first()
    if found is None:
        raise NotFound("There is no such flow.", field="flow", value=code[:60], remedy="Look it up in the catalogue.")
    return flow_lines([found])[0]


def flow_lines(flows: list[Flow]) -> list[FlowLine]:
    """Return the flows with their silence, as of the database's clock."""
    now = database_now()
    return [FlowLine(one, silent_since(one, now)) for one in flows]


def silent_flows(*, actor: Actor) -> list[FlowLine]:
    """Return the flows that should have moved something by now and have not, longest silence first."""
    expected = visible_flows(actor=actor, mode=FlowMode.ACTIVE).filter(expected_within__isnull=False)
    silent = [line for line in flow_lines(list(expected)) if line.silent_since is not None]
    return sorted(silent, key=lambda line: (line.silent_since or line.flow.created_at, line.flow.pk))


def silent_since(flow: Flow, now: datetime) -> datetime | None:
    """Return when the flow was due to have moved something, if that has passed; None while all is as expected."""
    if flow.mode != FlowMode.ACTIVE or flow.expected_within is None:
        return None
    due = (flow.last_moved_at or flow.created_at) + timedelta(seconds=flow.expected_within)
    return due if due < now else None


def mappings_of(flow: Flow) -> list[MappingVersion]:
    """Return the flow's mappings, newest first."""
    return list(MappingVersion.objects.filter(flow=flow).select_related("published_by").order_by("-number"))
