"""Whether a new version may speak of something else than the one before it: a re-used id, a swapped row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

from mdm.engine.fold import name_tokens
from mdm.engine.paths import parse
from mdm.engine.planning import code_of
from mdm.engine.schema import Attribute, Scalar, Schema, Scheme
from mdm.engine.standardise import STANDARDISERS, Binding, Standardiser

Reason = Literal["tax_id_differs", "no_common_name_token"]
SENTENCES: Final[dict[Reason, str]] = {
    "tax_id_differs": "Its valid tax id is another than before.",
    "no_common_name_token": "No word of its name is the same as before.",
}


def unlike(previous: Mapping[str, Scalar], current: Mapping[str, Scalar], schema: Schema) -> Reason | None:
    """Why the two versions look like different things; None when they do not. Missing values tell nothing."""
    ids_before, ids_now = _tax_ids(previous, schema), _tax_ids(current, schema)
    for scheme in ids_before.keys() & ids_now.keys():
        if not ids_before[scheme] & ids_now[scheme]:
            return "tax_id_differs"
    names_before, names_now = _names(previous, schema), _names(current, schema)
    if names_before and names_now and not names_before & names_now:
        return "no_common_name_token"
    return None


def _tax_ids(values: Mapping[str, Scalar], schema: Schema) -> dict[str, set[str]]:
    """Valid tax ids by scheme (or by attribute, where the attribute itself is one)."""
    found: dict[str, set[str]] = {}
    for text, value in values.items():
        path = parse(text)
        attribute = schema.attributes.get(path.declared)
        if attribute is None or not isinstance(value, str):
            continue
        scheme = schema.schemes.get(code_of(path.key)) if attribute.standardiser == "identifier" else None
        if (scheme.identity if scheme else attribute.identity) == "tax":
            standard = _reader(attribute, scheme)(value, "")
            if standard.problem is None and standard.value:
                found.setdefault(scheme.code if scheme else path.declared, set()).add(standard.value)
    return found


def _names(values: Mapping[str, Scalar], schema: Schema) -> frozenset[str]:
    words: frozenset[str] = frozenset()
    for text, value in values.items():
        attribute = schema.attributes.get(parse(text).declared)
        if attribute is not None and attribute.identity == "name" and isinstance(value, str):
            words |= name_tokens(value)
    return words


@lru_cache(maxsize=512)
def _reader(attribute: Attribute, scheme: Scheme | None) -> Standardiser:
    return STANDARDISERS[attribute.standardiser or "text"](Binding(attribute, "", scheme))
