from __future__ import annotations

from typing import Any

import pytest

from mdm.domains.diff import Change, diff
from mdm.domains.loader import from_content, shipped_pack

OLD = shipped_pack("material")


def changed(**attributes: Any) -> list[Change]:
    content = OLD.to_content()
    for name, fields in attributes.items():
        if fields is None:
            del content["attributes"][name]
        else:
            content["attributes"][name] = {**content["attributes"].get(name, {}), **fields}
    return diff(OLD, from_content(content))


def test_a_pack_does_not_differ_from_itself() -> None:
    assert diff(OLD, from_content(OLD.to_content())) == []


def test_a_new_attribute_is_told_and_narrows_nothing() -> None:
    assert changed(colour={"label": "Colour"}) == [
        Change("added", "colour", "Attribute colour (Colour) is new.", narrows=False)
    ]


def test_a_removed_attribute_narrows() -> None:
    assert changed(ean=None) == [
        Change("removed", "ean", "Attribute ean is gone; values sent for it will be rejected.", narrows=True)
    ]


@pytest.mark.parametrize(
    ("field", "value", "narrows"),
    [("max_length", 100, True), ("max_length", 250, False), ("required", False, False), ("label", "Text", False)],
)
def test_a_changed_field_says_what_it_was_and_whether_it_narrows(field: str, value: Any, *, narrows: bool) -> None:
    (change,) = changed(description={field: value})

    assert (change.kind, change.path, change.narrows) == ("changed", "description", narrows)
    assert change.words.startswith(f"description: {field} was ")


def test_changes_of_code_lists_and_groups_are_told() -> None:
    content = OLD.to_content()
    del content["code_lists"]["unit"]["SET"]
    content["code_lists"]["unit"]["DAY"] = "Day"
    content["groups"] = {"plants": {"label": "Plant", "attributes": {"stock": {"label": "Stock"}}}}
    content["label"] = "Product"

    words = [change.words for change in diff(OLD, from_content(content))]

    assert "label was Material, becomes Product." in words
    assert "Group plants (Plant) is new." in words
    assert "Attribute plants.stock (Stock) is new." in words
    assert "Code list unit: Code DAY (Day) is new." in words
    assert "Code list unit: Code SET is gone; values sent for it will be rejected." in words
