from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from mdm.domains.loader import from_content, load, shipped, shipped_pack
from mdm.domains.pack import PackError
from mdm.engine.schema import Attribute

SMALL = """\
code: tool
label: Tool
code_prefix: TL
code_lists:
  size: {s: Small, l: {label: Large, aliases: [big]}}
attributes:
  name: {label: Name, standardiser: text, key: name}
  size: {label: Size, type: code, code_list: size}
groups:
  sites:
    label: Site
    attributes:
      shelf: {label: Shelf, max_length: 10}
"""


@pytest.mark.parametrize("code", shipped())
def test_every_shipped_pack_loads_and_survives_storage(code: str) -> None:
    pack = load(shipped()[code])

    again = from_content(json.loads(json.dumps(pack.to_content())))

    assert pack.code == code
    assert again.to_content() == pack.to_content()
    assert (again.attributes, again.groups, again.schemes) == (pack.attributes, pack.groups, pack.schemes)
    assert (again.code_lists, again.composed_keys) == (pack.code_lists, pack.composed_keys)


def test_shipped_packs_have_prefixes_of_their_own() -> None:
    prefixes = [shipped_pack(code).code_prefix for code in shipped()]

    assert len(set(prefixes)) == len(prefixes)


def test_the_party_pack_knows_organisations_and_persons() -> None:
    party = shipped_pack("party")

    assert {"roles", "identifiers", "addresses", "phones", "emails", "webs", "bank_accounts", "company_codes"} <= set(
        party.groups
    )
    assert party.attributes["birth_date"].privacy == "personal"
    assert set(party.code_lists["record_class"]) == {"real", "one_time", "dummy", "test", "intercompany"}
    assert set(party.code_lists["business_status"]) == {"active", "blocked", "sanctioned"}


def test_a_pack_given_as_text_is_read() -> None:
    pack = load(SMALL)

    assert pack.attributes["sites.shelf"] == Attribute("sites.shelf", "Shelf", max_length=10)
    assert pack.check({"size": "BIG"}).standardised == {"size": "l"}


def test_the_stored_content_cannot_change_the_pack() -> None:
    content = load(SMALL).to_content()
    pack = from_content(content)

    content["label"] = "Changed"
    pack.to_content()["attributes"].clear()

    assert pack.to_content()["label"] == "Tool"
    assert "name" in pack.to_content()["attributes"]


@pytest.mark.parametrize(
    ("old", "new", "where", "found"),
    [
        ("label: Tool\n", "", "pack: label", "None"),
        ("label: Tool\n", "label: 5\n", "pack line 2: label", "5"),
        ("code_prefix: TL", "code_prefix: tool", "pack line 3: code_prefix", "'tool'"),
        ("code: tool", "code: A Tool", "pack line 1: code", "'A Tool'"),
        ("label: Name,", "labl: Name,", "pack line 7: attributes.name.label", "None"),
        ("max_length: 10", "max_lenght: 10", "pack line 13: groups.sites.attributes.shelf.max_lenght", "'max_lenght'"),
        ("max_length: 10", "max_length: 0", "pack line 13: groups.sites.attributes.shelf.max_length", "0"),
        ("max_length: 10", "max_length: yes", "pack line 13: groups.sites.attributes.shelf.max_length", "True"),
        ("standardiser: text", "standardiser: txt", "pack line 7: attributes.name.standardiser", "'txt'"),
        ("key: name", "key: phone", "pack line 7: attributes.name.key", "'text'"),
        ("type: code, ", "", "pack line 8: attributes.size.code_list", "type text, code_list 'size'"),
        ("code_list: size", "code_list: sizes", "pack line 8: attributes.size.code_list", "'sizes'"),
        ("code_list: size", "code_list: size, region_from: land", "pack line 8: attributes.size.region_from", "'land'"),
        ("max_length: 10", "at_stake: true", "pack line 13: groups.sites.attributes.shelf.at_stake", "type text"),
        ("      shelf:", "      key:", "pack line 13: groups.sites.attributes.key", "key"),
        ("  name:", "  Name:", "pack line 7: attributes.Name", "'Name'"),
        ("    label: Site\n", "    label: Site\n    keys: kinds\n", "pack line 12: groups.sites.keys", "'kinds'"),
        ("groups:", "grups:", "pack line 9: grups", "'grups'"),
        ("{s: Small,", "{no: Small,", "pack line 5", "False"),
        ("  size: {label", "  name: {label", "pack line 8", "name"),
        ("  sites:\n", "  sites: [\n", "pack line", "expected"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_remedy(old: str, new: str, where: str, found: str) -> None:
    assert old in SMALL
    with pytest.raises(PackError) as refused:
        load(SMALL.replace(old, new, 1))

    assert refused.value.where.startswith(where)
    assert found in refused.value.found
    assert refused.value.expected
    assert refused.value.remedy


def test_a_file_is_named_in_its_errors(tmp_path: Path) -> None:
    file = tmp_path / "tool.yaml"
    file.write_text(SMALL.replace("type: code", "type: coed"), encoding="utf-8")

    with pytest.raises(PackError) as refused:
        load(file)

    assert refused.value.where == "tool.yaml line 8: attributes.size.type"
    assert refused.value.remedy == "Did you mean code?"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"schemes": {"x": {"label": "X", "module": "os"}}}, "schemes.x.module"),
        ({"schemes": {"x": {"label": "X", "module": "stdnum.nowhere"}}}, "schemes.x.module"),
        ({"schemes": {"x": {"label": "X", "pattern": "("}}}, "schemes.x.pattern"),
        ({"code_lists": {"size": {}}}, "code_lists.size"),
        ({"code_lists": {"size": {"a b": "x"}}}, "code_lists.size.a b"),
        ({"record_keys": [{"from": ["nobody"]}]}, "record_keys.0.from"),
        ({"groups": {"name": {"label": "x", "attributes": {"a": {"label": "a"}}}}}, "groups.name"),
        ({"groups": {"g": {"label": "x"}}}, "groups.g.attributes"),
        ({"groups": {"g": {"label": "x", "keys": "schemes", "attributes": {"a": {"label": "a"}}}}}, "schemes"),
        ({"attributes": []}, "attributes"),
    ],
)
def test_stored_content_is_validated_like_a_file(change: dict[str, Any], where: str) -> None:
    content = copy.deepcopy(load(SMALL).to_content()) | change

    with pytest.raises(PackError) as refused:
        from_content(content)

    assert refused.value.where == where


@pytest.mark.parametrize("content", [None, [], "text", 5])
def test_what_is_no_mapping_is_no_pack(content: Any) -> None:
    with pytest.raises(PackError):
        from_content(content)


def test_a_stored_pack_keeps_the_order_it_was_written_in() -> None:
    pack = shipped_pack("party")

    forgetful = json.loads(json.dumps(pack.to_content(), sort_keys=True))
    again = from_content(forgetful)

    assert list(again.attributes) == list(pack.attributes)
    assert list(again.groups) == list(pack.groups)
