"""API keys for administrators: the secret is shown once."""

from __future__ import annotations

import re

from mdm.accounts.models import ApiKey
from mdm.accounts.queries import authenticate_api_key
from tests.mdm.web.conftest import Pages
from tests.mdm.web.reading import text_of
from tests.mdm.web.scene import Scene

FORM = {"name": "shop-prod", "scopes": "view:party\nview:party:system:SHOP", "reason": "Web shop look-ups"}


def test_the_secret_of_a_new_key_is_shown_once_and_works(scene: Scene, pages: Pages) -> None:
    client = pages(scene.engineer)

    answer = client.post("/keys/new", FORM)
    secret = re.findall(r"<code>(tsk_[\w-]+)</code>", answer.content.decode())[0]

    service = authenticate_api_key(secret)
    assert service is not None
    assert service.name == "shop-prod"
    assert secret not in client.get("/keys").content.decode()
    assert "view:party, view:party:system:SHOP" in text_of(client.get("/keys"))


def test_a_revoked_key_is_listed_as_revoked_and_no_longer_works(scene: Scene, pages: Pages) -> None:
    client = pages(scene.engineer)
    created = client.post("/keys/new", FORM)
    secret = re.findall(r"<code>(tsk_[\w-]+)</code>", created.content.decode())[0]

    client.post(f"/keys/{ApiKey.objects.get(name='shop-prod').prefix}/end")

    assert authenticate_api_key(secret) is None
    assert "Revoked" in text_of(client.get("/keys"))


def test_a_right_of_the_wrong_form_is_explained_and_no_key_is_made(scene: Scene, pages: Pages) -> None:
    answer = pages(scene.engineer).post("/keys/new", FORM | {"scopes": "fly:party"})

    assert answer.status_code == 422
    assert "'fly' is no action" in text_of(answer)
    assert not ApiKey.objects.filter(name="shop-prod").exists()


def test_who_may_not_operate_the_installation_sees_no_keys(scene: Scene, pages: Pages) -> None:
    client = pages(scene.steward)

    answers = [client.get("/keys"), client.get("/keys/new"), client.post("/keys/new", FORM)]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert "Ask an administrator for the right to operate" in text_of(answers[0])
    assert "API keys" not in text_of(client.get("/"))
    assert not ApiKey.objects.filter(name="shop-prod").exists()
