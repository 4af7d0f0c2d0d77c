"""A mapping's data is read whole: each mistake has its place, a sentence and a remedy."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.mapping.reading import MOST_RULES, InvalidMapping, read
from tests.sync.mapping.party import CONTENT, DECLARED

GOOD: dict[str, Any] = {"target": "good", "from": "name"}


def mistakes(*fields: Any, **top: Any) -> list[str]:
    with pytest.raises(InvalidMapping) as refused:
        read({"format": 1, "fields": list(fields)} | top, declared=DECLARED)
    assert all(each.message and each.remedy for each in refused.value.mistakes)
    return [each.where for each in refused.value.mistakes]


def test_a_mapping_tells_what_it_will_look_at() -> None:
    mapping = read(CONTENT, declared=DECLARED)

    assert {"name", "addresses.city", "addresses.*", "roles.active", "roles.*", "phones.number"} <= mapping.paths
    assert mapping.identifiers == {("ERP", "party")}


@pytest.mark.parametrize(
    ("field", "where"),
    [
        ("name", "fields[0]"),
        ({"from": "name"}, "fields[0].target"),
        ({"target": "", "from": "name"}, "fields[0].target"),
        ({"target": "a\nb", "from": "name"}, "fields[0].target"),
        ({"target": "a"}, "fields[0]"),
        ({"target": "a", "from": "name", "constant": "x"}, "fields[0]"),
        ({"target": "a", "form": "name"}, "fields[0].form"),
        ({"target": "a", "from": "Name"}, "fields[0].from"),
        ({"target": "a", "from": "nam"}, "fields[0].from"),
        ({"target": "a", "from": 3}, "fields[0].from"),
        ({"target": "a", "from": "addresses.city"}, "fields[0].from"),
        ({"target": "a", "from": "addresses[billing].town"}, "fields[0].from"),
        ({"target": "a", "from": "addresses[billing]"}, "fields[0].from"),
        ({"target": "a", "from": ".city"}, "fields[0].from"),
        ({"target": "a", "constant": [1]}, "fields[0].constant"),
        ({"target": "a", "constant": 1.5}, "fields[0].constant"),
        ({"target": "a", "golden": "name"}, "fields[0].golden"),
        ({"target": "a", "golden": "key"}, "fields[0].golden"),
        ({"target": "a", "id": "ERP"}, "fields[0].id"),
        ({"target": "a", "id": {"system": "ERP"}}, "fields[0].id"),
        ({"target": "a", "first": "name"}, "fields[0].first"),
        ({"target": "a", "first": ["name", "nix"]}, "fields[0].first[1]"),
        ({"target": "a", "first": [7]}, "fields[0].first[0]"),
        ({"target": "a", "first": [{"constant": "x", "cut": 3}]}, "fields[0].first[0].cut"),
        ({"target": "a", "join": ["name"], "separator": 1}, "fields[0].separator"),
        ({"target": "a", "from": "name", "separator": "-"}, "fields[0].separator"),
        ({"target": "a", "from": "name", "as": "float"}, "fields[0].as"),
        ({"target": "a", "from": "name", "cut": 0}, "fields[0].cut"),
        ({"target": "a", "from": "name", "cut": True}, "fields[0].cut"),
        ({"target": "a", "from": "name", "required": "yes"}, "fields[0].required"),
        ({"target": "a", "from": "name", "default": {}}, "fields[0].default"),
        ({"target": "a", "from": "name", "values": "country"}, "fields[0].values"),
        ({"target": "a", "from": "name", "values": {"x": []}}, "fields[0].values"),
        ({"target": "a", "from": "name", "unmapped": "keep"}, "fields[0].unmapped"),
        ({"target": "a", "from": "name", "values": {}, "unmapped": "drop"}, "fields[0].unmapped"),
        ({"target": "a", "fields": []}, "fields[0].fields"),
        ({"target": "a", "fields": [{"target": "b"}]}, "fields[0].fields[0]"),
        ({"target": "a", "each": "name", "fields": [GOOD]}, "fields[0].each"),
        ({"target": "a", "each": "addresses", "fields": [GOOD], "keys": "main"}, "fields[0].keys"),
        ({"target": "a", "each": "addresses", "fields": [GOOD], "most": -1}, "fields[0].most"),
        ({"target": "a", "each": "addresses", "fields": [{"target": "b", "from": ".url"}]}, "fields[0].fields[0].from"),
        (
            {"target": "a", "each": "webs", "fields": [{"target": "b", "each": "webs", "fields": [GOOD]}]},
            "fields[0].fields[0].each",
        ),
        ({"target": "a", "from": "name", "when": "always"}, "fields[0].when"),
        ({"target": "a", "from": "name", "when": {"has": "nix"}}, "fields[0].when.has"),
        ({"target": "a", "from": "name", "when": {"is": ["name"]}}, "fields[0].when.is"),
        ({"target": "a", "from": "name", "when": {"is": ["roles[customer]", "x"]}}, "fields[0].when.is[0]"),
        ({"target": "a", "from": "name", "when": {"all": []}}, "fields[0].when.all"),
        ({"target": "a", "from": "name", "when": {"not": {"any": [{"has": "nix"}]}}}, "fields[0].when.not.any[0].has"),
    ],
)
def test_a_mistake_is_named_with_its_place(field: Any, where: str) -> None:
    assert where in mistakes(field)


def test_every_mistake_is_told_at_once() -> None:
    found = mistakes({"target": "a"}, GOOD, {"target": "b", "from": "nix"}, fieldz=1, format=2)

    assert found == ["mapping.fieldz", "format", "fields[0]", "fields[2].from"]


def test_a_field_is_filled_once_unless_a_condition_chooses() -> None:
    assert mistakes(GOOD, GOOD) == ["fields[1].target"]
    assert read({"format": 1, "fields": [GOOD, GOOD | {"when": {"has": "name"}}]}, declared=DECLARED)


def test_a_misspelt_word_is_answered_with_the_one_meant() -> None:
    with pytest.raises(InvalidMapping) as refused:
        read({"format": 1, "fields": [{"target": "a", "from": "nmae", "requred": True}]}, declared=DECLARED)

    remedies = [each.remedy for each in refused.value.mistakes]
    assert remedies == ["Did you mean required?", "Did you mean name?"]


@pytest.mark.parametrize("data", [None, [], "x", 3, {}, {"format": 1}, {"format": 1, "fields": {}}])
def test_what_is_no_mapping_at_all_is_refused(data: object) -> None:
    with pytest.raises(InvalidMapping):
        read(data)


def test_a_mapping_has_bounds() -> None:
    too_many = [{"target": f"f{number}", "constant": 1} for number in range(MOST_RULES + 1)]
    deep: dict[str, Any] = GOOD
    for _ in range(3_000):
        deep = {"target": "a", "fields": [deep]}

    assert mistakes(*too_many) == [f"fields[{MOST_RULES}]"]
    assert mistakes(deep) == ["mapping"]


def scramble(data: Any, draw: Any) -> Any:
    """The data with one part of it replaced by something that may not stand there."""
    if isinstance(data, dict) and data and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(data)))
        return data | {name: scramble(data[name], draw)}
    if isinstance(data, list) and data and draw(st.booleans()):
        place = draw(st.integers(0, len(data) - 1))
        return [*data[:place], scramble(data[place], draw), *data[place + 1 :]]
    return draw(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just([]) | st.just({}) | st.just([{}])
    )


def rules_or_mistakes(data: object) -> tuple[Any, ...]:
    try:
        return read(data, declared=DECLARED).rules
    except InvalidMapping as refused:
        return refused.mistakes


@given(st.data())
def test_data_of_any_shape_is_read_or_refused(data: st.DataObject) -> None:
    broken = scramble(copy.deepcopy(CONTENT), data.draw)

    assert rules_or_mistakes(broken)
