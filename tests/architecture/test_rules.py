"""Each rule finds what it is there to find: it is shown a fault, and something close to it that is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.db import models
from django.db.models import Q
from django.test.utils import isolate_apps

from tests.architecture import shape, tables, writing
from tests.architecture.sources import ROOT, Source

Rule = Callable[[Source], Iterator[str]]
TOO_LONG = "def f() -> None:\n" + "    x = 1\n" * 40
WITH_DOCSTRING = 'def f() -> None:\n    """' + "words\n" * 60 + '"""\n' + "    x = 1\n" * 38


@pytest.mark.parametrize(
    "text",
    [
        "record.save()",
        "Golden.objects.create(code='BP')",
        "Golden.objects.filter(pk=1).update(status='ACTIVE')",
        "rows.update(status='ACTIVE')",
        "rows.delete()",
        "Golden.objects.bulk_create(rows)",
        "copy_rows('records_golden', [], [])",
        "cursor.execute('INSERT INTO records_golden VALUES (1)')",
        "cursor.execute('WITH x AS (SELECT 1) UPDATE records_golden SET status = 1')",
        "cursor.execute(f'UPDATE {table} AS t SET status = 1')",
        "cursor.execute('DELETE FROM records_golden')",
        "cursor.execute('TRUNCATE records_golden')",
        "cursor.copy('COPY records_golden (id) FROM STDIN')",
    ],
)
def test_a_write_outside_an_operation_is_found(text: str) -> None:
    assert list(writing.misplaced(Source("mdm/records/queries.py", text)))


@pytest.mark.parametrize("path", ["mdm/records/operations/observe.py", "mdm/records/migrations/0001_initial.py"])
def test_a_write_in_an_operation_or_a_migration_is_in_its_place(path: str) -> None:
    assert not list(writing.misplaced(Source(path, "Golden.objects.create(code='BP')")))


@pytest.mark.parametrize(
    "text",
    [
        "counts.update(other)",
        "words = defaultdict(str)\nwords.update(name='x')",
        "digest.update(b'x')",
        "cache.delete('key')",
        "cursor.execute('SELECT 1 FOR UPDATE')",
        '"""Nothing here says DELETE FROM a table."""',
        "observe(values=values)",
    ],
)
def test_what_only_looks_like_a_write_is_let_be(text: str) -> None:
    assert not list(writing.misplaced(Source("mdm/records/queries.py", text)))


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (shape.over_budget, "mdm/a.py", "x = 1\n" * 301),
        (shape.over_budget, "tests/test_a.py", "x = 1\n" * 501),
        (shape.over_budget, "mdm/a.py", TOO_LONG),
        (shape.forbidden_name, "mdm/records/utils.py", ""),
        (shape.forbidden_name, "sync/services.py", ""),
        (shape.signals, "mdm/a.py", "from django.db.models.signals import post_save"),
        (shape.signals, "mdm/a.py", "from django.db.models import signals"),
        (shape.signals, "mdm/a.py", "import django.dispatch"),
        (shape.overrides, "mdm/records/models.py", "class A(Model):\n    def save(self): pass"),
        (shape.overrides, "mdm/records/models/golden.py", "class A(QuerySet):\n    def delete(self): pass"),
        (shape.proves_nothing, "tests/test_a.py", "def test_it() -> None:\n    act()"),
        (shape.machine_paths, "docs/a.md", "see " + "/ro" + "ot/notes"),
        (shape.machine_paths, "docs/a.md", "see " + "/ho" + "me/somebody/notes"),
    ],
)
def test_a_fault_of_shape_is_found(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text)))


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (shape.over_budget, "mdm/a.py", "x = 1\n" * 300),
        (shape.over_budget, "mdm/a.py", WITH_DOCSTRING),
        (shape.over_budget, "mdm/records/migrations/0001_initial.py", "x = 1\n" * 900),
        (shape.overrides, "mdm/records/operations/pin.py", "class A:\n    def save(self): pass"),
        (shape.proves_nothing, "tests/test_a.py", "def test_it() -> None:\n    with raises(E):\n        act()"),
        (shape.machine_paths, "docs/a.md", "see https://example.org/work/notes"),
    ],
)
def test_what_keeps_the_shape_is_let_be(rule: Rule, path: str, text: str) -> None:
    assert not list(rule(Source(path, text)))


def test_a_function_too_complex_is_found_by_the_linter() -> None:
    branches = "".join(f"    if x == {number}:\n        return {number}\n" for number in range(8))

    found = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--stdin-filename", "mdm/a.py", "-"],
        input=f"def f(x: int) -> int:\n{branches}    return 0\n",
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert "C901" in found.stdout


@isolate_apps("mdm.records")
def test_faults_of_a_table_are_found() -> None:
    class Above(models.Model):
        class Meta:
            app_label = "web"

    class Faulty(models.Model):
        status = models.CharField(max_length=6, choices=[("OPEN", "Open"), ("CLOSED", "Closed")])
        mode = models.CharField(max_length=6)
        above = models.ForeignKey(Above, on_delete=models.CASCADE)

        class Meta:
            app_label = "records"
            constraints = [models.CheckConstraint(condition=Q(status__in=["OPEN"]), name="half_a_list")]

    assert [fault.split()[0] for fault in tables.unlisted(Faulty)] == ["records.Faulty.status", "records.Faulty.mode"]
    assert list(tables.unprotected(Faulty)) == ["records.Faulty.above must be on_delete=PROTECT"]
    assert list(tables.upward(Faulty)) == ["records.Faulty.above points up, to web"]


@isolate_apps("mdm.records")
def test_a_table_that_keeps_the_rules_is_let_be() -> None:
    class Sound(models.Model):
        status = models.CharField(max_length=6, choices=[("OPEN", "Open"), ("CLOSED", "Closed")])
        itself = models.ForeignKey("self", on_delete=models.PROTECT)

        class Meta:
            app_label = "records"
            constraints = [
                models.CheckConstraint(condition=Q(status__in=["OPEN", "CLOSED"]) | Q(pk=0), name="status_known")
            ]

    assert not [*tables.unlisted(Sound), *tables.unprotected(Sound), *tables.upward(Sound)]
