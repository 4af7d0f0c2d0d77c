"""Rules are drafted, published once and then never change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from mdm.accounts.models import Actor
from mdm.governance.models import DomainVersion, RuleSet
from mdm.governance.operations.draft_rule_set import draft_rule_set
from mdm.governance.operations.publish_rule_set import publish_rule_set
from mdm.governance.operations.publish_rules import publish_rules
from mdm.governance.queries import active_rules
from mdm.kernel.constraints import violated
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.mdm.governance.conftest import hire, pack, publish

NAME_BY_LENGTH = {"survivorship": {"attributes": {"name": {"rule": "longest"}}}}


def test_the_first_version_of_a_domain_brings_default_rules(gadget: DomainVersion) -> None:
    found = active_rules("gadget")

    assert (found.number, found.domain_version) == (1, 1)
    assert found.rules.default.name == "source_order"
    assert found.review_threshold <= found.auto_threshold


def test_a_published_rule_set_is_in_force_and_its_predecessor_is_retired(chief: Actor, gadget: DomainVersion) -> None:
    draft = draft_rule_set(domain="gadget", content=NAME_BY_LENGTH, actor=chief)

    publish_rule_set(domain="gadget", number=draft.number, actor=chief)

    found = active_rules("gadget")
    assert (found.rule_set_id, found.rules.attributes["name"].name) == (draft.pk, "longest")
    assert list(RuleSet.objects.order_by("number").values_list("status", flat=True)) == ["RETIRED", "ACTIVE"]


def test_a_draft_changes_nothing_in_force(chief: Actor, gadget: DomainVersion) -> None:
    draft_rule_set(domain="gadget", content=NAME_BY_LENGTH, actor=chief)

    assert active_rules("gadget").number == 1


def test_whoever_may_not_publish_in_the_domain_may_neither_draft_nor_publish(
    chief: Actor, gadget: DomainVersion
) -> None:
    outsider = hire("Outsider", ("gadget", "approve", "*"))
    draft = draft_rule_set(domain="gadget", content=NAME_BY_LENGTH, actor=chief)

    with pytest.raises(NotAllowed):
        draft_rule_set(domain="gadget", content={}, actor=outsider)
    with pytest.raises(NotAllowed):
        publish_rule_set(domain="gadget", number=draft.number, actor=outsider)

    assert active_rules("gadget").number == 1


WRONG = [
    ({"survivorship": {"attributes": {"nmae": {"rule": "longest"}}}}, "nmae"),
    ({"survivorship": {"attributes": {"name": {"rule": "shortest"}}}}, "shortest"),
    ({"unlike_guard": "perhaps"}, "perhaps"),
    ({"thresholds": {}}, "thresholds"),
]


@pytest.mark.parametrize(("content", "found"), WRONG)
def test_rules_that_name_what_is_not_there_are_refused(
    chief: Actor, gadget: DomainVersion, content: dict[str, Any], found: str
) -> None:
    with pytest.raises(Invalid, match=found):
        draft_rule_set(domain="gadget", content=content, actor=chief)

    assert RuleSet.objects.count() == 1


THRESHOLDS = [("7", "6"), ("NaN", "9"), ("6", "NaN"), ("6", "Infinity"), ("6", "10000"), ("-10000", "1")]


@pytest.mark.parametrize(("review", "auto"), THRESHOLDS)
def test_thresholds_that_do_not_fit_are_refused(chief: Actor, gadget: DomainVersion, review: str, auto: str) -> None:
    with pytest.raises(Invalid, match="threshold"):
        draft_rule_set(
            domain="gadget",
            content={},
            review_threshold=Decimal(review),
            auto_threshold=Decimal(auto),
            actor=chief,
        )


def test_equal_thresholds_are_accepted(chief: Actor, gadget: DomainVersion) -> None:
    draft = draft_rule_set(
        domain="gadget", content={}, review_threshold=Decimal(9), auto_threshold=Decimal(9), actor=chief
    )

    assert draft.review_threshold == draft.auto_threshold


def test_an_unchanged_draft_is_refused(chief: Actor, gadget: DomainVersion) -> None:
    draft = draft_rule_set(domain="gadget", content={}, actor=chief)

    with pytest.raises(Conflict, match="same as rule set 1"):
        publish_rule_set(domain="gadget", number=draft.number, actor=chief)


def test_a_draft_written_for_an_older_definition_is_refused(chief: Actor, gadget: DomainVersion) -> None:
    draft = draft_rule_set(domain="gadget", content=NAME_BY_LENGTH, actor=chief)
    publish(chief, pack(label="Gizmo"))

    with pytest.raises(Conflict, match="published since"):
        publish_rule_set(domain="gadget", number=draft.number, actor=chief)


def test_rules_for_an_unknown_domain_are_not_found(chief: Actor) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        draft_rule_set(domain="nowhere", content={}, actor=chief)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"content": {"unlike_guard": False}}, "governance_ruleset_immutable_once_published"),
        ({"auto_threshold": Decimal(99)}, "governance_ruleset_immutable_once_published"),
        (
            {"status": "DRAFT", "published_at": None, "published_by": None},
            "governance_ruleset_immutable_once_published",
        ),
        ({"number": 5}, "governance_ruleset_identity_fixed"),
    ],
)
def test_the_database_refuses_to_change_published_rules(
    gadget: DomainVersion, change: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        RuleSet.objects.filter(number=1).update(**change)

    assert violated(refusal.value) == constraint


def test_the_database_refuses_rules_bound_to_another_domains_version(chief: Actor, gadget: DomainVersion) -> None:
    other = publish(chief, pack(code="widget", code_prefix="WD"))
    draft = draft_rule_set(domain="gadget", content={}, actor=chief)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        RuleSet.objects.filter(pk=draft.pk).update(domain_version=other)

    assert violated(refusal.value) == "rule_set_version_of_same_domain"


def test_the_database_refuses_a_threshold_that_is_no_number(chief: Actor, gadget: DomainVersion) -> None:
    draft = draft_rule_set(domain="gadget", content={}, actor=chief)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE governance_ruleset SET auto_threshold = 'NaN' WHERE id = %s", [draft.pk])

    assert violated(refusal.value) == "rule_set_threshold_is_a_number"


def test_publishing_the_same_rules_again_does_nothing(chief: Actor, gadget: DomainVersion) -> None:
    first = publish_rules(domain="gadget", content=NAME_BY_LENGTH, actor=chief)

    second = publish_rules(domain="gadget", content=NAME_BY_LENGTH, actor=chief)

    assert (first.pk, second.number) == (second.pk, 2)
    assert RuleSet.objects.count() == 2


def test_the_same_rules_with_other_thresholds_are_published(chief: Actor, gadget: DomainVersion) -> None:
    publish_rules(domain="gadget", content=NAME_BY_LENGTH, actor=chief)

    publish_rules(domain="gadget", content=NAME_BY_LENGTH, auto_threshold=Decimal(12), actor=chief)

    assert (active_rules("gadget").number, active_rules("gadget").auto_threshold) == (3, Decimal(12))
