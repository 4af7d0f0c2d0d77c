"""Whole imports at the same moment."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from mdm.jobs.models import Job
from mdm.jobs.operations.run_next import run_next
from mdm.records.models import GoldenRecord, SourceVersion
from tests.mdm.records.world import World, build_world
from tests.races.together import together

ROWS = 300


@pytest.fixture
def world(transactional_db: None, tmp_path: Path, settings: Settings) -> World:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.JOB_RETRY_SECONDS = 0
    return build_world()


def drain() -> None:
    while run_next():
        pass


def test_one_file_imported_twice_at_once_is_taken_in_once(world: World, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("customer,name\n" + "".join(f"{number},Nord Stahl {number} AG\n" for number in range(ROWS)))
    for _ in range(2):
        call_command("ingest", str(path), system="SAP", domain="party", background=True, stdout=StringIO())

    together(drain, drain)
    drain()

    jobs = list(Job.objects.all())
    assert [job.status for job in jobs] == ["DONE", "DONE"]
    assert sum(job.counts.get("created", 0) for job in jobs) == ROWS
    assert sum(job.counts.get("unchanged", 0) for job in jobs) == ROWS
    assert GoldenRecord.objects.count() == SourceVersion.objects.count() == ROWS


def test_two_files_that_contradict_each_other_at_once_leave_both_versions_in_order(
    world: World, tmp_path: Path
) -> None:
    for letter in "AB":
        path = tmp_path / f"{letter}.csv"
        path.write_text("customer,name\n" + "".join(f"{n},Nord Stahl {n} {letter}\n" for n in range(ROWS)))
        call_command("ingest", str(path), system="SAP", domain="party", background=True, stdout=StringIO())

    together(drain, drain)
    drain()

    jobs = list(Job.objects.all())
    assert [job.status for job in jobs] == ["DONE", "DONE"]
    assert sum(job.counts.get("created", 0) for job in jobs) == ROWS
    assert sum(job.counts.get("updated", 0) for job in jobs) == ROWS
    assert GoldenRecord.objects.count() == ROWS
    assert SourceVersion.objects.filter(number=2).count() == ROWS
