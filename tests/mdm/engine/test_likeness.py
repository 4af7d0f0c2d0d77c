from __future__ import annotations

import pytest

from mdm.domains.loader import shipped_pack
from mdm.engine.checked import Checked
from mdm.engine.likeness import SENTENCES, unlike

PARTY = shipped_pack("party")
VAT = "identifiers[eu_vat].value"


@pytest.mark.parametrize(
    ("previous", "current", "reason"),
    [
        ({"name": "Müller GmbH"}, {"name": "MUELLER Maschinenbau AG"}, None),
        ({"name": "Müller GmbH"}, {"name": "Schmidt GmbH"}, "no_common_name_token"),
        ({"name": "Müller GmbH"}, {"name": None}, None),
        ({"name": "Müller GmbH"}, {"language": "de"}, None),
        ({"given_name": "Anna", "family_name": "Weber"}, {"given_name": "Anna", "family_name": "Koch"}, None),
        (
            {"given_name": "Anna", "family_name": "Weber"},
            {"given_name": "Eva", "family_name": "Koch"},
            "no_common_name_token",
        ),
        ({VAT: "DE136695976"}, {VAT: "DE 136 695 976"}, None),
        ({VAT: "DE136695976"}, {VAT: "DE129273398"}, "tax_id_differs"),
        ({VAT: "DE136695976"}, {VAT: "DE129273390"}, None),
        ({VAT: "DE136695976"}, {"identifiers[gb_vat].value": "GB980780684"}, None),
        ({VAT: "DE136695976"}, {VAT: "DE129273398", "identifiers[eu_vat:2].value": "DE136695976"}, None),
        ({"identifiers[duns].value": "123456789"}, {"identifiers[duns].value": "987654321"}, None),
    ],
)
def test_only_a_valid_tax_id_or_a_wholly_other_name_makes_a_version_unlike(
    previous: dict[str, str | None], current: dict[str, str | None], reason: str | None
) -> None:
    assert unlike(previous, current, PARTY) == reason
    assert reason is None or SENTENCES[reason]


def test_checked_rows_can_be_compared() -> None:
    rows: list[Checked] = [PARTY.check({"name": name}) for name in ("Acme Ltd", "ACME LIMITED")]

    assert unlike(rows[0].merged, rows[1].merged, PARTY) is None
