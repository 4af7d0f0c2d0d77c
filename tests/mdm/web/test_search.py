"""One box: any identifier, code, tax number or name."""

from __future__ import annotations

import pytest

from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene


@pytest.mark.parametrize("text", ["100482", "0000100482", "0017x000019aBcD", "0017x000019aBcDAAU"])
def test_an_identifier_of_any_system_opens_its_record(scene: Scene, pages: Pages, text: str) -> None:
    answer = pages(scene.steward).get("/search", {"q": text})

    assert answer["Location"] == f"/g/{scene.joined}"


def test_a_tax_number_of_several_records_lists_them(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get("/search", {"q": "DE129273398", "stay": ""})

    assert "recognised: German VAT number" in text_of(answer)
    assert scene.joined in text_of(answer)


def test_a_name_is_found_in_another_spelling(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get("/search", {"q": "mueller soehne"})

    assert "recognised: Name" in text_of(answer)
    assert "Müller & Söhne GmbH" in text_of(answer)


def test_the_box_suggests_as_options(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get("/search/suggest", {"q": "stahl"})

    assert answer.content.decode().count('role="option"') == 1
    assert "Nord Stahl AG" in text_of(answer)


def test_what_another_domain_holds_is_not_found(scene: Scene, pages: Pages) -> None:
    client = pages(scene.other_steward)

    answers = [client.get("/search", {"q": text}) for text in ("100482", "Müller", scene.joined)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert all("Nothing found" in text_of(answer) for answer in answers)


def test_what_was_typed_is_shown_as_text_and_never_run(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get("/search", {"q": "<script>alert(1)</script>"})

    assert "<script>alert(1)" not in answer.content.decode()
