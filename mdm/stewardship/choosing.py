"""What an answer chooses among a task's members, and who judges what it would release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mdm.engine.matching import MatchModel
from mdm.kernel.errors import Invalid
from mdm.matching.queries.due import matching_of
from mdm.records.models import GoldenRecord, SourceRecord
from mdm.stewardship.aftermath import after_merge, after_telling_apart, still_asked
from mdm.stewardship.answers import Answer
from mdm.stewardship.models import ReviewTask
from mdm.stewardship.queries.pieces import piece_of
from mdm.stewardship.releasing import Judge
from mdm.stewardship.situation import Situation, best_links, situation_of

Goldens = Sequence[GoldenRecord]
RECORD_KEY: Final = "record:"


def chosen_members(goldens: Goldens, keys: Sequence[str]) -> list[GoldenRecord]:
    """Return the members of these keys (codes), in the task's order.

    Raises: Invalid for a key that names no member.
    """
    by_code = {golden.code: golden for golden in goldens}
    strange = [key for key in keys if key not in by_code]
    if strange:
        raise Invalid(
            f"{strange[0][:40]} is no member of this task.",
            field="members",
            value=strange[0][:40],
            remedy="Load the task again.",
        )
    return [golden for golden in goldens if golden.code in set(keys)]


def groups_told_apart(goldens: Goldens, chosen: Goldens, answer: Answer) -> list[Goldens]:
    """Return the groups that the answer tells apart: `second` from the rest, or else each from each.

    Raises: Invalid when that leaves fewer than two.
    """
    second = chosen_members(goldens, answer.second)
    if not second:
        groups: list[Goldens] = [[golden] for golden in chosen]
        if answer.verdict == "split":
            raise Invalid("Nothing is in the second group.", field="second", remedy="Put a member into it.")
    else:
        groups = [[golden for golden in chosen if golden not in second], second]
    if len(groups) < 2 or not all(groups):
        raise Invalid("Only different records can be told apart.", field="members", remedy="Choose two or more.")
    return groups


def first_to_survive(chosen: Goldens) -> str:
    """Return the code that stays unless the steward says otherwise: the first member, a released one before others."""
    return min(chosen, key=lambda golden: golden.status != "ACTIVE").code


def judge_of_merge(task: ReviewTask, goldens: Goldens, chosen: Goldens, survivor: str) -> Judge:
    """Return who judges what a merge of `chosen` releases: what stays linked to the survivor is asked about next."""
    situation, model = _situation(task, goldens)
    stays = next((golden.pk for golden in chosen if golden.code == survivor), chosen[0].pk)
    if stays not in situation.things:
        return Judge(task.domain_id, [golden.pk for golden in goldens], task.pk)
    after = after_merge(situation, [golden.pk for golden in chosen], stays)
    return Judge(task.domain_id, still_asked(after, model, [golden.pk for golden in goldens]), task.pk)


def judge_of_telling_apart(task: ReviewTask, goldens: Goldens, groups: Sequence[Goldens]) -> Judge:
    """Return who judges what telling the groups apart releases."""
    situation, model = _situation(task, goldens)
    after = after_telling_apart(situation, [[golden.pk for golden in group] for group in groups])
    return Judge(task.domain_id, still_asked(after, model, [golden.pk for golden in goldens]), task.pk)


def best_pairs_shown(task: ReviewTask, goldens: Goldens, chosen: Goldens) -> list[tuple[int, int]]:
    """Return the strongest pair of source records between any two of the chosen golden records."""
    situation, _ = _situation(task, goldens)
    members = {golden.pk for golden in chosen}
    links = [link for link in situation.links if link.left in members and link.right in members]
    return [(link.left_record, link.right_record) for link in best_links(links).values()]


def _situation(task: ReviewTask, goldens: Goldens) -> tuple[Situation, MatchModel | None]:
    matching = matching_of(task.domain_id)
    piece = piece_of(task.domain_id, [golden.pk for golden in goldens])
    situation = situation_of(task.domain_id, piece, matching)
    return situation, matching.model if matching else None


def external_ids_of(keys: Sequence[str]) -> list[int]:
    """Return the external ids of source records named by their keys (`record:12`).

    Raises: Invalid for a key that names none.
    """
    numbers = [key.removeprefix(RECORD_KEY) for key in keys]
    if not keys or not all(key.startswith(RECORD_KEY) and n.isdecimal() for key, n in zip(keys, numbers, strict=True)):
        raise Invalid("Name what becomes another record.", field="second", remedy="Put it into the second group.")
    found = dict(SourceRecord.objects.filter(pk__in=numbers).values_list("pk", "external_id_id"))
    if len(found) != len(set(numbers)):
        raise Invalid("There is no such source record.", field="second", remedy="Load the task again.")
    return [found[int(number)] for number in numbers]
