"""The review screen without JavaScript: every decision is a form, and what it binds to is checked by the server."""

from __future__ import annotations

import json
import re
from html import unescape
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mdm.matching.models import Decision
from mdm.records.models import CrosswalkEntry
from mdm.stewardship.models import ReviewTask
from tests import seeds
from tests.browser.desk_scene import name_of
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene


@pytest.fixture
def queue(scene: Scene) -> list[ReviewTask]:
    """Four pairs, in the order of the queue, as they were kept when the database was made."""
    seeds.put("queue")
    return list(ReviewTask.objects.filter(status="OPEN").order_by("-value_at_stake", "pk"))


def sap_of(task: ReviewTask) -> str:
    """The customer number that SAP knows the pair of a task by."""
    goldens = task.members.values_list("golden", flat=True)
    entry = CrosswalkEntry.objects.get(golden__in=goldens, ended_at__isnull=True, external_id__id_type__system="SAP")
    return str(entry.external_id.value)


def form_of(client: Client, task: ReviewTask, query: str = "") -> dict[str, str]:
    """What a browser without JavaScript would send of the page, but for the button."""
    page = client.get(f"/review/{task.pk}{query}").content.decode()
    inside = page[page.index("data-desk>") : page.index('class="verbs"')]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inside)
    return {name: unescape(value) for name, value in hidden if name != "csrfmiddlewaretoken"}


def hints_of(client: Client, task: ReviewTask) -> tuple[bool, str]:
    """Whether a page shows hints, and which of them are not hidden."""
    page = client.get(f"/review/{task.pk}").content.decode()
    return 'id="hints"' in page, "".join(re.findall(r"<(?:ol|p) data-(before|after)>", page))


def test_the_result_stands_first_and_the_evidence_is_said_in_words(
    scene: Scene, pages: Pages, queue: list[ReviewTask]
) -> None:
    page = pages(scene.steward).get(f"/review/{queue[0].pk}").content.decode()

    heads = re.findall(r'<th scope="col" class="(c-\w+)', page)
    assert heads == ["c-attr", "c-result", "c-member", "c-member", "c-evidence"]
    assert "Are these 2 records one?" in page
    assert "times likelier among true matches" in page
    assert "Merge 2 records" in page


def test_a_newcomer_is_told_what_to_look_at_until_a_merge_was_made_and_undone(
    scene: Scene, pages: Pages, queue: list[ReviewTask]
) -> None:
    client = pages(scene.steward)

    told = [hints_of(client, queue[0])]
    client.post(f"/review/{queue[0].pk}/decide", {**form_of(client, queue[0]), "verdict": "merge"})
    told.append(hints_of(client, queue[1]))
    client.post(f"/decisions/{Decision.objects.latest('event').pk}/undo")
    told.append(hints_of(client, queue[1]))

    assert told == [(True, "before"), (True, "after"), (False, "")]
    assert hints_of(pages(scene.auditor), queue[1]) == (False, "")


def test_a_merge_by_a_form_leads_to_the_next_task_and_can_be_undone(
    scene: Scene, pages: Pages, queue: list[ReviewTask]
) -> None:
    client = pages(scene.steward)

    answer = client.post(f"/review/{queue[0].pk}/decide", form_of(client, queue[0]) | {"verdict": "merge"})

    made = Decision.objects.get()
    assert answer["Location"] == f"/review/{queue[1].pk}"
    assert made.kind == "MERGE"
    assert ReviewTask.objects.get(pk=queue[0].pk).status == "DONE"
    assert f"/decisions/{made.pk}/undo" in client.get(f"/review/{queue[1].pk}").content.decode()


