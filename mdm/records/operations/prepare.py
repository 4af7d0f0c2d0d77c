"""Make observations ready: everything about them that needs no transaction."""

from __future__ import annotations

from collections.abc import Sequence

from mdm.domains.pack import Pack
from mdm.engine.checked import Issue
from mdm.governance.identifiers import canonical, canonical_scope
from mdm.governance.models import IdType
from mdm.kernel.errors import Invalid
from mdm.records.identifiers import Key
from mdm.records.observation import Observation, Prepared
from mdm.records.sealing import content_of


def prepare_observations(observations: Sequence[Observation], *, id_type: IdType, pack: Pack) -> list[Prepared]:
    """Return every observation with its canonical id, checked values and refusals, in the order given.

    Of several observations of one id that say the same, the first counts and the others repeat it; where they differ,
    each is refused and names the positions of the others, since no order among them can be trusted.
    """
    prepared = [_prepare(one, pack, id_type) for one in observations]
    _settle_repeats(prepared)
    return prepared


def _prepare(observation: Observation, pack: Pack, id_type: IdType) -> Prepared:
    try:
        value = canonical(id_type, observation.external_id)
        observation.scope = canonical_scope(id_type, observation.scope)
    except Invalid as refusal:
        issue = Issue(
            path=refusal.field,
            value=refusal.value,
            code=refusal.code,
            message=refusal.message,
            remedy=refusal.remedy,
            severity="reject",
        )
        return Prepared(observation, "", None, b"", [issue])
    if observation.deleted:
        return Prepared(observation, value, None, b"", [])
    values = observation.values
    cleared: tuple[str, ...] = ()
    if None in values.values():
        cleared = tuple(path for path, raw in values.items() if raw is None and path.endswith("]"))
        values = {path: raw for path, raw in values.items() if path not in cleared}
    checked = pack.check(values)
    issues = [*checked.issues, *(issue for path in cleared for issue in _element_issues(path, pack))]
    refusals = [issue for issue in issues if issue.severity == "reject"]
    return Prepared(observation, value, checked, content_of(checked.values), refusals, cleared)


def _element_issues(path: str, pack: Pack) -> list[Issue]:
    """What is wrong with an element's path shows in the path of any attribute inside it."""
    group = path.partition("[")[0]
    inside = next((f"{path}.{one.name}" for one in pack.attributes.values() if one.group == group), path)
    return pack.check({inside: None}).issues


def _settle_repeats(prepared: list[Prepared]) -> None:
    first: dict[Key, int] = {}
    differing: dict[Key, list[int]] = {}
    for index, one in enumerate(prepared):
        if not one.value:
            continue
        leader = first.setdefault(one.key, index)
        if leader == index:
            continue
        one.repeats = leader
        if not _says_the_same(prepared[leader], one):
            differing.setdefault(one.key, [])
    for index, one in enumerate(prepared):
        positions = differing.get(one.key)
        if positions is not None:
            positions.append(index)
    for positions in differing.values():
        _refuse_all(prepared, positions)


def _says_the_same(left: Prepared, right: Prepared) -> bool:
    return (
        _told(left) == _told(right)
        and left.observation.deleted == right.observation.deleted
        and left.observation.changed_at == right.observation.changed_at
    )


def _told(one: Prepared) -> tuple[object, ...]:
    """The content leaves out what is cleared and what is refused; a repeat has to agree in these too."""
    return one.checked and one.checked.values, one.cleared, one.refusals


def _refuse_all(prepared: list[Prepared], indexes: list[int]) -> None:
    positions = ", ".join(str(prepared[index].observation.position) for index in indexes)
    for index in indexes:
        one = prepared[index]
        one.repeats = None
        one.refusals.append(
            Issue(
                path="id",
                value=one.observation.external_id,
                code="repeated",
                message=f"The identifier stands at positions {positions} with different content.",
                remedy="Keep the one that is right and send it alone.",
                severity="reject",
            )
        )
