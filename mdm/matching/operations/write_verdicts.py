"""Append verdicts to their chains."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from mdm.kernel.copying import copy_rows
from mdm.kernel.sequences import take_ids
from mdm.matching.plan import VerdictDraft
from mdm.records.act import Act

_COLUMNS = (
    "id",
    "left_id",
    "right_id",
    "kind",
    "by",
    "decision_id",
    "evidence_hash",
    "supersedes_id",
    "created_at",
)


def append_verdicts(drafts: Sequence[VerdictDraft], *, decision: UUID, act: Act) -> list[int]:
    """Every draft is the head of its pair's chain; returns the verdicts' ids.

    Raises: IntegrityError `matching_verdict_supersedes_id_key` or `verdict_chain_has_one_start` where another act said
    something about the pair in between.
    """
    if not drafts:
        return []
    ids = take_ids("matching_verdict", len(drafts))
    copy_rows(
        "matching_verdict",
        _COLUMNS,
        (
            (pk, *draft.pair, draft.kind, draft.by, decision, draft.evidence_hash, draft.supersedes or None, act.at)
            for pk, draft in zip(ids, drafts, strict=True)
        ),
    )
    return ids
