"""Whether a preview told what came."""

from __future__ import annotations

from mdm.matching.models import Decision
from mdm.matching.queries.preview_parts import Preview, PreviewGolden
from mdm.records.models import GoldenRecord, GoldenVersion


def expect_done(preview: Preview, decision: Decision) -> None:
    """Every golden record is what the preview said, in values and winners."""
    made = list(decision.goldens.filter(role="NEW").order_by("golden").values_list("golden__code", flat=True))
    for shown in preview.goldens:
        golden = GoldenRecord.objects.get(code=shown.code or made.pop(0))
        version = GoldenVersion.objects.get(golden=golden, number=golden.version_number)
        assert shown.status_after == golden.status
        if golden.status in ("CANDIDATE", "ACTIVE"):
            assert values_in(shown) == version.values
    moved = sorted((move.from_code, move.identifier.external_id) for move in preview.moves)
    entries = decision.effects.get("moved", [])
    codes = dict(GoldenRecord.objects.values_list("pk", "code"))
    assert len(moved) == len(entries) and [code for code, _ in moved] == sorted(codes[row[2]] for row in entries)
    assert preview.verdicts == decision.verdicts.count()


def values_in(shown: PreviewGolden) -> dict[str, object]:
    return {value.path: value.winner.value for value in shown.values}
