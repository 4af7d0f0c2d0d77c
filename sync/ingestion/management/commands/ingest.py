"""`manage.py ingest`: records of one system from a file, or from several related files."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from mdm.governance.queries import id_type
from mdm.jobs.models import Job, JobStatus
from mdm.kernel.errors import Invalid
from sync.ingestion import command_line as line
from sync.ingestion.foreground import carry_out
from sync.ingestion.intake import intake
from sync.ingestion.layouts import HEADER
from sync.ingestion.models import IngestionRun
from sync.ingestion.operations.draft_run import draft_run
from sync.ingestion.operations.start_run import start_run
from sync.ingestion.progress_line import ProgressLine
from sync.ingestion.queries.readings import readings_of
from sync.ingestion.queries.rejects import objects_with_rejects, problems_of, rejects_file
from sync.ingestion.reading.tables import Wishes
from sync.ingestion.shares import share_named

_COUNTS = ("created", "updated", "unchanged", "deleted", "absent", "rejected", "repeated", "held", "findings")
_EPILOG = (
    "Exit code: 0 everything was taken in, 3 some rows were rejected (see --rejects), "
    "1 refused or failed, 130 cancelled."
)


class Command(BaseCommand):
    help = "Take in the records of one system from CSV, TSV or XLSX."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = _EPILOG
        parser.add_argument("file", nargs="?", default="", help="the file with one row per record")
        parser.add_argument(
            "--related", action="append", default=[], metavar="OBJECT=FILE", help="e.g. addresses=adr.csv"
        )
        parser.add_argument("--system", required=True)
        parser.add_argument("--domain", required=True)
        parser.add_argument("--type", default=None, help="id type, where the system has several in the domain")
        parser.add_argument("--scope", default="", help="client, company or chart that the identifiers count in")
        parser.add_argument("--layout", default="", help="name of a saved layout; default: the one that fits")
        parser.add_argument("--full", action="store_true", help="the file lists every record: absent ones end")
        parser.add_argument("--absent-limit", default="10%", metavar="SHARE", help="refuse --full above this share")
        parser.add_argument(
            "--rejects", default="", metavar="FILE", help="write rejected rows here, to correct and feed back"
        )
        parser.add_argument("--encoding", default="")
        parser.add_argument("--delimiter", default="")
        parser.add_argument("--sheet", default="")
        parser.add_argument("--actor", default="", metavar="EMAIL")
        parser.add_argument("--reason", default="")
        parser.add_argument("--background", action="store_true", help="leave the work to the workers")
        parser.add_argument("--processes", type=int, default=0, help="default: 2 for large files")

    def handle(self, *args: Any, **options: Any) -> None:
        with line.told():
            run = _draft(options)
            actor = line.actor_named(options["actor"])
            for text in self._remarks(run):
                self.stderr.write(text)
            job = start_run(run=run, actor=actor, reason=options["reason"])
            if options["background"]:
                self.stdout.write(f"Job {job.pk} is waiting for the workers.")
                return
            size = sum(entry["table"]["size"] for entry in run.objects_read.values())
            processes = line.processes_for(options["processes"], size)
            job = carry_out(job.pk, actor=actor, processes=processes, tell=ProgressLine(sys.stderr))
            code = self._report(run, job, options["rejects"])
        if code:
            sys.exit(code)

    def _remarks(self, run: IngestionRun) -> list[str]:
        remarks = [note["text"] for note in run.notes]
        for name, reading in readings_of(run).items():
            if reading.plan.unmapped:
                remarks.append(f"Not read from {name}: {', '.join(reading.plan.unmapped)}.")
            if reading.plan.missing:
                remarks.append(f"Not in {name}, left unchanged: {', '.join(reading.plan.missing)}.")
        return remarks

    def _report(self, run: IngestionRun, job: Job, rejects: str) -> int:
        counts = job.counts
        told = ", ".join(f"{counts[name]:,} {name}" for name in _COUNTS if counts.get(name))
        self.stdout.write(f"{counts.get('rows', 0):,} rows: {told or 'nothing'}.")
        for problem in problems_of(run, limit=10):
            place = f"{problem.object} row {problem.first_row}"
            where = f"{place}, {problem.field}" if problem.field else place
            self.stdout.write(f"  {problem.count:,} x {where}: {problem.reason} {problem.remedy}")
        self._write_rejects(run, rejects)
        if counts.get("absence_skipped"):
            self.stdout.write("Rows could not be read, so nobody can tell which records are absent: none was ended.")
        if job.status == JobStatus.FAILED:
            self.stderr.write(job.error)
            return line.FAILED
        if job.status == JobStatus.CANCELLED:
            self.stderr.write("Cancelled. What was taken in stays; run the same command again for the rest.")
            return line.INTERRUPTED
        return line.WITH_REJECTS if counts.get("rejected") or counts.get("absence_skipped") else line.DONE

    def _write_rejects(self, run: IngestionRun, rejects: str) -> None:
        for name in objects_with_rejects(run) if rejects else []:
            path = _beside(rejects, name)
            with open(path, "w", encoding="utf-8", newline="") as target:
                target.writelines(rejects_file(run, name))
            self.stdout.write(f"Rejected rows of {name}: {path}. Correct them and ingest that file.")


def _draft(options: dict[str, Any]) -> IngestionRun:
    wishes = Wishes(options["encoding"], line.delimiter_named(options["delimiter"]), options["sheet"])
    found = id_type(options["system"], options["domain"], options["type"])
    with intake() as take:
        return draft_run(
            id_type=found,
            tables={
                name: line.open_path(path, wishes, take)
                for name, path in _paths(options["file"], options["related"]).items()
            },
            actor=line.actor_named(options["actor"]),
            layout=options["layout"],
            scope=options["scope"],
            full=options["full"],
            absent_share_limit=share_named(options["absent_limit"]),
        )


def _paths(file: str, related: list[str]) -> dict[str, str]:
    paths = {HEADER: file} if file else {}
    for entry in related:
        name, _, path = entry.partition("=")
        if not path or name in paths:
            raise Invalid(
                f"{entry!r} does not say which file holds what.",
                field="related",
                value=entry[:200],
                remedy="Write --related addresses=FILE, once per object.",
            )
        paths[name] = path
    return paths


def _beside(path: str, name: str) -> Path:
    """The header's rejects go to the path given; those of another object beside it, named after the object."""
    given = Path(path)
    return given if name == HEADER else given.with_name(f"{given.stem}.{name}{given.suffix or '.csv'}")