def test_a_form_sent_twice_decides_once(scene: Scene, pages: Pages, queue: list[ReviewTask]) -> None:
    client = pages(scene.steward)
    form = form_of(client, queue[0]) | {"verdict": "not_a_match"}

    answers = [client.post(f"/review/{queue[0].pk}/decide", form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Decision.objects.count() == 1


def test_the_script_is_told_the_sentence_and_the_undo(scene: Scene, pages: Pages, queue: list[ReviewTask]) -> None:
    client = pages(scene.steward)
    form = form_of(client, queue[0]) | {"verdict": "merge"}

    answer = client.post(f"/review/{queue[0].pk}/decide", form, headers={"HX-Request": "true"})

    told = json.loads(answer["HX-Trigger"])["decided"]
    assert answer.status_code == 204
    assert told["sentence"].endswith("merged 2 records")
    assert told["undo"] == f"/decisions/{Decision.objects.get().pk}/undo"


def test_records_that_moved_are_a_conflict_that_says_what_changed(
    scene: Scene, pages: Pages, queue: list[ReviewTask]
) -> None:
    client = pages(scene.steward)
    form = form_of(client, queue[0]) | {"verdict": "merge"}
    number = sap_of(queue[0])
    name = name_of(int(number) - 500_000).replace("GmbH", "Holding GmbH")
    scene.world.say("SAP", number, values={"name": name})

    answer = client.post(f"/review/{queue[0].pk}/decide", form)

    assert answer.status_code == 409
    assert "changed since you looked: name" in text_of(answer)
    assert name in text_of(answer)
    assert not Decision.objects.exists()


def test_a_task_that_somebody_else_decided_says_who(scene: Scene, pages: Pages, queue: list[ReviewTask]) -> None:
    first, second = pages(scene.steward), pages(scene.second_steward)
    form = form_of(second, queue[0]) | {"verdict": "not_a_match"}
    first.post(f"/review/{queue[0].pk}/decide", form_of(first, queue[0]) | {"verdict": "merge"})

    answer = second.post(f"/review/{queue[0].pk}/decide", form)

    assert answer.status_code == 409
    assert "Anna Keller decided this task" in text_of(answer)
    assert Decision.objects.get().kind == "MERGE"


def test_enter_in_a_field_shows_what_becomes_of_it_and_decides_nothing(
    scene: Scene, pages: Pages, queue: list[ReviewTask]
) -> None:
    client = pages(scene.steward)
    form = form_of(client, queue[0]) | {"verdict": "", "own_path": "name", "own_value": "Adler Stahl AG"}

    answer = client.post(f"/review/{queue[0].pk}/decide", form)

    assert answer.status_code == 200
    assert "Adler Stahl AG" in text_of(answer)
    assert "your pick" in text_of(answer)
    assert not Decision.objects.exists()


def test_a_choice_is_answered_with_the_parts_it_changes(scene: Scene, pages: Pages, queue: list[ReviewTask]) -> None:
    client = pages(scene.steward)
    page = client.get(f"/review/{queue[0].pk}").content.decode()
    crm = re.findall(r'name="pick:name" value="(\d+)"', page)[1]

    answer = client.post(
        f"/review/{queue[0].pk}/preview",
        form_of(client, queue[0]) | {"pick:name": crm},
        headers={"HX-Request": "true"},
    )

    parts = re.findall(r'id="([\w-]+)"', answer.content.decode())
    assert {"result-0", "picks", "consequences", "verb-merge"} <= set(parts)
    assert name_of(int(sap_of(queue[0])) - 500_000).upper().removesuffix(" GMBH") in text_of(answer)
    assert "1 of your picks" in text_of(answer)


def test_a_picked_value_is_what_the_record_shows_afterwards(
    scene: Scene, pages: Pages, queue: list[ReviewTask]
) -> None:
    client = pages(scene.steward)
    form = form_of(client, queue[0]) | {"verdict": "merge", "reason": "By the register"}

    client.post(f"/review/{queue[0].pk}/decide", form | {"pick:name": "own", "own:name": "Adler Stahl AG"})

    stays = Decision.objects.get().goldens.get(role="SURVIVOR").golden
    assert "Adler Stahl AG" in text_of(client.get(f"/g/{stays.code}"))


def test_a_question_is_needed_to_ask_and_what_was_typed_stays(
    scene: Scene, pages: Pages, queue: list[ReviewTask]
) -> None:
    client = pages(scene.steward)

    bare = client.post(f"/review/{queue[0].pk}/decide", form_of(client, queue[0]) | {"verdict": "ask"})
    told = client.post(
        f"/review/{queue[0].pk}/decide",
        form_of(client, queue[0]) | {"verdict": "ask", "question": "Is this the branch in Ulm?"},
    )

    assert bare.status_code == 422
    assert "A question is needed." in text_of(bare)
    assert told.status_code == 302
    assert "Is this the branch in Ulm?" in text_of(client.get(f"/review/{queue[0].pk}"))


def test_the_next_tasks_come_as_inert_templates_and_never_twice(
    scene: Scene, pages: Pages, queue: list[ReviewTask]
) -> None:
    client = pages(scene.steward)

    answer = client.get("/review/next", {"after": str(queue[0].pk), "n": "2", "not": f"{queue[1].pk},{queue[0].pk}"})

    page = answer.content.decode()
    assert page.count("<template>") == 2
    assert re.findall(r'data-item="(\d+)"', page) == [str(queue[2].pk), str(queue[3].pk)]


def test_the_next_tasks_take_few_statements_and_ask_nothing_twice(
    scene: Scene, pages: Pages, queue: list[ReviewTask]
) -> None:
    client, asked = pages(scene.steward), {"after": str(queue[0].pk), "n": "2"}
    client.get("/review/next", asked)

    with CaptureQueriesContext(connection) as statements:
        client.get("/review/next", asked)

    told = [each["sql"] for each in statements.captured_queries]
    in_force = [sql for sql in told if "governance_ruleset" in sql or "governance_domainversion" in sql]
    assert len(told) <= 100
    assert len(in_force) == len(set(in_force))


def test_a_filtered_view_is_kept_from_task_to_task(scene: Scene, pages: Pages, queue: list[ReviewTask]) -> None:
    client = pages(scene.steward)
    form = form_of(client, queue[0], "?q=source:SAP,CRM") | {"verdict": "later"}

    answer = client.post(f"/review/{queue[0].pk}/decide", form)

    assert answer["Location"] == f"/review/{queue[1].pk}?q=source%3ASAP%2CCRM"


def test_whoever_only_views_sees_no_button_and_is_refused(scene: Scene, pages: Pages, queue: list[ReviewTask]) -> None:
    client = pages(scene.auditor)

    shown = client.get(f"/review/{queue[0].pk}")
    sent = client.post(f"/review/{queue[0].pk}/decide", {"verdict": "merge", "decision_id": str(uuid4())})

    assert "You may look, not decide" in text_of(shown)
    assert 'name="verdict"' not in shown.content.decode()
    assert sent.status_code == 403
    assert not Decision.objects.exists()


def test_a_reader_of_another_domain_finds_no_task(scene: Scene, pages: Pages, queue: list[ReviewTask]) -> None:
    client, path = pages(scene.other_steward), f"/review/{queue[0].pk}"

    answers = [
        client.get(path),
        client.post(f"{path}/decide", {"verdict": "merge", "decision_id": str(uuid4())}),
        client.post(f"{path}/preview", {}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert name_of(0) not in "".join(text_of(answer) for answer in answers)
    assert "<template>" not in client.get("/review/next", {"after": queue[0].pk}).content.decode()


def test_private_values_are_masked_for_whoever_may_not_reveal(
    scene: Scene, pages: Pages, queue: list[ReviewTask]
) -> None:
    page = pages(scene.auditor).get(f"/review/{queue[0].pk}").content.decode()

    assert "info@" not in page and "einkauf@" not in page
    assert "+49711" not in page
    assert "••••" in page


@pytest.mark.parametrize("damage", [{"versions": "{"}, {"decision_id": "x"}, {"pick:name": "x"}, {"whom": "x"}])
def test_a_damaged_form_is_refused_and_decides_nothing(
    scene: Scene, pages: Pages, queue: list[ReviewTask], damage: dict[str, str]
) -> None:
    client = pages(scene.steward)

    answer = client.post(f"/review/{queue[0].pk}/decide", form_of(client, queue[0]) | {"verdict": "merge"} | damage)

    assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_a_task_costs_a_bounded_number_of_statements(scene: Scene, pages: Pages, queue: list[ReviewTask]) -> None:
    client = pages(scene.steward)
    client.get(f"/review/{queue[0].pk}")

    with CaptureQueriesContext(connection) as asked:
        client.get(f"/review/{queue[0].pk}")

    assert len(asked) <= 100, [query["sql"][:120] for query in asked.captured_queries]


def test_the_page_holds_no_inline_script_or_style(scene: Scene, pages: Pages, queue: list[ReviewTask]) -> None:
    page = pages(scene.steward).get(f"/review/{queue[0].pk}").content.decode()

    assert not re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", page)
