"""Values as sent do not stay for ever: rejected rows and abandoned drafts go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sync.ingestion.models import IngestionRun, RejectedRow
from sync.ingestion.operations.forget_old import forget_old
from tests.mdm.records.world import World
from tests.sync.conftest import CommandLine
from tests.sync.web.test_imports import person, signed_in, upload

AsOwner = Callable[[], Any]


def test_rejected_rows_go_after_a_month(shell: CommandLine, as_owner: AsOwner) -> None:
    shell.ingest("customer,name\n1\n")
    shell.ingest("customer,name\n2\n")
    with as_owner() as cursor:
        cursor.execute(
            "UPDATE jobs_job SET finished_at = finished_at - interval '31 days'"
            " WHERE id = (SELECT job_id FROM ingestion_ingestionrun ORDER BY id LIMIT 1)"
        )

    forget_old()

    assert list(RejectedRow.objects.values_list("run_id", flat=True)) == [IngestionRun.objects.latest("id").pk]


def test_a_draft_that_nobody_started_for_a_week_goes_with_its_files(
    world: World, uploads: Path, as_owner: AsOwner
) -> None:
    upload(signed_in(person("Ada", "view", "operate")), world)
    forget_old()
    assert list(uploads.iterdir())
    with as_owner() as cursor:
        cursor.execute("UPDATE ingestion_ingestionrun SET created_at = created_at - interval '8 days'")

    forget_old()

    assert not IngestionRun.objects.exists()
    assert not list(uploads.iterdir())
