"""Which verdicts a decision appends, and which ones stand against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mdm.kernel.errors import Invalid
from mdm.matching.chains import APART, MOST_PAIRS, Head, Pair, across, heads_among
from mdm.matching.models import MatchPair, VerdictBy
from mdm.matching.plan import Plan, VerdictDraft
from mdm.matching.refusals import Distinguished
from mdm.matching.saying import Saying


def tell_apart(plan: Plan, groups: Sequence[Sequence[int]], kind: str, saying: Saying) -> None:
    """Have the plan append `kind` to every pair of source records of two groups; a pair that has it, on the same
    evidence, keeps it. A rule never overrules a person.
    """
    if _count(groups) > MOST_PAIRS:
        raise Invalid(
            f"{_count(groups)} pairs of source records are too many at once.",
            field="groups",
            remedy="Decide about fewer records at a time.",
        )
    pairs = across(groups)
    heads = heads_among(record for group in groups for record in group)
    evidence = _evidence(pairs)
    overruled = []
    for pair in pairs:
        head, found = heads.get(pair), evidence.get(pair, saying.evidence_hash)
        if head is not None and (head.kind, head.evidence_hash) == (kind, found):
            continue
        if _outranks(head, saying) and head is not None and head.kind == "SAME":
            overruled.append(head.pk)
            continue
        if not _outranks(head, saying):
            plan.verdicts.append(VerdictDraft(pair, kind, saying.by, found, head.pk if head else 0))
    if overruled:
        plan.object(Distinguished("A person said that these are the same.", overruled, remedy="Leave it to a person."))


def say_same(plan: Plan, pairs: Iterable[Pair], heads: Mapping[Pair, Head], saying: Saying) -> None:
    """Have the plan append SAME to each pair."""
    wanted = sorted(set(pairs))
    evidence = _evidence(wanted)
    for pair in wanted:
        head = heads.get(pair)
        found = evidence.get(pair, saying.evidence_hash)
        plan.verdicts.append(VerdictDraft(pair, "SAME", saying.by, found, head.pk if head else 0))


def standing_apart(heads: Mapping[Pair, Head], groups: Sequence[Sequence[int]]) -> list[Head]:
    """Return the verdicts that say that source records of two groups are not the same."""
    group_of = {record: number for number, group in enumerate(groups) for record in group}
    return [h for h in heads.values() if h.kind in APART and group_of[h.left] != group_of[h.right]]


def object_to_overruling(plan: Plan, apart: Sequence[Head], named: Iterable[int], saying: Saying) -> None:
    """Note what stands against saying SAME: verdicts that are not named, or named without a reason, or a person's that
    a rule would overrule; and names of verdicts that do not stand here.
    """
    wanted, standing = set(named), {head.pk for head in apart}
    people = [head.pk for head in apart if _outranks(head, saying)]
    unnamed = sorted(standing - wanted)
    if people:
        plan.object(Distinguished("A person told these apart.", people, remedy="Leave it to a person."))
    elif unnamed:
        plan.object(
            Distinguished(
                f"{len(unnamed)} verdict(s) say that these are not the same.",
                unnamed,
                remedy="Name the verdicts that this overrules, and say why.",
            )
        )
    elif standing and not saying.reason.strip():
        plan.object(Invalid("Overruling a verdict needs a reason.", field="reason", remedy="Say what has changed."))
    strange = sorted(wanted - standing)
    if strange:
        plan.object(Distinguished(f"Verdict {strange[0]} does not stand between these.", strange, remedy="Look again."))


def best_pairs(groups: Sequence[Sequence[int]]) -> dict[int, Pair]:
    """Return, for every group but the first, the pair that a match run found most alike between it and another group;
    a group without one is left out.
    """
    group_of = {record: number for number, group in enumerate(groups) for record in group}
    records = list(group_of)
    found = MatchPair.objects.filter(left__in=records, right__in=records, gone_at__isnull=True).order_by("-score", "pk")
    best: dict[int, Pair] = {}
    for left, right in found.values_list("left_id", "right_id"):
        one, other = group_of[left], group_of[right]
        if one != other:
            for group in (one, other):
                best.setdefault(group, (left, right))
    return {group: pair for group, pair in best.items() if group}


def _outranks(head: Head | None, saying: Saying) -> bool:
    return head is not None and head.by == VerdictBy.PERSON and saying.by == VerdictBy.RULE and head.kind != "WITHDRAWN"


def _evidence(pairs: Sequence[Pair]) -> dict[Pair, str]:
    """What the pairs were last compared by; many pairs are read by their records."""
    wanted, records = set(pairs), {record for pair in pairs for record in pair}
    rows = MatchPair.objects.filter(left__in=records, right__in=records, gone_at__isnull=True).order_by("pk")
    return {
        (left, right): found
        for left, right, found in rows.values_list("left_id", "right_id", "evidence_hash")
        if (left, right) in wanted
    }


def _count(groups: Sequence[Sequence[int]]) -> int:
    sizes = [len(group) for group in groups]
    return (sum(sizes) ** 2 - sum(size * size for size in sizes)) // 2
