"""Lists: keyset pages, filters in the URL, exports that no spreadsheet runs and JSON without loss."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import pytest
from django.http import HttpRequest, QueryDict
from django.test import RequestFactory
from python_calamine import CalamineWorkbook

from mdm.events.models import AuditEvent
from mdm.kernel.errors import Invalid
from mdm.web import export, lists
from mdm.web.paging import keyset
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import body_of, text_of
from tests.mdm.web.scene import Scene

SEEN = datetime(2026, 3, 12, 14, 2, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {"id": "1", "name": '=HYPERLINK("http://evil")', "phone": "+49 711 3800", "score": -2.5, "seen": SEEN},
    {"id": "2", "name": 'a\0b; c,"d"\nzweite Zeile', "phone": "@x", "score": 3, "seen": None},
    {"id": "3", "name": "\tTab", "phone": "-1", "score": None, "seen": SEEN},
]
COLUMNS = tuple(lists.Column(key, key.title(), itemgetter(key)) for key in ("name", "phone", "score", "seen"))


def spec(rows: Sequence[dict[str, Any]] = ROWS) -> lists.ListSpec:
    return lists.ListSpec("sample", "Sample", COLUMNS, lambda asked: lists.Slice(rows), lambda row: row["id"])


@pytest.mark.parametrize(("kind", "delimiter", "start"), [("csv", ",", ""), ("excel", ";", "\ufeff")])
def test_a_spreadsheet_never_runs_what_a_system_sent(kind: str, delimiter: str, start: str) -> None:
    written = body_of(export.answer(kind, spec(), lists.Asked({}))).decode()

    assert written.startswith(start + "Name")
    rows = list(csv.reader(io.StringIO(written.removeprefix(start)), delimiter=delimiter))
    assert rows[1] == ['\'=HYPERLINK("http://evil")', "'+49 711 3800", "-2.5", "2026-03-12T14:02:00+00:00"]
    assert rows[2] == ['ab; c,"d"\nzweite Zeile', "'@x", "3", ""]
    assert rows[3][:2] == ["'\tTab", "'-1"]


def test_a_workbook_holds_text_and_numbers_and_no_formula() -> None:
    written = body_of(export.answer("xlsx", spec(), lists.Asked({})))

    rows = CalamineWorkbook.from_filelike(io.BytesIO(written)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["Name", "Phone", "Score", "Seen"]
    assert rows[1][:3] == ['\'=HYPERLINK("http://evil")', "'+49 711 3800", -2.5]


def test_json_keeps_every_value_as_it_is() -> None:
    written = json.loads(body_of(export.answer("json", spec(), lists.Asked({}))))

    assert [row["name"] for row in written] == [row["name"] for row in ROWS]
    assert written[0]["score"] == -2.5
    assert written[2]["score"] is None


def test_an_unknown_export_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Invalid, match="csv, excel, xlsx, json"):
        export.answer("pdf", spec(), lists.Asked({}))


def test_pages_follow_each_other_without_repeating_or_missing_a_row(scene: Scene) -> None:
    events = AuditEvent.objects.all()
    whole = list(events.order_by("-pk").values_list("pk", flat=True))

    seen: list[int] = []
    got = keyset(events, lists.Asked({}, sort="-pk", limit=7))
    seen += [event.pk for event in got.rows]
    while got.next:
        got = keyset(events, lists.Asked({}, sort="-pk", cursor=got.next, limit=7))
        seen += [event.pk for event in got.rows]

    assert seen == whole
    assert got.total == len(whole)


def test_the_previous_page_is_the_one_that_was_left(scene: Scene) -> None:
    events = AuditEvent.objects.all()
    first = keyset(events, lists.Asked({}, sort="occurred_at", limit=5))
    second = keyset(events, lists.Asked({}, sort="occurred_at", cursor=first.next, limit=5))

    back = keyset(events, lists.Asked({}, sort="occurred_at", cursor=second.previous, limit=5))

    assert [one.pk for one in back.rows] == [one.pk for one in first.rows]
    assert not back.previous


@pytest.mark.parametrize("cursor", ["%%%", "bm90IGpzb24", "W10", "W3RydWUsMV0"])
def test_a_damaged_page_address_is_refused_with_a_remedy(scene: Scene, cursor: str) -> None:
    with pytest.raises(Invalid, match="first page"):
        keyset(AuditEvent.objects.all(), lists.Asked({}, sort="-pk", cursor=cursor))


def test_a_sort_that_the_list_does_not_offer_is_not_passed_on() -> None:
    asked = lists.ask(spec(), QueryDict("sort=password&status="))

    assert asked.sort == ""


def test_a_filter_starts_at_the_first_page_and_keeps_the_sort() -> None:
    columns = (lists.Column("name", "Name", lambda row: row["name"], sort="name"),)
    sample = lists.ListSpec(
        "sample", "Sample", columns, lambda asked: lists.Slice(ROWS, next="n"), lambda row: row["id"],
        filters=(lists.Filter("q", "Text", "text"),),
    )  # fmt: skip
    request: HttpRequest = RequestFactory().get("/list?q=a&sort=name&cursor=abc&open=7")

    bound = lists.bind(sample, request, sample.fetch(lists.Asked({})), lists.ask(sample, request.GET))

    assert bound.next_url == "/list?q=a&sort=name&cursor=n"
    assert bound.headings[0].url == "/list?q=a&sort=-name"
    assert bound.headings[0].direction == "ascending"
    assert bound.clear_url == "/list?sort=name"


def test_records_are_filtered_by_system_finding_and_text(scene: Scene, pages: Pages) -> None:
    client = pages(scene.steward)

    shop = text_of(client.get("/records?system=SHOP"))
    found = text_of(client.get("/records?finding=QUALITY"))
    named = text_of(client.get("/records?text=stahl"))

    assert "Wrong Number KG" in shop
    assert "Nord Stahl" not in shop
    assert "Wrong Number KG" in found
    assert "Nord Stahl AG" in named
    assert "1 row" in named


def test_nothing_found_names_the_filter_and_offers_to_clear_it(scene: Scene, pages: Pages) -> None:
    text = text_of(pages(scene.steward).get("/records?status=SPLIT"))

    assert "Nothing matches Status: Split Clear the filters" in text


def test_htmx_gets_the_list_alone(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get("/records?status=CANDIDATE", headers={"HX-Request": "true", "HX-Target": "list"})

    assert answer.content.decode().lstrip().startswith('<section class="panel list"')


def test_records_and_their_count_exclude_other_domains(scene: Scene, pages: Pages) -> None:
    text = text_of(pages(scene.other_steward).get("/records"))

    assert "No golden records yet" in text
    assert "Müller" not in text


def test_an_export_holds_the_filtered_list_with_private_names_masked(scene: Scene, pages: Pages) -> None:
    written = json.loads(body_of(pages(scene.auditor).get("/records?export=json")))

    by_code = {row["code"]: row for row in written}
    assert by_code[scene.joined]["name"] == "Müller & Söhne GmbH"
    assert "Esposito" not in by_code[scene.person]["name"]
