from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import connection, transaction

from mdm.kernel.clock import database_now
from sync.flows.models import Direction, Flow, FlowMode, FlowRun, RunStatus
from sync.flows.schedule import last_firing

# A firing that was seen later than this came after a pause of whoever rings.
LATE = dt.timedelta(minutes=1)

_BEGIN = """
INSERT INTO flows_flowrun (flow_id, fire_at, status, late, missed, counts, started_at)
VALUES (%s, %s, 'RUNNING', %s, %s, '{}', clock_timestamp())
ON CONFLICT (flow_id, fire_at) DO NOTHING RETURNING id
"""


def fire_schedules(*, now: dt.datetime | None = None) -> list[FlowRun]:
    """Every active flow whose schedule came due since its last run has one run for its last fire time, however many
    clocks ring; returns those that this call began. Firings passed over are counted, and a catch-up is marked late.

    `now` is the database's time; tests may pass another.
    """
    moment = now or database_now()
    due = Flow.objects.filter(direction=Direction.OUT, mode=FlowMode.ACTIVE).exclude(schedule="")
    begun = [_begin(flow, moment) for flow in due.order_by("pk")]
    return [run for run in begun if run is not None]


@transaction.atomic
def _begin(flow: Flow, now: dt.datetime) -> FlowRun | None:
    last = FlowRun.objects.filter(flow=flow).order_by("-fire_at").values_list("fire_at", flat=True).first()
    after = max(filter(None, (last, flow.scheduled_from, flow.created_at)))
    firing = last_firing(flow.schedule, flow.time_zone, after=after, now=now)
    if firing is None:
        return None
    late = now - firing.fire_at > LATE
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [flow.pk, firing.fire_at, late, firing.missed])
        row = cursor.fetchone()
    return FlowRun.objects.select_related("flow").get(pk=row[0]) if row else None


def finish_run(*, run: FlowRun, counts: Mapping[str, int]) -> None:
    """The run is done; finishing it twice changes nothing."""
    FlowRun.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
        status=RunStatus.DONE, counts=dict(counts), finished_at=database_now()
    )
