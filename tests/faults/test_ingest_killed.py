"""An import whose worker dies: it goes on where it was, and its totals are those of a clean run."""

from __future__ import annotations

import signal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from mdm.events.models import AuditEvent
from mdm.events.queries import verify
from mdm.jobs.models import Job
from mdm.records.models import CrosswalkEntry, ExternalId, GoldenRecord, GoldenVersion, SourceRecord, SourceVersion
from mdm.records.queries.rebuild import deviations
from sync.ingestion.models import StagedRow
from tests.mdm.records.world import World, build_world
from tests.tools.forked import Shell

ROWS = 4_500


@pytest.fixture
def customers(transactional_db: None, tmp_path: Path) -> Path:
    lines = [f"{number},Nord Stahl {number} AG,de\n" for number in range(ROWS)]
    path = tmp_path / "customers.csv"
    path.write_text("customer,name,language\n" + "".join(lines))
    return path


@pytest.fixture
def world(transactional_db: None) -> World:
    return build_world()


# The first chunk reads the file, the second plans, and three take in 2,000 records at most each.
@pytest.mark.parametrize("fault", ["jobs.in_apply:kill9:1", "jobs.before_commit:kill9:4", "jobs.after_commit:kill9:3"])
def test_a_killed_import_goes_on_and_ends_like_a_clean_one(
    fault: str, world: World, customers: Path, manage: Shell
) -> None:
    call_command("ingest", str(customers), system="SAP", domain="party", background=True, stdout=StringIO())

    killed, _ = manage.start(fault=fault, JOB_LEASE_SECONDS=1).end()
    call_command("work", stdout=StringIO())

    assert killed == -signal.SIGKILL
    job = Job.objects.get()
    assert (job.status, job.counts) == ("DONE", {"rows": ROWS, "created": ROWS})
    assert (job.done, job.total) == (ROWS, ROWS)
    for table in (ExternalId, SourceRecord, SourceVersion, GoldenRecord, GoldenVersion, CrosswalkEntry):
        assert table._default_manager.count() == ROWS, table
    assert AuditEvent.objects.filter(type="records.observed").count() == 3
    assert AuditEvent.objects.filter(type="ingestion.finished").count() == 1
    assert not StagedRow.objects.exists()
    assert verify() == []
    assert deviations("party", goldens=list(GoldenRecord.objects.values_list("pk", flat=True)[:50])) == []
