"""What a merge of the chosen members would do, worked out by the function that would do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mdm.accounts.models import Actor
from mdm.governance.models import DomainPolicy
from mdm.matching.plans.picks import Pick
from mdm.matching.queries.preview import preview_merge
from mdm.matching.queries.preview_parts import Contender, Preview, PreviewGolden, PreviewValue
from mdm.records.models import GoldenRecord
from mdm.stewardship.choosing import first_to_survive, judge_of_merge
from mdm.stewardship.models import ReviewTask
from mdm.stewardship.queries.members import Column
from mdm.stewardship.queries.shapes import Consequences, Identifier, Moving, Result, Rival
from mdm.stewardship.queries.sight import bullets, text_of
from mdm.stewardship.releasing import Judge


class Foreseen:
    """A previewed merge, as the desk shows it."""

    def __init__(self, preview: Preview, judge: Judge, survivor: GoldenRecord, policy: DomainPolicy) -> None:
        self.preview = preview
        self.judge = judge
        self.survivor = survivor
        self.policy = policy

    @property
    def _result(self) -> PreviewGolden:
        return next(one for one in self.preview.goldens if one.code == self.survivor.code)

    def results(
        self, columns: Sequence[Column], labels: Mapping[int, str], picks: Mapping[str, Pick]
    ) -> dict[str, Result]:
        """Return by path the value that would stay."""
        holder = {record: column.key for column in columns for record in column.records}
        return {one.path: _result(one, holder, labels, one.path in picks) for one in self._result.values}

    def consequences(self, identifiers: Mapping[int, list[Identifier]]) -> Consequences:
        """Return what follows for identifiers, release and verdicts."""
        known = {one.id: one for some in identifiers.values() for one in some}
        overruled = [verdict for one in self.preview.objections for verdict in one.verdicts]
        return Consequences(
            survivor=self.survivor.code,
            joined=[one.code for one in self.preview.goldens if one.role == "JOINED"],
            moving=[
                Moving(known[move.identifier.external_id], move.from_code, move.to_code)
                for move in self.preview.moves
                if move.identifier.external_id in known
            ],
            policy=self.policy.release,
            hold_seconds=self.policy.hold_seconds,
            releases=self.survivor.code in self.preview.released,
            blocked_by=self.judge.blocked.get(self.survivor.pk, []),
            supersedes=overruled,
            warnings=[
                *(f"{one.message} {one.remedy}".strip() for one in self.preview.objections),
                *(f"{path} keeps a value of its own: it is pinned." for path in self.preview.pinned),
            ],
        )


def foresee_merge(
    *,
    actor: Actor,
    task: ReviewTask,
    goldens: Sequence[GoldenRecord],
    chosen: Sequence[GoldenRecord],
    picks: Mapping[str, Pick],
    policy: DomainPolicy,
) -> Foreseen | None:
    """Return what a merge of `chosen` would do; None for fewer than two. Raises: as `preview_merge`."""
    if len(chosen) < 2:
        return None
    survivor = first_to_survive(chosen)
    judge = judge_of_merge(task, goldens, chosen, survivor)
    preview = preview_merge(
        actor=actor,
        survivor=survivor,
        joined=[golden.code for golden in chosen if golden.code != survivor],
        picks=picks,
        release=judge,
    )
    stays = next(golden for golden in chosen if golden.code == survivor)
    return Foreseen(preview, judge, stays, policy)


def picks_of(asked: Mapping[str, Any]) -> dict[str, Pick]:
    """Return picks as decisions take them, from `{path: {"source_record": id}}`, `{path: {"value": own}}` or Picks."""
    return {path: pick if isinstance(pick, Pick) else Pick(**pick) for path, pick in asked.items()}


def _result(one: PreviewValue, holder: Mapping[int, str], labels: Mapping[int, str], picked: bool) -> Result:
    winner = one.winner
    text = text_of(winner.value)
    record = winner.source_record
    return Result(
        value=winner.value,
        text=bullets(text) if winner.masked else text,
        masked=winner.masked,
        winner=holder.get(record, "") if record is not None else "",
        label=_label(winner, labels),
        rule=winner.rule,
        source_record=record,
        picked=picked,
        runners_up=[
            Rival(_label(other, labels), other.value, other.masked, other.source_record) for other in one.runners_up
        ],
    )


def _label(one: Contender, labels: Mapping[int, str]) -> str:
    return "pinned" if one.source_record is None else labels.get(one.source_record, one.system)
