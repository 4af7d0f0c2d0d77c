from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm.engine.canonicalisers import CANONICALISERS, IdentifierError, canonicalise

IDS = (
    st.text(max_size=30)
    | st.from_regex(r"\s?0{0,8}[0-9]{1,12}\s?", fullmatch=True)
    | st.from_regex(r"[A-Za-z0-9]{15}([A-Z0-5]{3})?", fullmatch=True)
)


@pytest.mark.parametrize("name", CANONICALISERS)
@given(value=IDS)
def test_every_canonicaliser_is_idempotent_or_refuses(name: str, value: str) -> None:
    try:
        canonical = canonicalise(name, value)
    except IdentifierError:
        return

    assert canonicalise(name, canonical) == canonical
    assert 0 < len(canonical) <= 200


@pytest.mark.parametrize(
    ("name", "sent", "canonical"),
    [
        ("plain", "  K-17 ", "K-17"),
        ("plain", "Mu\u0308ller", "Müller"),
        ("plain", "\ufeffK1", "K1"),
        ("sap_alpha", "0000100482", "100482"),
        ("sap_alpha", "100482", "100482"),
        ("sap_alpha", "0000", "0"),
        ("sap_alpha", "00A7", "00A7"),
        ("casefold", "Straße", "strasse"),
        ("digits", "DE 12-34", "1234"),
        ("salesforce_id", "0015000000Gv7qJ", "0015000000Gv7qJAAR"),
        ("salesforce_id", "0015000000Gv7qJAAR", "0015000000Gv7qJAAR"),
        ("salesforce_id", "0015000000GV7QJAAR", "0015000000Gv7qJAAR"),
        ("salesforce_id", "0015000000gv7qjaar", "0015000000Gv7qJAAR"),
    ],
)
def test_spellings_of_one_id_have_one_canonical_form(name: str, sent: str, canonical: str) -> None:
    assert canonicalise(name, sent) == canonical


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("plain", "   "),
        ("plain", "a\0b"),
        ("plain", "a\u202eb"),
        ("plain", "x" * 201),
        ("digits", "none"),
        ("digits", "⑩" * 200),
        ("salesforce_id", "0015000000Gv7q"),
        ("salesforce_id", "0015000000Gv7qJAAA"),
        ("salesforce_id", "0015000000Gv7q-"),
    ],
)
def test_what_cannot_be_an_id_is_refused_with_a_remedy(name: str, sent: str) -> None:
    with pytest.raises(IdentifierError) as refused:
        canonicalise(name, sent)

    assert refused.value.message
    assert refused.value.remedy
