"""What a drafted run will do, from its first rows: mapping, problems, and how many records are new."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mdm.domains.pack import Pack
from mdm.engine.paths import attribute_of
from mdm.governance.queries import active_pack
from mdm.records.identifiers import Key, standings
from mdm.records.operations.prepare import prepare_observations
from sync.ingestion.intake import folder
from sync.ingestion.joining import Joined, Joiner, Line, by_key
from sync.ingestion.layouts import HEADER
from sync.ingestion.models import IngestionRun
from sync.ingestion.queries.readings import Reading, readings_of
from sync.ingestion.queries.rejects import Problem
from sync.ingestion.reading_rows import RowJudge
from sync.ingestion.rejections import Rejection

ROWS = 1_000
_SECONDS = 3.0
_SAMPLES = 3
_BLOCK = 1 << 20


@dataclass(frozen=True)
class MappedColumn:
    """One column of a file: what it leads to (empty: nothing), in the pack's words, and its first values."""

    column: str
    role: str
    path: str
    label: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class FilePreview:
    """One file: about how many rows it has, and what each of its columns means."""

    object: str
    name: str
    rows: int
    exact: bool
    columns: tuple[MappedColumn, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """What the first rows of a run say. Nothing was written to find out."""

    files: tuple[FilePreview, ...]
    problems: tuple[Problem, ...]
    looked_at: int
    rejected: int
    new: int
    known: int
    findings: int


def preview(run: IngestionRun) -> Preview:
    """Return what taking the run in would meet, judged by its first rows with the same checks."""
    pack = active_pack(run.id_type.domain_id)
    readings = readings_of(run)
    lines: list[Line] = []
    rejected: list[Rejection] = []
    files: list[FilePreview] = []
    for reading in readings.values():
        batch = RowJudge(reading, run.id_type, pack).read(None, rows=ROWS, seconds=_SECONDS)
        rejected += batch.rejected
        own = [Line(*row[:5], json.loads(row[5])) for row in batch.staged]
        lines += own
        files.append(_file(reading, pack, own, exact=batch.after is None))
    joiner = Joiner(readings)
    # Rows beyond the sample are unknown, so no row is called an orphan here.
    joined = joiner.join(lines, known=set(by_key(lines)), refused={})
    keys, findings = _check(run, pack, joiner, joined)
    known = standings(run.id_type_id, keys)
    return Preview(
        files=tuple(files),
        problems=tuple(_grouped([*rejected, *joiner.rejected])),
        looked_at=len(lines) + len(rejected),
        rejected=len(rejected) + len(joiner.rejected),
        new=len(keys) - len(known),
        known=len(known),
        findings=findings,
    )


def _check(run: IngestionRun, pack: Pack, joiner: Joiner, joined: Sequence[Joined]) -> tuple[list[Key], int]:
    """Return the identifiers whose records can be taken in, and how many findings they bring."""
    prepared = prepare_observations([one.observation for one in joined], id_type=run.id_type, pack=pack)
    for record, one in zip(joined, prepared, strict=True):
        if one.refusals:
            joiner.refuse(record, one.refusals)
    sound = [one for one in prepared if not one.refusals]
    return [one.key for one in sound], sum(len(one.checked.issues) for one in sound if one.checked is not None)


def _grouped(rejected: Iterable[Rejection]) -> list[Problem]:
    groups: dict[tuple[str, str, str], list[Rejection]] = {}
    for one in rejected:
        groups.setdefault((one.object, one.fault.code, one.fault.column), []).append(one)
    problems = [
        Problem(name, code, column, len(same), same[0].row, same[0].fault.message, same[0].fault.remedy)
        for (name, code, column), same in groups.items()
    ]
    return sorted(problems, key=lambda problem: -problem.count)[:50]


def _file(reading: Reading, pack: Pack, lines: Sequence[Line], *, exact: bool) -> FilePreview:
    return FilePreview(
        object=reading.object,
        name=reading.table.name,
        rows=len(lines) if exact else _line_ends(reading),
        exact=exact,
        columns=tuple(_columns(reading, pack, lines)),
        missing=tuple(reading.plan.missing),
    )


def _line_ends(reading: Reading) -> int:
    """Return about how many rows the file has: its line ends, cells with line ends counted too."""
    count = 0
    with open(folder() / reading.table.stored, "rb") as source:
        source.seek(reading.table.start.offset)
        while block := source.read(_BLOCK):
            count += block.count(b"\n")
    return count


def _columns(reading: Reading, pack: Pack, lines: Sequence[Line]) -> Iterable[MappedColumn]:
    layout = reading.plan.layout
    joined = {column: path for path, columns in layout.joined.items() for column in columns}
    for at, column in enumerate(reading.table.columns):
        target = layout.columns.get(column) or joined.get(column, "")
        path = f"{layout.group}.{target}" if target and layout.group else target
        samples = dict.fromkeys(line.cells[at][:60] for line in lines[:50] if line.cells[at])
        yield MappedColumn(
            column=column or f"column {at + 1}",
            role=_role(column, reading),
            path=path,
            label=pack.attributes[attribute_of(path) if reading.object == HEADER else path].label if path else "",
            samples=tuple(samples)[:_SAMPLES],
        )


def _role(column: str, reading: Reading) -> str:
    """Return what a column does besides leading to an attribute."""
    layout = reading.plan.layout
    roles = {
        layout.key: "key",
        layout.scope: "scope",
        layout.deleted_column: "deleted",
        layout.changed_at: "changed_at",
        **dict.fromkeys(layout.element, "element"),
        **dict.fromkeys(layout.ignore, "ignored"),
    }
    return roles.get(column, "") if column else ""
