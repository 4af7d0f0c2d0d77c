"""A steward looks up whether a record is here already, before anybody makes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mdm.matching.corpus import forget_corpora
from tests.mdm.stewardship.desk import publish_matching
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene


@pytest.fixture(autouse=True)
def _cold() -> Iterator[None]:
    forget_corpora()
    yield
    forget_corpora()


def asked(**values: str) -> dict[str, str]:
    return {"domain": "party"} | {f"value:{path}": text for path, text in values.items()}


def test_what_is_known_of_a_record_finds_it_with_the_reason(scene: Scene, pages: Pages) -> None:
    publish_matching()
    form = asked(name="Mueller und Soehne") | {"value:addresses[main].city": "Stuttgart"}

    page, answer = pages(scene.steward).get("/look-up"), pages(scene.steward).post("/look-up", form)

    assert 'name="value:addresses[main].postal_code"' in page.content.decode()
    assert "Mueller" not in answer.request["QUERY_STRING"]
    told = text_of(answer)
    assert scene.joined in told and "Müller & Söhne" in told
    assert "records it may be" in told or "record it may be" in told
    assert 'value="Mueller und Soehne"' in answer.content.decode()


def test_what_is_not_here_is_said_to_be_not_here(scene: Scene, pages: Pages) -> None:
    publish_matching()

    answer = pages(scene.steward).post("/look-up", asked(name="Zzyzx Quarry Works"))

    assert "Nothing like it is here" in text_of(answer)


def test_a_number_needs_its_kind_and_nothing_at_all_is_refused(scene: Scene, pages: Pages) -> None:
    publish_matching()
    number = {"value:identifiers[{}].value": "DE129273398"}
    client = pages(scene.steward)

    without, empty = client.post("/look-up", asked() | number), client.post("/look-up", asked())
    made_up = client.post("/look-up", asked() | number | {"key:identifiers[{}].value": "no_such"})
    chosen = client.post("/look-up", asked() | number | {"key:identifiers[{}].value": "eu_vat"})

    assert [one.status_code for one in (without, empty, made_up, chosen)] == [422, 422, 422, 200]
    assert "Choose its kind." in text_of(without) and 'value="DE129273398"' in without.content.decode()


def test_who_views_another_domain_is_told_nothing_of_this_one(scene: Scene, pages: Pages) -> None:
    publish_matching()

    answer = pages(scene.other_steward).post("/look-up", asked(name="Müller & Söhne"))

    assert scene.joined not in text_of(answer) and "value:addresses[main].city" not in answer.content.decode()
