"""Files on their way in: a registered world, and a command line to ingest from."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from mdm.accounts.queries import machine_actor
from mdm.governance.operations.add_id_type import add_id_type
from sync.ingestion.models import IngestionRun
from tests.mdm.records.world import World, build_world


@pytest.fixture
def uploads(tmp_path: Path, settings: Settings) -> Path:
    """Received files wait in a folder of the test's own."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def world(transactional_db: None, uploads: Path) -> World:
    """Jobs commit, so every test of a whole run needs real transactions."""
    built = build_world()
    add_id_type(
        system="SAP", domain="party", name="supplier", canonicaliser="sap_alpha", scope_kind="client",
        actor=machine_actor(),
    )  # fmt: skip
    return built


@dataclass
class Answer:
    """What the command said and how it ended."""

    code: int
    out: str
    err: str
    rejects: Path

    @property
    def run(self) -> IngestionRun:
        return IngestionRun.objects.select_related("job").latest("id")

    @property
    def counts(self) -> dict[str, int]:
        job = self.run.job
        assert job is not None
        return dict(job.counts)

    def rejected(self) -> list[tuple[Any, ...]]:
        rows = self.run.rejected_rows.order_by("object", "row")
        return list(rows.values_list("object", "row", "field", "value", "code"))


@dataclass
class CommandLine:
    """Runs `manage.py ingest` on content given as text or bytes."""

    folder: Path

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def ingest(
        self, content: str | bytes = "", *options: str, name: str = "customers.csv", **related: str | bytes
    ) -> Answer:
        arguments = [str(self.file(name, content))] if content else []
        for group, text in related.items():
            arguments += ["--related", f"{group}={self.file(f'{group}.csv', text)}"]
        if not any(option.startswith("--system") for option in options):
            arguments += ["--system", "SAP"]
        rejects = self.folder / "rejects.csv"
        rejects.unlink(missing_ok=True)
        return self.call(
            "ingest", *arguments, "--domain", "party", "--type", "customer", "--rejects", str(rejects), *options
        )

    def call(self, command: str, *arguments: str) -> Answer:
        out, err = io.StringIO(), io.StringIO()
        code = 0
        try:
            call_command(
                command,
                *arguments,
                "--processes=1" if command == "ingest" else "--domain=party",
                stdout=out,
                stderr=err,
            )
        except CommandError as error:
            code = error.returncode
            err.write(str(error))
        except SystemExit as end:
            code = int(end.code or 0)
        return Answer(code, out.getvalue(), err.getvalue(), self.folder / "rejects.csv")


@pytest.fixture
def shell(world: World, tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


def said(text: str) -> str:
    """Return text with runs of white space as one space."""
    return re.sub(r"\s+", " ", text)
