"""The two how-tos about domains, followed to the letter: what stands in their code blocks is what runs here."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from mdm.domains.diff import diff
from mdm.domains.loader import load, shipped
from mdm.governance.queries import active_pack
from mdm.records.models import CrosswalkEntry

HOWTO = Path(__file__).resolve().parents[2] / "docs" / "howto"


def steps(name: str) -> int:
    return len(re.findall(r"^\d+\. ", (HOWTO / name).read_text(encoding="utf-8"), flags=re.MULTILINE))


def block(name: str, language: str) -> str:
    found = re.search(
        rf"^ *```{language}\n(.*?)^ *```", (HOWTO / name).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found is not None, f"{name} has no {language} block"
    return found[1]


def party_with_the_new_line(folder: Path) -> Path:
    """Step 1 of the attribute how-to, done to a copy of the party pack."""
    line = block("add-a-domain-attribute.md", "yaml").replace("     ", "  ", 1)
    file = folder / "party.yaml"
    shutil.copy(shipped()["party"], file)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\nattributes:\n", f"\nattributes:\n{line}", 1), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", ["add-a-domain.md", "add-a-domain-attribute.md"])
def test_a_how_to_has_at_most_five_steps(name: str) -> None:
    assert 1 < steps(name) <= 5


def test_adding_the_line_makes_the_attribute_known(tmp_path: Path) -> None:
    before, after = load(shipped()["party"]), load(party_with_the_new_line(tmp_path))

    (change,) = diff(before, after)

    assert (change.kind, change.path, change.narrows) == ("added", "credit_rating", False)
    assert before.check({"credit_rating": "A+"}).rejected
    assert after.check({"credit_rating": "A+"}).values == {"credit_rating": "A+"}


@pytest.mark.django_db
def test_the_new_attribute_is_in_force_once_published(tmp_path: Path) -> None:
    call_command("publish_domain", str(shipped()["party"]))

    call_command("publish_domain", str(party_with_the_new_line(tmp_path)), reason="Sales wants the rating")

    assert active_pack("party").check({"credit_rating": "A+"}).issues == []
    assert active_pack("party").check({"credit_ratings": "A+"}).rejected


@pytest.mark.django_db(transaction=True)
def test_a_new_domain_takes_in_records_without_a_migration(tmp_path: Path) -> None:
    pack, rows = tmp_path / "tool.yaml", tmp_path / "tools.csv"
    pack.write_text(textwrap.dedent(block("add-a-domain.md", "yaml")), encoding="utf-8")
    rows.write_text(textwrap.dedent(block("add-a-domain.md", "csv")), encoding="utf-8")

    tables = connection.introspection.table_names()

    call_command("publish_domain", str(pack))
    exec(textwrap.dedent(block("add-a-domain.md", "python")), {})  # noqa: S102 - the how-to's own lines
    call_command("ingest", str(rows), "--system", "STORES", "--domain", "tool")

    golden = CrosswalkEntry.objects.get(external_id__value="17").golden
    version = golden.versions.get(number=golden.version_number)
    assert golden.code.startswith("TL-")
    assert version.values == {"name": "Torque wrench", "condition": "used", "bought_on": "2026-03-12"}
    assert connection.introspection.table_names() == tables
