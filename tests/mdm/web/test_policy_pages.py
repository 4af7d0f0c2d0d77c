"""A domain's policy: read by who views the domain, set by who publishes it."""

from __future__ import annotations

from mdm.governance.models import DomainPolicy
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene

NEW = {"release": "steward", "hold_seconds": "5", "reason": "Demo"}


def test_a_policy_is_read_in_words(scene: Scene, pages: Pages) -> None:
    text = text_of(pages(scene.steward).get("/policies"))

    assert "Business partner By itself when matching found nothing" in text
    assert "5 min" in text
    assert "Change policy" not in text


def test_whoever_publishes_sets_the_policy(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.engineer).post("/policies/party", NEW)

    held = DomainPolicy.objects.get(domain="party")
    assert answer["Location"] == "/policies"
    assert (held.release, held.hold_seconds, held.auto_merge) == ("steward", 5, False)


def test_whoever_only_decides_is_refused_and_nothing_changes(scene: Scene, pages: Pages) -> None:
    client = pages(scene.steward)

    shown, sent = client.get("/policies/party"), client.post("/policies/party", NEW)

    assert "Whoever may publish this domain can change it." in text_of(shown)
    assert sent.status_code == 403
    assert not DomainPolicy.objects.filter(domain="party", release="steward").exists()


def test_a_hold_beyond_an_hour_is_refused_at_its_field(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.engineer).post("/policies/party", NEW | {"hold_seconds": "4000"})

    assert answer.status_code == 422
    assert "3600" in text_of(answer)


def test_a_domain_that_may_not_be_viewed_has_no_policy_page(scene: Scene, pages: Pages) -> None:
    client = pages(scene.other_steward)

    assert client.get("/policies/party").status_code == 404
    assert "Business partner" not in text_of(client.get("/policies"))
