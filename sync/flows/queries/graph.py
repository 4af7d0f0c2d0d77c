"""The flows as a graph of who gives which attributes to whom."""

from __future__ import annotations

from collections.abc import Iterator

from mdm.governance.models import HUB, Mode, Ownership
from sync.flows.loops import ANY, Edge, Loop, loops_through
from sync.flows.models import Direction, Flow, FlowMode


def loops_of(flow: Flow) -> Iterator[Loop]:
    """Yield each loop that the flow would close if it were active.

    What a target returns to the hub at once is recognised there attribute by attribute, and is no loop; what comes back
    through a further system is.
    """
    others = Flow.objects.filter(domain_id=flow.domain_id).exclude(mode=FlowMode.OFF).exclude(pk=flow.pk)
    edges = [edge for other in others if (edge := _edge(other)) is not None]
    own = _edge(flow)
    for loop in loops_through(own, edges) if own is not None else ():
        if len(loop.systems) > 2 or HUB not in loop.systems:
            yield loop


def _edge(flow: Flow) -> Edge | None:
    """What the hub takes in is what the sender may say; a flow of nothing is none."""
    attributes = frozenset(name.partition(".")[0] for name in flow.attributes)
    if flow.direction != Direction.IN:
        return Edge(flow.code, flow.source_id, flow.target_id, attributes)
    said = _said(flow)
    if not said:
        return None
    taken = attributes if ANY in said else (said & attributes if attributes else said)
    return Edge(flow.code, flow.source_id, flow.target_id, taken) if taken or ANY in said else None


def _said(flow: Flow) -> frozenset[str]:
    """The attributes that the flow's source may write or propose; `*` is every one."""
    rows = Ownership.objects.filter(domain_id=flow.domain_id, system_id=flow.source_id).exclude(mode=Mode.READS)
    return frozenset(name.partition(".")[0] for name in rows.values_list("attribute", flat=True))
