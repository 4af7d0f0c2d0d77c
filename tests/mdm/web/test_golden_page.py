"""The golden record page: lineage, sources, crosswalk, history, and the past."""

from __future__ import annotations

import re

from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene


def test_each_value_names_its_source_its_rule_and_who_else_has_a_say(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get(f"/g/{scene.joined}")

    text = text_of(answer)
    assert "Name Müller & Söhne GmbH SAP 100482" in text
    assert "source order" in text
    assert "1 differs CRM 0017x000019aBcDAAU Mueller und Soehne GmbH" in text
    assert "Number 129273398 SAP 100482" in text


def test_sources_that_wrote_one_value_differently_agree(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get(f"/g/{scene.joined}")

    identifier = text_of(answer).partition("German VAT number")[2][:120]
    assert "1 agrees" in identifier


def test_a_pinned_value_names_the_steward_and_the_reason(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get(f"/g/{scene.joined}")

    assert "Record class Intercompany Anna Keller" in text_of(answer)
    assert "Sister company by contract 4711" in text_of(answer)


def test_personal_values_are_masked_without_the_right_to_reveal(scene: Scene, pages: Pages) -> None:
    url = f"/g/{scene.person}"

    seen_by_auditor, seen_by_steward = pages(scene.auditor).get(url), pages(scene.steward).get(url)

    assert "1984-05-17" in text_of(seen_by_steward)
    for private in ("1984-05-17", "Chiara", "Esposito", "chiara.esposito@example.org"):
        assert private not in seen_by_auditor.content.decode()
    assert "masked" in text_of(seen_by_auditor)


def test_masked_values_stay_masked_in_every_part_of_the_page(scene: Scene, pages: Pages) -> None:
    client = pages(scene.auditor)

    parts = [
        client.get(f"/g/{scene.person}/{part}") for part in ("sources", "crosswalk", "history", "quality", "inspect")
    ]

    assert [part.status_code for part in parts] == [200] * 5
    assert not [part for part in parts if "Esposito" in part.content.decode()]


def test_a_reader_of_another_domain_is_told_that_there_is_nothing(scene: Scene, pages: Pages) -> None:
    client = pages(scene.other_steward)

    answers = [client.get(f"/g/{scene.joined}{part}") for part in ("", "/sources", "/history", "/inspect")]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert "Müller" not in answers[0].content.decode()


def test_the_page_as_it_was_is_read_only_and_compared_with_now(scene: Scene, pages: Pages) -> None:
    client = pages(scene.steward)
    first = re.findall(r"as_of=[^\"]+", client.get(f"/g/{scene.joined}/history").content.decode())[-1]

    answer = client.get(f"/g/{scene.joined}?{first}")

    text = text_of(answer)
    assert "Read-only. Compared with now:" in text
    assert "1 added" in text
    assert "Industry Mechanical engineering" in text
    assert "Machine tools" in text


def test_a_moment_before_the_record_existed_is_refused_with_a_remedy(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get(f"/g/{scene.joined}?as_of=2001-01-01T00:00:00Z")

    assert answer.status_code == 404
    assert "did not exist then" in text_of(answer)


def test_what_is_no_moment_is_refused_by_name(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get(f"/g/{scene.joined}?as_of=yesterday")

    assert answer.status_code == 422
    assert "as_of: yesterday" in text_of(answer)


def test_the_history_tells_who_changed_what_and_why(scene: Scene, pages: Pages) -> None:
    text = text_of(pages(scene.steward).get(f"/g/{scene.joined}/history"))

    assert "Anna Keller: changed Record class Sister company by contract 4711" in text
    assert "Engineer: 1 source joined" in text
    assert "Engineer opened the record with" in text


def test_the_crosswalk_links_into_the_system(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get(f"/g/{scene.joined}/crosswalk")

    assert "https://crm.example/accounts/0017x000019aBcDAAU" in answer.content.decode()


def test_a_finding_says_what_is_wrong_without_the_value(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.steward).get(f"/g/{scene.lonely}/quality")

    assert "Identifier German VAT number: Number" in text_of(answer)
    assert "DE129273399" not in text_of(answer)


def test_a_code_typed_in_small_letters_finds_its_record(scene: Scene, pages: Pages) -> None:
    assert pages(scene.steward).get(f"/g/{scene.joined.lower()}").status_code == 200
