from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.paths import PathError, attribute_of, flatten, join, nest, parse

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
KEYS = st.text(st.characters(exclude_characters="[]", exclude_categories=["Z", "C"]), min_size=1, max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
FLAT = st.dictionaries(
    NAMES.map(lambda name: f"a_{name}") | st.builds(join, NAMES.map(lambda name: f"g_{name}"), KEYS, NAMES), SCALARS
).filter(lambda flat: all(parse(path).attribute != "key" for path in flat))


@given(FLAT)
def test_a_nested_record_flattens_to_the_values_it_was_nested_from(flat: dict[str, Any]) -> None:
    groups = {parse(path).group for path in flat}

    assert flatten(nest(flat), groups) == flat


def test_a_path_is_read_into_its_parts() -> None:
    path = parse("addresses[billing].city")

    assert (path.group, path.key, path.attribute) == ("addresses", "billing", "city")
    assert (path.declared, path.element, str(path)) == (
        "addresses.city",
        "addresses[billing]",
        "addresses[billing].city",
    )
    assert attribute_of("name") == "name"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Name",
        "a b",
        "a[].b",
        "a[x y].b",
        "a[b]",
        "a.b",
        "a[" + "k" * 65 + "].b",
        "a[b].c\n",
        "a[b\x00].c",
        "a[\ud800].c",
        "a[\u202eb].c",
    ],
)
def test_what_is_no_path_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(PathError) as refused:
        parse(text)

    assert "group[key].attribute" in refused.value.remedy


@pytest.mark.parametrize(
    "nested",
    [
        {"addresses": {"key": "billing"}},
        {"addresses": None},
        {"addresses": "billing"},
        {"addresses": [{"city": "Berlin"}]},
        {"addresses": ["billing"]},
        {"addresses": [{"key": "a b"}]},
        {"addresses": [{"key": "billing", "city": "A"}, {"key": "billing", "city": "B"}]},
        {"addresses": [{"key": "billing", "city": "A"}], "addresses[billing].city": "B"},
    ],
)
def test_a_group_that_is_no_list_of_keyed_elements_is_refused(nested: dict[str, Any]) -> None:
    with pytest.raises(PathError) as refused:
        flatten(nested, {"addresses"})

    assert refused.value.path.startswith("addresses")
    assert refused.value.remedy
