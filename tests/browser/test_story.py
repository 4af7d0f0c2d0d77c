"""A steward's first hour in a real browser: one key merges, a real Tryton and the CRM follow, one key takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from mdm.records.models import GoldenRecord
from tests import seeds
from tests.browser.conftest import Visit
from tests.erp import LiveErp, erp
from tests.flows.story import Story, delivering, proposed, released_pair, tell, wait_until
from tests.mdm.records.world import build_world
from tests.mdm.stewardship.desk import company, match
from tests.mdm.web.scene import PASSWORD, person
from tests.tools.salesforce_stand_in import salesforce_stand_in

__all__ = ["erp"]

FIRM = "Müller & Söhne GmbH"
WHERE = {"address": ("Am Markt", "1", "53111", "Bonn"), "vat": "DE811128135"}


@pytest.fixture(scope="module")
def scene(
    server: LiveServer, django_db_blocker: DjangoDbBlocker, erp: LiveErp, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """A customer is in both targets as two, and the review queue asks whether the two are one."""
    folder = tmp_path_factory.mktemp("crm")
    with django_db_blocker.unblock(), salesforce_stand_in(folder / "crm.sqlite") as crm:
        seeds.restore()
        try:
            told = tell(build_world(), erp, crm, hold_seconds=0)
            person("Anna Keller", PASSWORD)
            with delivering():
                released_pair(told)
                proposed(told)
                for system, number in (("SAP", "500124"), ("CRM", "0017x000019aBcEAAU")):
                    told.world.say(system, number, values=company("Adler Stahl KG", **WHERE))
                match(told.world)
                yield told
        finally:
            seeds.restore()


def _delivered(page: Page, golden: GoldenRecord, cause: str) -> None:
    """The record's page says that both targets hold it, and why it was sent last."""
    page.goto(f"/g/{golden.code}/deliveries")
    for place in ("TRYTON party.party", "SALES Account"):
        expect(page.locator(".where li", has_text=place)).to_contain_text("Delivered")
        last = page.get_by_role("region", name="Deliveries").locator("li", has_text=f"→ {place}").first
        expect(last).to_contain_text(cause)
        expect(last).to_contain_text("Delivered")


def test_one_key_merges_in_tryton_and_the_crm_and_one_key_puts_both_back(
    visit: Visit, scene: Story, elsewhere: Callable[[Callable[[], None]], None]
) -> None:
    review = visit("anna@example.org").page
    record, name = review.context.new_page(), review.get_by_role("heading", level=1)
    sap, other = scene.golden("SAP"), scene.golden("CRM")
    parties = {golden.code: scene.parties(golden)[0][0] for golden in (sap, other)}
    review.goto("/review")
    review.get_by_role("link", name=FIRM).click()
    expect(name).to_contain_text(FIRM)

    review.keyboard.press("m")
    expect(name).to_contain_text("Adler Stahl KG")
    elsewhere(lambda: wait_until(lambda: scene.golden("SAP") == scene.golden("CRM")))
    merged = scene.golden("SAP")
    elsewhere(lambda: scene.await_settled(merged))

    _delivered(record, merged, "The golden record changed")
    ((party, _),), (account,) = scene.parties(merged), scene.accounts(merged)
    assert party == parties[merged.code]
    assert (account["MDM_Id__c"], account["ERP_Id__c"]) == (merged.code, str(party))

    review.bring_to_front()
    review.keyboard.press("z")
    expect(name).to_contain_text(FIRM)
    elsewhere(lambda: scene.await_settled(sap, other))

    assert scene.golden("SAP") == sap and scene.golden("CRM") == other
    for golden in (sap, other):
        _delivered(record, golden, "A decision was undone")
        ((party, _),), (account,) = scene.parties(golden), scene.accounts(golden)
        assert account["ERP_Id__c"] == str(party) == str(parties[golden.code])
