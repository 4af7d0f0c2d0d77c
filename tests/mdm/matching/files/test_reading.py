"""What a file says reaches the table letter by letter, and its report says what a pair would need."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from mdm.engine.matching.explain import explain
from mdm.engine.matching.resolve import resolve
from mdm.matching.files.reading import read_table
from tests.mdm.matching.files.test_match_file import people, write

SAID = ["Müller & Söhne", "Société Générale", "Żółć S.A.", "東京電力"]


@pytest.mark.parametrize("block", [1, 9_000])
def test_a_file_put_together_from_several_encodings_keeps_every_letter(tmp_path: Path, block: int) -> None:
    said = [*SAID, *SAID[:2]] * block
    codecs = ["utf-8"] * 4 + ["cp1252"] * 2
    lines = [
        f"{at},{name}\r\n".encode(codec) for at, (name, codec) in enumerate(zip(said, codecs * block, strict=True))
    ]
    records = tmp_path / "mixed.csv"
    records.write_bytes(b"id,name\r\n" + b"".join(lines))

    table, notes = read_table(records, id_column="id", source_column=None)

    assert table.columns["name"] == said
    assert notes == ["Not all of the file is UTF-8: letters that are not were read as Windows text (cp1252)."]


def test_the_report_says_of_a_pair_why_it_is_not_certain_and_what_would_change_it(tmp_path: Path) -> None:
    records, page = write(tmp_path / "people.csv", people()), tmp_path / "report.html"

    call_command("match_file", str(records), "--report", str(page))

    table, _ = read_table(records, id_column="id", source_column=None)
    found = resolve(table)
    near = int(np.argmin(np.abs(found.scores.score)))
    told = explain(table, int(found.pairs.left[near]), int(found.pairs.right[near]), found.model)
    written = page.read_text(encoding="utf-8")
    assert told.why_not_automatic and told.why_not_automatic in written
    assert told.what_would_change_it and told.what_would_change_it in written
