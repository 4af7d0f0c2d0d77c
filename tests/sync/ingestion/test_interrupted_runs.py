"""Runs that are killed, cancelled or interrupted: nothing lost, nothing doubled, nothing half-written."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from mdm.accounts.queries import machine_actor
from mdm.jobs.models import Chunk, Job
from mdm.jobs.operations.cancel import cancel
from mdm.jobs.operations.run_next import run_next
from mdm.records.models import CrosswalkEntry, ExternalId, GoldenRecord, SourceVersion
from sync.ingestion.models import IngestionRun, RejectedRow, StagedRow
from tests.mdm.records.world import World
from tests.sync.conftest import CommandLine
from tests.tools.forked import Shell


@pytest.fixture
def manage(uploads: Path, settings: Settings, tmp_path: Path) -> Iterator[Shell]:
    """Processes of their own on the test's database and uploads."""
    settings.INGEST_BATCH_ROWS, settings.INGEST_CHUNK_KEYS = 500, 150
    with closing(Shell(tmp_path, JOB_RETRY_SECONDS=0, JOB_LEASE_SECONDS=1)) as shell:
        yield shell


def customers(first: int, last: int) -> str:
    """Every hundredth row is ragged, so that rejects have to add up too."""
    rows = (f"{n},Company {n}{',extra' if n % 100 == 0 else ''}\n" for n in range(first, last + 1))
    return "customer,name\n" + "".join(rows)


def assert_all_taken_in_once() -> None:
    job = Job.objects.get()
    assert (job.status, job.counts) == ("DONE", {"rows": 2_000, "created": 1_980, "rejected": 20})
    assert job.done == job.total == 1_980
    assert ExternalId.objects.count() == GoldenRecord.objects.count() == SourceVersion.objects.count() == 1_980
    assert RejectedRow.objects.count() == 20
    assert not StagedRow.objects.exists()


@pytest.mark.parametrize("point", ["jobs.in_apply", "jobs.after_commit"])
def test_workers_killed_again_and_again_end_where_a_clean_run_ends(
    shell: CommandLine, manage: Shell, point: str
) -> None:
    shell.ingest(customers(1, 2_000), "--background")
    kills = 0

    while Job.objects.get().status in ("QUEUED", "RUNNING"):
        code, _ = manage.start(fault=f"{point}:kill9:8").end()
        kills += code == -signal.SIGKILL

    assert kills >= 2
    assert_all_taken_in_once()


def test_two_workers_share_one_run(shell: CommandLine, manage: Shell) -> None:
    shell.ingest(customers(1, 2_000), "--background")

    workers = [manage.start(), manage.start()]

    assert [worker.end()[0] for worker in workers] == [0, 0]
    assert_all_taken_in_once()


def test_a_command_killed_in_the_middle_is_finished_by_a_worker(shell: CommandLine, manage: Shell) -> None:
    path = shell.file("customers.csv", customers(1, 2_000))
    arguments = ("ingest", str(path), "--system", "SAP", "--domain", "party", "--type", "customer", "--processes", "1")

    killed, _ = manage.start(*arguments, fault="jobs.before_commit:kill9:9").end()
    time.sleep(1.1)
    call_command("work")

    assert killed == -signal.SIGKILL
    assert_all_taken_in_once()


def test_control_c_cancels_and_leaves_nothing_half_written(shell: CommandLine, manage: Shell) -> None:
    path = shell.file("customers.csv", customers(1, 8_000))
    arguments = ("ingest", str(path), "--system", "SAP", "--domain", "party", "--type", "customer", "--processes", "1")
    command = manage.start(*arguments)
    until = time.monotonic() + 60
    while not ExternalId.objects.exists() and time.monotonic() < until:
        time.sleep(0.05)

    command.send_signal(signal.SIGINT)
    code, said = command.end()

    assert code == 130, said
    assert "Cancelled" in said
    job = Job.objects.get()
    assert job.status == "CANCELLED"
    assert 0 < job.counts["created"] == ExternalId.objects.count() == CrosswalkEntry.objects.count()
    assert not StagedRow.objects.exists()
    assert not Chunk.objects.filter(status__in=("PENDING", "LEASED")).exists()


def test_a_cancelled_full_run_ends_no_record(shell: CommandLine, world: World, settings: Settings) -> None:
    settings.INGEST_CHUNK_KEYS = 5
    shell.ingest("customer,name\n" + "".join(f"{n},Company {n}\n" for n in range(20)))
    shell.ingest("customer,name\n" + "".join(f"{n},Company {n}\n" for n in range(19)), "--full", "--background")
    job = Job.objects.latest("submitted_at")
    for _ in range(3):
        run_next(job_id=job.pk)

    cancel(job_id=job.pk, actor=machine_actor())

    while run_next(job_id=job.pk):
        pass
    job.refresh_from_db()
    assert job.status == "CANCELLED"
    assert CrosswalkEntry.objects.filter(ended_at__isnull=True).count() == 20


def test_a_run_whose_file_disappeared_fails_with_a_cause_and_writes_nothing(shell: CommandLine) -> None:
    shell.ingest(customers(1, 20), "--background")
    for kept in (shell.folder / "uploads").iterdir():
        kept.unlink()

    while run_next(job_id=Job.objects.get().pk):
        pass

    job = Job.objects.get()
    assert job.status == "FAILED"
    assert "is no longer there" in job.error
    assert not ExternalId.objects.exists()
    assert IngestionRun.objects.get().job == job
