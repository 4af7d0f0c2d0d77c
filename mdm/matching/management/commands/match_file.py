"""`manage.py match_file RECORDS.csv`: which records of a file are the same, without a database or a server."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from mdm.engine.matching import Labels, MatchModel, ModelError, Table
from mdm.engine.matching.asking import Ask
from mdm.engine.matching.resolve import Resolution, resolve
from mdm.matching.files.asking import AskedPerson, AskedProcess
from mdm.matching.files.figures import Figures, figures_of
from mdm.matching.files.reading import FileProblem, read_labels, read_table
from mdm.matching.files.report import report
from mdm.matching.files.writing import put_in_place, write_clusters, write_labels, write_pairs


class Command(BaseCommand):
    help = "Find the records of a CSV file that are the same. Needs no database and starts no server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("records", type=Path)
        parser.add_argument("--id-column", default="id", help="column of the opaque id (default: id)")
        parser.add_argument("--source-column", help="where a record comes from; only for --one-to-one and the report")
        parser.add_argument("--one-to-one", action="store_true", help="each source has each thing once")
        parser.add_argument("--model", type=Path, help="a model as YAML, used with its weights")
        parser.add_argument("--model-out", type=Path, help="where the model goes (default: RECORDS.model.yaml)")
        parser.add_argument("--labels", type=Path, help="verdicts to learn from: id_l,id_r,same")
        parser.add_argument("--ask", action="store_true", help="judge pairs here at the terminal")
        parser.add_argument("--ask-command", help="ask another process: id_l,id_r out, 1 or 0 back")
        parser.add_argument("--budget", type=int, default=60, help="how many pairs to ask for at most")
        parser.add_argument("--labels-out", type=Path)
        parser.add_argument("--pairs", type=Path)
        parser.add_argument("--clusters", type=Path)
        parser.add_argument("--report", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        try:
            table, notes = self._read(options)
            model = _model(options["model"])
            labels = read_labels(options["labels"], table) if options["labels"] else None
            with _asking(options, table) as ask:
                found = self._resolve(table, model, labels, ask, options)
            figures = figures_of(table, found)
            self._write(table, found, figures, notes, options)
        except (FileProblem, ModelError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt as stopped:
            raise CommandError("Cancelled; nothing was written.") from stopped
        self._tell(found, figures, notes, time.perf_counter() - started)

    def _read(self, options: dict[str, Any]) -> tuple[Table, list[str]]:
        if options["one_to_one"] and not options["source_column"]:
            raise CommandError("--one-to-one needs to know the sources: name their column with --source-column.")
        return read_table(options["records"], id_column=options["id_column"], source_column=options["source_column"])

    def _resolve(
        self, table: Table, model: MatchModel | None, labels: Labels | None, ask: Ask | None, options: dict[str, Any]
    ) -> Resolution:
        bar = _Progress()
        found = resolve(
            table,
            model,
            labels=labels,
            ask=ask,
            budget=options["budget"],
            distinct_sources=options["one_to_one"],
            tell=bar,
        )
        bar.end()
        return found

    def _write(
        self, table: Table, found: Resolution, figures: Figures, notes: list[str], options: dict[str, Any]
    ) -> None:
        place = options["model_out"] or options["records"].with_suffix(".model.yaml")
        with put_in_place(place) as file:
            yaml.safe_dump(found.model.to_content(), file, sort_keys=False, allow_unicode=True, width=120)
        self.stdout.write(f"Model: {place}")
        if options["labels_out"]:
            write_labels(options["labels_out"], table, found.labels)
        if options["pairs"]:
            write_pairs(options["pairs"], table, found, options["one_to_one"])
        if options["clusters"]:
            write_clusters(options["clusters"], table, found)
        if options["report"]:
            with put_in_place(options["report"]) as file:
                title = f"Records of {options['records'].name}"
                file.writelines(report(table, found, figures, title=title, notes=notes))

    def _tell(self, found: Resolution, figures: Figures, notes: list[str], seconds: float) -> None:
        for column in found.profile.columns:
            self.stdout.write(
                f"  {column.name:<24} {column.meaning.replace('_', ' '):<18} {column.coverage:>4.0%} filled"
            )
        for comparison in found.model.comparisons:
            told = ", ".join(f"{level.name} {level.bits:+.1f}" for level in reversed(comparison.levels))
            self.stdout.write(f"  {comparison.label} ({comparison.comparator}): {told}")
        for note in notes:
            self.stdout.write(f"Note: {note}")
        self.stdout.write(f"refused: {str(bool(found.refused)).lower()}")
        if found.refused:
            self.stdout.write(self.style.WARNING(found.refused))
        self.stdout.write(
            f"{figures.records:,} records, {len(found.pairs):,} pairs compared, {figures.things:,} things, "
            f"largest group {figures.largest:,}, {len(found.labels.left)} labels, {seconds:.1f} s."
        )


class _Progress:
    """One line on standard error, drawn again; quiet where nobody watches."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __call__(self, what: str, share: float) -> None:
        if self._shown:
            sys.stderr.write(f"\r[{'#' * int(20 * share):<20}] {share:4.0%} {what:<24}")
            sys.stderr.flush()

    def end(self) -> None:
        if self._shown:
            sys.stderr.write("\n")


def _model(path: Path | None) -> MatchModel | None:
    if path is None:
        return None
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FileProblem(f"{path}: {error}. Give a model as match_file wrote it.") from error
    return MatchModel.from_content(content)


@contextmanager
def _asking(options: dict[str, Any], table: Table) -> Iterator[Ask | None]:
    if options["ask_command"]:
        with AskedProcess(options["ask_command"], table) as process:
            yield process
    elif options["ask"]:
        yield AskedPerson(table, sys.stdout, sys.stdin)
    else:
        yield None
