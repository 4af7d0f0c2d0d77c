"""Definitions are drafted, published once and then never change."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from mdm.accounts.models import Actor
from mdm.events.models import AuditEvent
from mdm.governance.models import Domain, DomainVersion, RuleSet
from mdm.governance.operations.draft_domain_version import draft_domain_version
from mdm.governance.operations.draft_rule_set import draft_rule_set
from mdm.governance.operations.publish_domain_version import publish_domain_version
from mdm.governance.operations.publish_rule_set import publish_rule_set
from mdm.governance.queries import active_pack, active_rules, diff
from mdm.kernel.constraints import violated
from mdm.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.mdm.governance.conftest import hire, pack, publish


def test_a_published_draft_is_the_definition_in_force(chief: Actor) -> None:
    publish(chief)

    assert active_pack("gadget").label == "Gadget"
    assert list(DomainVersion.objects.values_list("number", "status", "published_by")) == [(1, "ACTIVE", chief.pk)]


def test_publishing_retires_the_predecessor_and_keeps_its_content(chief: Actor, gadget: DomainVersion) -> None:
    publish(chief, pack(label="Gizmo"))

    assert list(DomainVersion.objects.order_by("number").values_list("number", "status")) == [
        (1, "RETIRED"),
        (2, "ACTIVE"),
    ]
    assert active_pack("gadget").label == Domain.objects.get(code="gadget").label == "Gizmo"
    assert DomainVersion.objects.get(number=1).content == gadget.content


def test_drafting_and_publishing_are_audited_without_content(chief: Actor) -> None:
    publish(chief, reason="first")

    told = AuditEvent.objects.filter(domain="gadget").order_by("id").values_list("type", "actor_name", "reason")
    assert list(told) == [
        ("domain_version.drafted", "Chief", ""),
        ("domain_version.published", "Chief", "first"),
        ("rule_set.published", "Chief", "first"),
    ]


def test_whoever_may_not_publish_in_the_domain_may_neither_draft_nor_publish(chief: Actor) -> None:
    outsider = hire("Outsider", ("party", "publish", "*"), ("gadget", "decide", "*"))
    draft = draft_domain_version(domain="gadget", content=pack(), actor=chief)

    with pytest.raises(NotAllowed):
        draft_domain_version(domain="gadget", content=pack(), actor=outsider)
    with pytest.raises(NotAllowed):
        publish_domain_version(domain="gadget", number=draft.number, actor=outsider)

    assert list(DomainVersion.objects.values_list("status", flat=True)) == ["DRAFT"]


def test_a_pack_that_is_wrong_is_refused_with_the_place_and_the_remedy(chief: Actor) -> None:
    wrong = pack()
    wrong["attributes"]["name"]["type"] = "txt"

    with pytest.raises(Invalid) as refusal:
        draft_domain_version(domain="gadget", content=wrong, actor=chief)

    assert "name" in refusal.value.field
    assert refusal.value.remedy
    assert not Domain.objects.filter(code="gadget").exists()


def test_a_definition_of_another_domain_is_refused(chief: Actor) -> None:
    with pytest.raises(Invalid, match="gadget, not widget"):
        draft_domain_version(domain="widget", content=pack(), actor=chief)


def test_a_code_prefix_never_changes(chief: Actor, gadget: DomainVersion) -> None:
    with pytest.raises(Conflict, match="begin with GD"):
        draft_domain_version(domain="gadget", content=pack(code_prefix="GX"), actor=chief)


def test_two_domains_never_share_a_code_prefix(chief: Actor, gadget: DomainVersion) -> None:
    with pytest.raises(Conflict, match="already"):
        draft_domain_version(domain="widget", content=pack(code="widget"), actor=chief)

    assert not Domain.objects.filter(code="widget").exists()


def test_an_unchanged_draft_is_refused(chief: Actor, gadget: DomainVersion) -> None:
    with pytest.raises(Conflict, match="same as version 1"):
        publish(chief)

    assert DomainVersion.objects.get(status="ACTIVE").number == 1


def test_a_draft_is_published_once(chief: Actor, gadget: DomainVersion) -> None:
    with pytest.raises(Conflict, match="active already"):
        publish_domain_version(domain="gadget", number=1, actor=chief)


def test_a_draft_that_does_not_exist_is_not_found(chief: Actor, gadget: DomainVersion) -> None:
    with pytest.raises(NotFound, match="no version 7"):
        publish_domain_version(domain="gadget", number=7, actor=chief)


def test_a_draft_older_than_what_was_published_since_is_refused(chief: Actor, gadget: DomainVersion) -> None:
    older = draft_domain_version(domain="gadget", content=pack(label="Older"), actor=chief)
    publish(chief, pack(label="Newer"))

    with pytest.raises(Conflict, match="published since"):
        publish_domain_version(domain="gadget", number=older.number, actor=chief)

    assert active_pack("gadget").label == "Newer"


def test_narrowing_needs_a_confirmation(chief: Actor, gadget: DomainVersion) -> None:
    narrower = pack()
    del narrower["attributes"]["colour"]
    draft = draft_domain_version(domain="gadget", content=narrower, actor=chief)

    with pytest.raises(Conflict, match="colour") as refusal:
        publish_domain_version(domain="gadget", number=draft.number, actor=chief)
    assert refusal.value.field == "confirm_narrowing"
    assert DomainVersion.objects.get(status="ACTIVE").number == 1

    publish_domain_version(domain="gadget", number=draft.number, actor=chief, confirm_narrowing=True)
    assert "colour" not in active_pack("gadget").attributes


def test_widening_needs_none(chief: Actor, gadget: DomainVersion) -> None:
    wider = pack()
    wider["attributes"]["weight"] = {"label": "Weight", "type": "decimal"}

    publish(chief, wider)

    assert "weight" in active_pack("gadget").attributes


def test_the_diff_of_a_draft_tells_what_it_changes(chief: Actor, gadget: DomainVersion) -> None:
    changed = pack()
    changed["attributes"]["name"]["max_length"] = 50
    draft = draft_domain_version(domain="gadget", content=changed, actor=chief)

    (change,) = diff("gadget", draft.number)

    assert (change.path, change.kind, change.narrows) == ("name", "changed", True)


def test_every_published_version_has_a_rule_set_of_its_own(chief: Actor, gadget: DomainVersion) -> None:
    rules = draft_rule_set(domain="gadget", content={"unlike_guard": False}, actor=chief)
    publish_rule_set(domain="gadget", number=rules.number, actor=chief)

    second = publish(chief, pack(label="Gizmo"))

    found = active_rules("gadget")
    assert (found.number, found.domain_version, found.rules.unlike_guard) == (3, second.number, False)
    assert RuleSet.objects.filter(domain="gadget", status="ACTIVE").count() == 1


def test_a_version_that_lacks_what_the_rules_name_is_refused(chief: Actor, gadget: DomainVersion) -> None:
    content = {"survivorship": {"attributes": {"colour": {"rule": "most_recent"}}}}
    rules = draft_rule_set(domain="gadget", content=content, actor=chief)
    publish_rule_set(domain="gadget", number=rules.number, actor=chief)
    narrower = pack()
    del narrower["attributes"]["colour"]

    with pytest.raises(Conflict, match="rules in force"):
        publish(chief, narrower, confirm_narrowing=True)

    assert DomainVersion.objects.get(status="ACTIVE").number == 1


CHANGES = [
    ({"content": {}}, "governance_domainversion_immutable_once_published"),
    ({"content_hash": "0" * 64}, "governance_domainversion_immutable_once_published"),
    ({"status": "DRAFT"}, "governance_domainversion_immutable_once_published"),
    ({"published_at": None}, "governance_domainversion_immutable_once_published"),
    ({"based_on": 0}, "governance_domainversion_immutable_once_published"),
    ({"number": 9}, "governance_domainversion_identity_fixed"),
    ({"domain_id": "other"}, "governance_domainversion_identity_fixed"),
]


@pytest.mark.parametrize("status", ["ACTIVE", "RETIRED"])
@pytest.mark.parametrize(("change", "constraint"), CHANGES)
def test_the_database_refuses_to_change_a_published_version(
    chief: Actor, gadget: DomainVersion, status: str, change: dict[str, Any], constraint: str
) -> None:
    if status == "RETIRED":
        publish(chief, pack(label="Gizmo"))

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        DomainVersion.objects.filter(number=1).update(**change)

    assert violated(refusal.value) == constraint


def test_the_database_refuses_a_second_active_version(chief: Actor, gadget: DomainVersion) -> None:
    draft = draft_domain_version(domain="gadget", content=pack(label="Gizmo"), actor=chief)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        DomainVersion.objects.filter(pk=draft.pk).update(
            status="ACTIVE", published_by=chief, published_at=draft.created_at
        )

    assert violated(refusal.value) == "domain_version_one_active"


def test_the_database_refuses_to_change_content_while_publishing(chief: Actor) -> None:
    draft = draft_domain_version(domain="gadget", content=pack(), actor=chief)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        DomainVersion.objects.filter(pk=draft.pk).update(
            status="ACTIVE", published_by=chief, published_at=draft.created_at, content={"other": True}
        )

    assert violated(refusal.value) == "governance_domainversion_immutable_once_published"


def test_a_retired_version_never_comes_back(chief: Actor, gadget: DomainVersion) -> None:
    publish(chief, pack(label="Gizmo"))

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        DomainVersion.objects.filter(number=1).update(status="ACTIVE")

    assert violated(refusal.value) == "governance_domainversion_immutable_once_published"


def test_the_database_refuses_an_active_version_that_nobody_published(chief: Actor) -> None:
    draft = draft_domain_version(domain="gadget", content=pack(), actor=chief)

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        DomainVersion.objects.filter(pk=draft.pk).update(status="ACTIVE")

    assert violated(refusal.value) == "domain_version_published_by_someone"
