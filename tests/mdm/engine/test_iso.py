from __future__ import annotations

import pytest

from mdm.engine import iso
from mdm.engine.region import country


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("DEU", "DE"),
        ("276", "DE"),
        ("Germany", "DE"),
        ("Deutschland", "DE"),
        ("ALLEMAGNE", "DE"),
        ("Österreich", "AT"),
        ("Oesterreich", "AT"),
        ("日本", "JP"),
        ("Россия", "RU"),
        ("España", "ES"),
        ("UK", "GB"),
        ("Great Britain", "GB"),
        ("U.S.A.", "US"),
        ("Niger", "NE"),
        ("Nigeria", "NG"),
        ("Czech Republic", "CZ"),
        ("Atlantis", ""),
        ("", ""),
        ("x" * 200, ""),
    ],
)
def test_a_country_is_known_by_code_and_by_its_names(written: str, code: str) -> None:
    assert country(written) == code


def test_lists_have_labels_and_unknown_lists_are_none() -> None:
    assert iso.label_of("iso:country", "DE") == "Germany"
    assert iso.label_of("iso:language", "de") == "German"
    assert iso.label_of("iso:currency", "EUR") == "Euro"
    assert iso.label_of("iso:country", "ZZ") == "ZZ"
    assert not iso.known("iso:planet")
    assert "CHF" in iso.codes_of("iso:currency")
