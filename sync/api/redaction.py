"""What the kept answers to batches of source records show of a person, taken out of them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from mdm.api.operations.redact_answers import redact_answers
from mdm.engine.canonicalisers import IdentifierError, canonicalise
from mdm.governance.models import IdType
from mdm.records.erasure import Erasure

Place = tuple[Any, Any, Any]
About = Callable[[Place, dict[str, Any]], bool]
_SHOWS = ("issues", "attributes")


def forget_answers(erasure: Erasure) -> int:
    """No kept answer shows a value of the person; what became of each item stays. Returns how many answers changed."""
    about = _about(erasure)
    return redact_answers(lambda body: _redacted(body, about))


def _about(erasure: Erasure) -> About:
    """An item is known by its golden record; one that was rejected has none, and is known by its identifier."""
    types = IdType.objects.filter(pk__in={one.id_type for one in erasure.identifiers})
    canonicalisers = dict(types.values_list("pk", "canonicaliser"))
    places = {(one.domain, one.system, one.type): canonicalisers[one.id_type] for one in erasure.identifiers}
    ids = {(one.domain, one.system, one.type, one.value) for one in erasure.identifiers}

    def about(place: Place, item: dict[str, Any]) -> bool:
        if item["golden"] is not None:
            return item["golden"] in erasure.codes
        try:
            return place in places and (*place, canonicalise(places[place], item["id"])) in ids
        except IdentifierError:
            return False

    return about


def _redacted(body: bytes, about: About) -> bytes | None:
    answer = orjson.loads(body)
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list) or "counts" not in answer:
        return None  # the answer of another endpoint
    place = (answer["domain"], answer["system"], answer["type"])
    own = [item for item in items if any(item[name] for name in _SHOWS) and about(place, item)]
    for item in own:
        item["issues"], item["attributes"] = [], {}
    return orjson.dumps(answer) if own else None
