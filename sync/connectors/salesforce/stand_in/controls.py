"""What only tests do to the stand-in: act as its users, and make it fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sync.connectors.salesforce.stand_in.org import Org

BREAKS: Final = "!! an apex trigger of this org fails on this"


class Broken(Exception):
    """A trigger of the org fails: a permanent error told as 500."""


def maybe_break(fields: Mapping[str, Any]) -> None:
    """Raises: Broken for a record that carries the words."""
    if BREAKS in fields.values():
        raise Broken


def carry_out(org: Org, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """One act of a user of the org."""
    object = str(given.get("object", "Account"))
    if name == "create":
        return {"id": org.add(object, given["fields"])}
    if name == "edit":
        org.change(object, given["id"], given["fields"], unmodified_since=None)
    elif name == "merge":
        org.discard(object, given["id"], master=given["into"])
    elif name == "delete":
        org.discard(object, given["id"])
    elif name == "setting":
        org.set(given["name"], given["value"])
    elif name == "forget-tokens":
        org.forget_tokens()
    return {}
