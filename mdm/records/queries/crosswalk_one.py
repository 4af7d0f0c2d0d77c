"""One identifier: a short statement answers most questions, beside the check of the caller's key where there is one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

import orjson

from mdm.accounts.models import Actor
from mdm.accounts.queries import authenticate_and_fetch, authenticate_api_key
from mdm.governance.models import HUB
from mdm.kernel.prepared import fetch_prepared
from mdm.records.queries.crosswalk_lookup import (
    BY_CODE,
    Candidate,
    Found,
    Question,
    Target,
    canonical_forms,
    in_order,
    is_storable,
    own_form,
)
from mdm.records.queries.crosswalk_sql import ONE_CODE, ONE_CODE_FOR_KEY, ONE_ID, ONE_ID_FOR_KEY

_FOR_KEY: Final = {ONE_ID: ONE_ID_FOR_KEY, ONE_CODE: ONE_CODE_FOR_KEY}
_LIVING: Final = ("CANDIDATE", "ACTIVE")


def look_up_one(question: Question, targets: Collection[str] | None) -> Found | None:
    """Return what `look_up` would for this question, numbered 0; None when only the full statement can tell."""
    asked = _asked(question, targets)
    return None if asked is None else _living(fetch_prepared(*asked))


def look_up_for_key(
    secret: str, question: Question, targets: Collection[str] | None
) -> tuple[Actor | None, Found | None]:
    """Return whose key `secret` is, None when it is not valid, and what `look_up_one` would, from the same round trip.

    Nothing is read for a key that is not valid, nor of a system that it gives no right to view.
    """
    asked = _asked(question, targets)
    if asked is None:
        return authenticate_api_key(secret), None
    statement, parameters = asked
    found = authenticate_and_fetch(secret, _FOR_KEY[statement], parameters)
    return (None, None) if found is None else (found[0], _living(found[1]))


def _asked(question: Question, targets: Collection[str] | None) -> tuple[Any, dict[str, Any]] | None:
    if not is_storable(question):
        return None
    parameters: dict[str, Any] = {"system": question.system, "targets": None if targets is None else list(targets)}
    own = own_form(question) if question.system == HUB else None
    if own is None:
        forms = orjson.dumps(dict(canonical_forms(question.id))).decode()
        return ONE_ID, parameters | {"sought": forms, "type": question.type, "scope": question.scope}
    return (ONE_CODE, parameters | {"sought": own[1]}) if own[0] == BY_CODE else None


def _living(rows: Iterable[tuple[Any, ...]]) -> Found | None:
    """Return what the rows say; None when something that they do not tell, such as a redirect, is among it."""
    found: dict[tuple[Any, ...], set[Target]] = {}
    for row in rows:
        if row[7] not in _LIVING:
            return None
        listed = found.setdefault(row[:10], set())
        if row[10] is not None:
            listed.add(Target._make(row[10:]))
    candidates = [
        Candidate(golden, kind, scope, value, True, [code], code, uuid, domain, status, version, revision, None)
        for kind, scope, value, golden, code, uuid, domain, status, version, revision in found
    ]
    return in_order({0: candidates}, {row[3]: list(listed) for row, listed in found.items()}) if found else {}
