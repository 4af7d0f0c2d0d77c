"""Tasks that pass a clear rule: every two members agree in all that the rule names, and nothing speaks against them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

from mdm.accounts.models import Actor
from mdm.engine.matching import MatchModel
from mdm.matching.queries.due import matching_of
from mdm.stewardship.models import ReviewTask, TaskMember, TaskReason
from mdm.stewardship.queries.narrowing import narrowed
from mdm.stewardship.queries.queue import ordered
from mdm.stewardship.queries.shapes import QueueFilter
from mdm.stewardship.situation import Link, Situation, best_links, situation_of

_AGAINST = -1.0


def clear_tasks(actor: Actor, domain: str, filter: QueueFilter, rule: Sequence[str], *, most: int) -> list[ReviewTask]:
    """Return the open tasks of the view, in its order, that pass the rule; `most` of them are looked at."""
    matching = matching_of(domain)
    if matching is None:
        return []
    clear = narrowed(actor, filter).filter(domain=domain, status="OPEN", reason=TaskReason.THRESHOLD, conflicts=[])
    tasks = list(ordered(clear, filter.sort)[:most])
    members: dict[int, list[int]] = {task.pk: [] for task in tasks}
    rows = TaskMember.objects.filter(task__in=list(members), open=True)
    for task, golden in rows.values_list("task_id", "golden_id"):
        members[task].append(golden)
    goldens = [golden for some in members.values() for golden in some]
    situation = situation_of(domain, goldens, matching)
    best = best_links(situation.links)
    return [task for task in tasks if _passes(members[task.pk], best, situation, rule, matching.model)]


def _passes(
    goldens: Collection[int],
    best: dict[tuple[int, int], Link],
    situation: Situation,
    rule: Sequence[str],
    model: MatchModel,
) -> bool:
    strongest = {each.name: len(each.levels) - 1 for each in model.comparisons if each.name in rule}
    for pair in combinations(sorted(goldens), 2):
        link = best.get(pair)
        if link is None or pair in situation.apart:
            return False
        if any(link.levels.get(name) != level for name, level in strongest.items()):
            return False
        if any(float(bits) <= _AGAINST for name, _, bits in link.contributions if name in _compared(model)):
            return False
    return not any(situation.things[golden].left_out for golden in goldens if golden in situation.things)


def _compared(model: MatchModel) -> set[str]:
    return {each.name for each in model.comparisons}
