from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.fold import MAX_KEY, fold, fold_script, name_keys, name_tokens, variants
from mdm.engine.legal_forms import TABLE, split_legal_form


@given(st.text(max_size=60))
def test_folding_is_idempotent_and_leaves_lower_case_words(text: str) -> None:
    folded = fold(text)

    assert fold(folded) == folded
    assert folded.isascii()
    assert folded == folded.lower() == " ".join(folded.split())


@given(st.text(max_size=300))
def test_search_keys_are_bounded_and_distinct(text: str) -> None:
    keys = name_keys(text)

    assert len(set(keys)) == len(keys)
    assert all(0 < len(key) <= MAX_KEY for key in keys)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Müller Maschinenbau GmbH & Co. KG", ("muller maschinenbau", "mueller maschinenbau")),
        ("I.B.M. Corp.", ("ibm",)),
        ("O’Neill & Söhne", ("oneill sohne", "oneill soehne")),
        ("ООО Ромашка", ("romashka", "ромашка")),
        ("株式会社東京", ("dongjing", "東京")),
        ("Ångström AB", ("angstrom", "aangstroem")),
        ("GmbH", ("gmbh",)),
        ("---", ()),
    ],
)
def test_a_name_is_found_by_each_of_its_spellings(text: str, keys: tuple[str, ...]) -> None:
    assert name_keys(text) == keys


def test_a_query_and_a_record_meet_in_at_least_one_spelling() -> None:
    assert set(variants("Mueller")) & set(variants("Müller"))
    assert name_tokens("MÜLLER GMBH") & name_tokens("Mueller Maschinenbau AG")
    assert fold_script("Ромашка") == "ромашка"


FORMS = [line.partition(" = ")[0].split("; ")[0] for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize("form", FORMS)
def test_a_legal_form_in_its_own_spelling_is_found_and_kept(form: str) -> None:
    name = f"Nordwind Logistik {form}"

    split = split_legal_form(name)

    assert split.core == "Nordwind Logistik"
    assert split.form
    assert split.respelled == name


@given(st.text(max_size=20), st.sampled_from(FORMS), st.sampled_from(("upper", "lower", "title")))
def test_respelling_a_name_twice_changes_nothing_more(start: str, form: str, case: str) -> None:
    name = f"{start} {getattr(form, case)()}".strip()

    once = split_legal_form(name)
    twice = split_legal_form(once.respelled)

    assert twice.respelled == once.respelled
    assert twice.core == once.core
