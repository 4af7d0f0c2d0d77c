"""One size of `bench.ingest`, in a process whose database is fresh: make the file, ingest it, COPY what came of it."""

from __future__ import annotations

import csv
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import django

django.setup()

import psycopg  # noqa: E402
import yaml  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from psycopg import sql  # noqa: E402

import mdm.domains  # noqa: E402
from bench.standardise import row  # noqa: E402
from mdm.accounts.queries import machine_actor  # noqa: E402
from mdm.governance.operations.add_id_type import add_id_type  # noqa: E402
from mdm.governance.operations.draft_domain_version import draft_domain_version  # noqa: E402
from mdm.governance.operations.draft_rule_set import draft_rule_set  # noqa: E402
from mdm.governance.operations.publish_domain_version import publish_domain_version  # noqa: E402
from mdm.governance.operations.publish_rule_set import publish_rule_set  # noqa: E402
from mdm.governance.operations.register_system import register_system  # noqa: E402
from mdm.governance.operations.set_ownership import set_ownership  # noqa: E402
from mdm.jobs.models import Job  # noqa: E402
from mdm.jobs.registry import find  # noqa: E402

# In the order in which they refer to each other.
FINISHED = (
    "events_auditevent",
    "events_outboxmessage",
    "records_externalid",
    "records_sourcerecord",
    "records_sourceversion",
    "records_recordkey",
    "records_finding",
    "records_goldenrecord",
    "records_crosswalkentry",
    "records_goldenversion",
)
SLICE = 100_000


def main(rows: int) -> None:
    """Print the figures of one size as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        _write_file(path, rows)
        known = _last_event()
        started = time.perf_counter()
        call_command(
            "ingest", str(path), system="SAP", domain="party", processes=2, stdout=sys.stderr, stderr=sys.stderr
        )
        ingest = time.perf_counter() - started
    job = Job.objects.get()
    if job.status != "DONE" or job.counts.get("created") != rows:
        raise SystemExit(f"The job is {job.status} with {job.counts}; {job.error}")
    first, last = _slices(job, rows)
    figures = {
        "rows": rows,
        "ingest": ingest,
        "copy": _copy(known),
        "first": first,
        "last": last,
        "stages": _stages(job),
    }
    print(json.dumps(figures))


def _write_file(path: Path, rows: int) -> None:
    chance = random.Random(11)
    with open(path, "w", encoding="utf-8", newline="") as target:
        columns = list(row(0, chance))
        writer = csv.writer(target)
        writer.writerow(["customer", *columns])
        for number in range(rows):
            writer.writerow([f"{chance.randrange(10**3):03d}{number:07d}", *row(number, chance).values()])


def world() -> None:
    """Register what a file needs to be read: domain, system, ownership, rules."""
    machine = machine_actor()
    content = yaml.safe_load((Path(mdm.domains.__file__).parent / "party.yaml").read_text())
    version = draft_domain_version(domain="party", content=content, actor=machine)
    publish_domain_version(domain="party", number=version.number, actor=machine)
    register_system(code="SAP", label="SAP", actor=machine)
    add_id_type(
        system="SAP", domain="party", name="customer", canonicaliser="sap_alpha", is_default=True, actor=machine
    )
    set_ownership(domain="party", attribute="*", system="SAP", mode="writes", actor=machine)
    rules = draft_rule_set(
        domain="party", content={"survivorship": {"systems": ["SAP"], "attributes": {}}}, actor=machine
    )
    publish_rule_set(domain="party", number=rules.number, actor=machine)


_TAKEN_IN = """
SELECT done, extract(epoch FROM started_at)::float, extract(epoch FROM finished_at)::float
FROM jobs_chunk WHERE job_id = %s AND done > 0 ORDER BY finished_at
"""


def _slices(job: Job, rows: int) -> tuple[float, float]:
    """Return rows per second of the first and of the last slice (100,000, or a fifth) that came into the records."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKEN_IN, [job.pk])
        chunks = cursor.fetchall()
    size = min(SLICE, rows // 5)
    begin = min(started for _, started, _ in chunks)
    ends: list[tuple[int, float]] = [(0, begin)]
    for done, _, finished in chunks:
        ends.append((ends[-1][0] + done, finished))
    after_first = next(point for point in ends if point[0] >= size)
    before_last = max(point for point in ends if point[0] <= rows - size)
    first = after_first[0] / (after_first[1] - begin)
    return first, (rows - before_last[0]) / (ends[-1][1] - before_last[1])


def _stages(job: Job) -> dict[str, float]:
    kind = find(job.kind)
    assert kind is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stage, extract(epoch FROM max(finished_at) - min(started_at))::float FROM jobs_chunk"
            " WHERE job_id = %s GROUP BY stage ORDER BY stage",
            [job.pk],
        )
        return {kind.stages[stage]: seconds for stage, seconds in cursor.fetchall()}


def _copy(known: int) -> float:
    """Return the seconds that COPY of the finished rows takes in the other database; what they refer to is there."""
    with tempfile.TemporaryDirectory() as folder:
        files = {table: Path(folder) / table for table in FINISHED}
        for table, path in files.items():
            _export(table, path, newer_than=known if table.startswith("events_") else 0)
        with psycopg.connect(os.environ["TOUCHSTONE_BENCH_COPY"]) as session, session.cursor() as cursor:
            started = time.perf_counter()
            for table, path in files.items():
                statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _columns(table))
                with cursor.copy(statement) as copy, open(path, "rb") as source:
                    while block := source.read(1 << 20):
                        copy.write(block)
            session.commit()
            return time.perf_counter() - started


def _last_event() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM events_auditevent")
        (last,) = cursor.fetchone()
    return int(last)


def _export(table: str, path: Path, *, newer_than: int) -> None:
    only = sql.SQL("WHERE {} > {}").format(
        sql.Identifier("event_id" if table == "events_outboxmessage" else "id"), newer_than
    )
    statement = sql.SQL("COPY (SELECT {} FROM {} {}) TO STDOUT").format(
        _columns(table), sql.Identifier(table), only if newer_than else sql.SQL("")
    )
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy, open(path, "wb") as target:
        for block in copy:
            target.write(block)


def _columns(table: str) -> sql.Composed:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' ORDER BY attnum",
            [table],
        )
        return sql.SQL(", ").join(sql.Identifier(name) for (name,) in cursor.fetchall())


if __name__ == "__main__":
    world() if sys.argv[1] == "world" else main(int(sys.argv[1]))
