"""Two people publish at once: one version is in force, and the other person is told."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from mdm.accounts.models import Actor
from mdm.governance.models import DomainVersion, RuleSet
from mdm.governance.operations.draft_domain_version import draft_domain_version
from mdm.governance.operations.draft_rule_set import draft_rule_set
from mdm.governance.operations.publish_domain_version import publish_domain_version
from mdm.governance.operations.publish_pack import publish_pack
from mdm.governance.operations.publish_rule_set import publish_rule_set
from mdm.kernel.errors import Conflict
from tests.mdm.governance.conftest import hire_chief, pack, publish


@pytest.fixture
def chief(transactional_db: None) -> Actor:
    return hire_chief()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """The answers (or refusals) of acts begun at one moment, each on a connection of its own."""
    barrier = Barrier(len(acts))
    answers: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            answers[place] = act()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


@pytest.mark.parametrize("same_draft", [True, False])
def test_of_two_publishes_at_once_one_wins_and_the_other_is_told(chief: Actor, same_draft: bool) -> None:
    publish(chief)
    drafts = [draft_domain_version(domain="gadget", content=pack(label=label), actor=chief) for label in ("A", "B")]
    numbers = [drafts[0].number, drafts[0].number if same_draft else drafts[1].number]

    answers = at_once(
        *(lambda n=number: publish_domain_version(domain="gadget", number=n, actor=chief) for number in numbers)
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "DomainVersion"]
    assert DomainVersion.objects.filter(status="ACTIVE").count() == 1
    assert RuleSet.objects.filter(status="ACTIVE").count() == 1
    assert RuleSet.objects.get(status="ACTIVE").domain_version == DomainVersion.objects.get(status="ACTIVE")


def test_a_definition_and_rules_published_at_once_fit_each_other(chief: Actor) -> None:
    publish(chief)
    version = draft_domain_version(domain="gadget", content=pack(label="A"), actor=chief)
    rules = draft_rule_set(domain="gadget", content={"unlike_guard": False}, actor=chief)

    answers = at_once(
        lambda: publish_domain_version(domain="gadget", number=version.number, actor=chief),
        lambda: publish_rule_set(domain="gadget", number=rules.number, actor=chief),
    )

    assert all(isinstance(answer, DomainVersion | RuleSet | Conflict) for answer in answers)
    assert isinstance(answers[0], DomainVersion)
    assert RuleSet.objects.get(status="ACTIVE").domain_version == DomainVersion.objects.get(status="ACTIVE")


def test_the_first_publications_of_one_domain_at_once_leave_one_version(chief: Actor) -> None:
    answers = at_once(*([lambda: publish_pack(domain="gadget", content=pack(), actor=chief)] * 4))

    assert [answer.published for answer in answers].count(True) == 1
    assert list(DomainVersion.objects.values_list("number", "status")) == [(1, "ACTIVE")]
