"""`manage.py import_mapping`: take over a sheet that says which identifier here is which identifier there."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from mdm.governance.models import IdType
from mdm.governance.queries import id_type
from mdm.jobs.models import Job, JobStatus
from sync.ingestion import command_line as line
from sync.ingestion.foreground import carry_out
from sync.ingestion.intake import intake
from sync.ingestion.models import MappingImport, MappingOutcome
from sync.ingestion.operations.import_mapping import Side, import_mapping
from sync.ingestion.progress_line import ProgressLine
from sync.ingestion.queries.mappings import mapping_file
from sync.ingestion.reading.tables import Wishes


class Command(BaseCommand):
    help = "Import a mapping sheet (id in system A = id in system B) into the crosswalk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Exit code: 0 every row is linked, 3 some are not (see --collisions), 1 failed, 130 cancelled."
        parser.add_argument("file")
        for side in ("left", "right"):
            parser.add_argument(f"--{side}", required=True, metavar="SYSTEM:TYPE", help="e.g. SAP:customer")
            parser.add_argument(f"--{side}-column", default="", help="default: named after the system, else by place")
            parser.add_argument(f"--{side}-scope", default="")
        parser.add_argument("--domain", default=None)
        parser.add_argument("--collisions", default="", metavar="FILE", help="write rows that were not linked here")
        parser.add_argument("--encoding", default="")
        parser.add_argument("--delimiter", default="")
        parser.add_argument("--sheet", default="")
        parser.add_argument("--actor", default="", metavar="EMAIL")
        parser.add_argument("--reason", default="")
        parser.add_argument("--background", action="store_true", help="leave the work to the workers")

    def handle(self, *args: Any, **options: Any) -> None:
        with line.told():
            actor = line.actor_named(options["actor"])
            sides = [_side(options, name) for name in ("left", "right")]
            wishes = Wishes(options["encoding"], line.delimiter_named(options["delimiter"]), options["sheet"])
            with intake() as take:
                mapping = import_mapping(
                    table=line.open_path(options["file"], wishes, take),
                    left=sides[0],
                    right=sides[1],
                    actor=actor,
                    reason=options["reason"],
                )
            if options["background"]:
                self.stdout.write(f"Job {mapping.job_id} is waiting for the workers.")
                return
            job = carry_out(mapping.job_id, actor=actor, processes=1, tell=ProgressLine(sys.stderr))
            code = self._report(mapping, job, options["collisions"])
        if code:
            sys.exit(code)

    def _report(self, mapping: MappingImport, job: Job, path: str) -> int:
        counts = job.counts
        told = ", ".join(f"{counts[name]:,} {name}" for name in MappingOutcome.values if counts.get(name))
        self.stdout.write(f"{counts.get('rows', 0):,} rows: {told or 'nothing'}.")
        open_rows = counts.get("collision", 0) + counts.get("rejected", 0)
        if path and open_rows:
            with open(path, "w", encoding="utf-8", newline="") as target:
                target.writelines(mapping_file(mapping))
            self.stdout.write(f"Rows that were not linked: {path}.")
        if job.status == JobStatus.FAILED:
            self.stderr.write(job.error)
            return line.FAILED
        if job.status == JobStatus.CANCELLED:
            self.stderr.write("Cancelled. Rows that were linked stay linked.")
            return line.INTERRUPTED
        return line.WITH_REJECTS if open_rows else line.DONE


def _side(options: dict[str, Any], name: str) -> Side:
    return Side(_id_type(options[name], options["domain"]), options[f"{name}_column"], options[f"{name}_scope"])


def _id_type(text: str, domain: str | None) -> IdType:
    system, _, name = text.partition(":")
    return id_type(system, domain, name or None)
