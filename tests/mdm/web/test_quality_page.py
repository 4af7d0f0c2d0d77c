"""The page that says how good the demo's proposals are."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdm.stewardship.queries import quality
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene

HEADER = "system,type,id,entity,trap,delivery\n"


def truth(path: Path, rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(HEADER + rows)
    monkeypatch.setattr(quality, "DEMO_TRUTH", path)


def test_precision_and_recall_are_shown_with_what_they_count(
    scene: Scene, pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = quality._places("party")[0][0]
    truth(tmp_path / "truth.csv", f"{','.join(row)},E1,twin,first\n", monkeypatch)

    text = text_of(pages(scene.steward).get("/review/quality"))

    assert "Precision 100.0%" in text
    assert "0 of 0 pairs that are one are proposed" in text
    assert "1 records of 1 companies and persons" in text


def test_without_a_truth_the_page_says_so(
    scene: Scene, pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "DEMO_TRUTH", tmp_path / "none.csv")

    assert "There is no truth to measure against" in text_of(pages(scene.steward).get("/review/quality"))


def test_who_may_not_view_the_domain_is_refused(
    scene: Scene, pages: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth(tmp_path / "truth.csv", "SAP,customer,1,E1,,first\n", monkeypatch)

    assert pages(scene.other_steward).get("/review/quality").status_code == 403
