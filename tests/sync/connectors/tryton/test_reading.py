"""What is read from a real Tryton: records by our code or theirs, what changed, everything, its fields."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sync.connectors.documents import differences
from sync.connectors.errors import CursorExpired
from sync.connectors.interface import Change, ChangeKind, Connector, PushItem, TargetField
from tests.contracts.connector_conformance import item_of
from tests.contracts.tryton_harness import TrytonHarness

OBJECT = "party.party"


def _new(connector: Connector, cursor: str) -> tuple[dict[str, Change], str]:
    """All changes after the cursor, by key."""
    changes: dict[str, Change] = {}
    more = True
    while more:
        page = connector.changes(OBJECT, cursor)
        changes |= {change.target_key: change for change in page.changes}
        cursor, more = page.cursor, page.more
    return changes, cursor


def test_what_was_written_reads_back_as_the_document(connector: Connector, made: PushItem) -> None:
    by_code = connector.find(OBJECT, {made.golden_id: None, "BP-99999999": None})
    by_key = connector.find(OBJECT, {made.golden_id: made.target_key})

    assert by_code.keys() == by_key.keys() == {made.golden_id}
    assert differences(made.payload, by_code[made.golden_id].fields) == ()
    assert by_code[made.golden_id].etag == by_key[made.golden_id].etag == made.base_etag
    assert by_code[made.golden_id].golden_id == made.golden_id


def test_an_edit_of_an_address_alone_is_a_change_of_its_party_told_once(
    harness: TrytonHarness, connector: Connector, made: PushItem
) -> None:
    _, cursor = _new(connector, connector.changes(OBJECT, None).cursor)
    harness.edit(str(made.target_key))

    changed, cursor = _new(connector, cursor)
    again, _ = _new(connector, cursor)

    assert changed.keys() == {made.target_key}
    snapshot = changed[str(made.target_key)].snapshot
    assert snapshot is not None and snapshot.fields["addresses"][0]["city"] == "Changed there"
    assert snapshot.etag != made.base_etag
    assert again == {}


def test_a_merge_there_is_told_with_its_survivor(harness: TrytonHarness, connector: Connector, made: PushItem) -> None:
    survivor = harness.foreign()
    _, cursor = _new(connector, connector.changes(OBJECT, None).cursor)
    harness.merge(str(made.target_key), survivor)

    changed, _ = _new(connector, cursor)

    merged = changed[str(made.target_key)]
    assert (merged.kind, merged.survivor_key, merged.golden_id) == (ChangeKind.MERGED, survivor, made.golden_id)
    assert changed[survivor].golden_id is None
    found = connector.find(OBJECT, {made.golden_id: made.target_key})[made.golden_id]
    assert (found.target_key, found.redirected_from) == (survivor, made.target_key)


def test_more_changes_than_a_page_are_told_page_by_page(
    harness: TrytonHarness, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.connectors.tryton.delta.PAGE", 3)
    _, cursor = _new(connector, connector.changes(OBJECT, None).cursor)
    keys = {harness.foreign() for _ in range(7)}

    changed, cursor = _new(connector, cursor)
    again, _ = _new(connector, cursor)

    assert keys <= changed.keys()
    assert again == {}


def test_a_cursor_that_is_none_asks_for_a_scan(connector: Connector) -> None:
    with pytest.raises(CursorExpired):
        connector.changes(OBJECT, "yesterday")
    with pytest.raises(CursorExpired):
        connector.changes(OBJECT, json.dumps(["yesterday", 0, "", {}]))


def test_a_scan_meets_every_party_once_inactive_ones_too(
    harness: TrytonHarness, connector: Connector, made: PushItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.connectors.tryton.delta.PAGE", 5)
    connector.push([item_of(harness, number) for number in range(1, 8)])
    harness.merge(str(made.target_key), harness.foreign())

    keys: list[str] = []
    page: str | None = None
    while True:
        scanned = connector.scan(OBJECT, page)
        keys += [snapshot.target_key for snapshot in scanned.snapshots]
        page = scanned.next_page
        if page is None:
            break

    assert [(int(key),) for key in keys] == harness.erp.rows("SELECT id FROM party_party ORDER BY id")


def test_its_fields_are_told_as_tryton_has_them(connector: Connector) -> None:
    schema = connector.describe(OBJECT)

    fields: dict[str, TargetField] = {field.name: field for field in schema.fields}
    types = next(each for each in fields["identifiers"].fields if each.name == "type")
    countries = next(each for each in fields["addresses"].fields if each.name == "country")
    assert fields["name"].required
    assert {"eu_vat", "ch_uid", "us_ein"} <= set(types.enum)
    assert len(countries.enum) == 249
    assert not schema.open


def test_a_working_connection_is_healthy(connector: Connector) -> None:
    health = connector.check()

    assert health.ok
    assert health.version == "8.2"


def test_a_party_of_another_golden_record_is_not_taken_for_ours(
    harness: TrytonHarness, connector: Connector, made: PushItem
) -> None:
    other = replace(item_of(harness, 2), target_key=made.target_key)

    (result,) = connector.push([other])

    assert (result.outcome, result.code) == ("CONFLICT", "merged_there")
    assert differences(made.payload, harness.held(str(made.target_key))) == ()
