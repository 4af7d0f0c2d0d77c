"""A model is data; its mistakes are named."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bench.demo_records import seeds
from mdm.domains.loader import shipped_pack
from mdm.engine.matching import MatchModel, ModelError, columns_of, evidence_hash
from mdm.engine.rules import Rules, RulesError
from tests.mdm.engine.matching.worlds import party_model

CONTENT: dict[str, Any] = seeds()["rules"]["party"]["matching"]


@pytest.mark.parametrize("domain", ["party", "material"])
def test_the_demos_models_survive_being_written_and_read(domain: str) -> None:
    model = MatchModel.from_content(seeds()["rules"][domain]["matching"])

    assert MatchModel.from_content(model.to_content()) == model


def changed(*path: Any, to: Any) -> dict[str, Any]:
    content = copy.deepcopy(CONTENT)
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return content


MISTAKES = [
    (changed("fields", "name", "reader", to="organization"), "fields.name.reader"),
    (changed("blocking", 0, "kind", to="exactly"), "blocking[0].kind"),
    (changed("blocking", 0, "keys", to=["vat"]), "blocking[0].keys"),
    (changed("blocking", 5, "keys", to=["name:perfix4"]), "blocking[5].keys"),
    (changed("blocking", 0, "cap", to=0), "blocking[0].cap"),
    (changed("comparisons", 0, "comparator", to="likeness"), "comparisons[0].comparator"),
    (changed("comparisons", 0, "fields", to=["nmae"]), "comparisons[0].fields"),
    (changed("comparisons", 0, "levels", 0, "bits", to=3), "comparisons[0].levels.equal.bits"),
    (changed("comparisons", 0, "levels", 0, "name", to="same"), "comparisons[0].levels"),
    (changed("comparisons", 1, "name", to="name"), "comparisons"),
    (changed("comparisons", to=[]), "comparisons"),
    (changed("prior", to="low"), "prior"),
    (changed("prior", to=float("nan")), "prior"),
    (changed("thresholds", to={"review": 3, "auto": 2}), "thresholds"),
    (changed("weights", to={}), "matching"),
]


@pytest.mark.parametrize(("content", "where"), MISTAKES)
def test_a_mistake_in_a_model_is_named_with_its_place_and_remedy(content: dict[str, Any], where: str) -> None:
    with pytest.raises(ModelError) as refused:
        MatchModel.from_content(content)

    assert refused.value.where == where
    assert refused.value.expected
    assert refused.value.remedy


def test_a_column_that_the_domain_cannot_fill_is_refused() -> None:
    content = {"matching": changed("columns", "city", to=["addresses.town"])}

    with pytest.raises(RulesError) as refused:
        Rules.from_content(content, shipped_pack("party"))

    assert (refused.value.where, refused.value.found) == ("matching.columns.city", "'addresses.town'")


def test_values_by_path_become_cells_whose_places_stay_aligned() -> None:
    values = {
        "name": "Müller GmbH",
        "given_name": "Eva",
        "family_name": "Maier",
        "addresses[main].city": "Stuttgart",
        "addresses[billing].city": "Ulm",
        "addresses[main].street": "Industriestraße",
        "identifiers[eu_vat].value": "DE811128135",
        "identifiers[eu_vat:FR].value": "FR40303265045",
        "phones[main].number": "+497113800471",
        "webs[main].url": None,
    }

    cells = columns_of(values, party_model())

    assert cells["name"] == ("Müller GmbH", "Eva Maier")
    assert cells["city"] == ("Ulm", "Stuttgart")
    assert cells["street"] == ("", "Industriestraße")
    assert cells["identifiers"] == ("eu_vat:DE811128135", "eu_vat:FR40303265045")
    assert cells["phone"] == "+497113800471"
    assert cells["web"] is None
    assert cells["postal_code"] is None


def test_the_evidence_hash_folds_case_and_space_and_knows_no_order() -> None:
    model = party_model()
    one = {"name": "Müller  GmbH", "addresses[main].city": "ULM"}
    other = {"name": "Maier AG", "industry": "steel"}
    same = {"name": " müller gmbh", "addresses[main].city": "Ulm", "industry": "wood"}
    moved = {**one, "addresses[main].city": "Bonn"}

    assert evidence_hash(one, other, model) == evidence_hash(other, same, model)
    assert evidence_hash(one, other, model) != evidence_hash(moved, other, model)
