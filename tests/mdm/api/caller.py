"""A system that calls the API with a key of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.test import Client

from mdm.accounts.models import ApiKey
from mdm.accounts.operations.create_api_key import create_api_key
from mdm.accounts.queries import machine_actor


class Caller:
    """`scopes` are rights in writing; the test client lets errors of the server through as answers."""

    def __init__(self, *scopes: str, name: str = "Caller", expires_at: datetime | None = None) -> None:
        self.key: ApiKey
        self.key, self.secret = create_api_key(name=name, scopes=scopes, actor=machine_actor(), expires_at=expires_at)
        self.client = Client(raise_request_exception=False, headers={"authorization": f"Bearer {self.secret}"})

    def get(self, path: str, query: dict[str, str] | None = None, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", query or {}, headers=_named(headers))

    def post(self, path: str, body: Any, *, content_type: str = "application/json", **headers: str) -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(f"/api/v1/{path}", data, content_type=content_type, headers=_named(headers))

    def resolve(self, items: Sequence[dict[str, str]], **more: Any) -> list[dict[str, Any]]:
        response = self.post("crosswalk/resolve", {"items": list(items), **more})
        assert response.status_code == 200, response.content
        found: list[dict[str, Any]] = response.json()["items"]
        return found


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
