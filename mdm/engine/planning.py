"""What is decided once per path, so that each value costs little: its attribute, limits, standardiser and key."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from mdm.engine.checked import Issue
from mdm.engine.paths import Path, PathError, join, parse
from mdm.engine.reading import READERS, quoted
from mdm.engine.region import preferred_paths
from mdm.engine.schema import Attribute, Group, Scalar, Schema, Scheme
from mdm.engine.standardise import STANDARDISERS, Binding, Standardiser

SCHEMES: Final = "schemes"
"""As the `keys` of a group: its element keys are identifier schemes."""
UNCHECKED: Final = "unchecked"
"""Kind of the keys that only people search by: identifiers that failed their check, or that several may share."""
_STANDARDISED: Final = ("text", "code", "date", "decimal")


@dataclass(frozen=True, slots=True)
class Plan:
    """`standardise` is None for whole numbers and truth values, which reading already makes uniform."""

    path: str
    attribute: Attribute
    element: str
    read: Callable[[Any], Scalar]
    standardise: Standardiser | None
    max_length: int
    kind: str
    """Record-key kind: `name`, `id:<scheme>` and the like, empty for none."""
    beside: str
    """Path of the country beside the value, in the same element."""
    region_from: str
    """Declared attribute elsewhere in the record whose country counts."""
    preferred: tuple[str, ...]
    """Where that country is looked for first."""
    required: bool


def plan_path(text: str, schema: Schema) -> Plan | Issue:
    """How values of this path are checked, or why the path is refused."""
    try:
        path = parse(text)
    except PathError as error:
        return _refused(text, "bad_path", error.message, error.remedy)
    attribute = schema.attributes.get(path.declared)
    if attribute is None:
        return _unknown_attribute(text, path, schema)
    scheme = None
    if path.group:
        group = schema.groups[path.group]
        refused = _refused_key(text, path.key, group, schema)
        if refused is not None:
            return refused
        scheme = schema.schemes.get(code_of(path.key)) if group.keys == SCHEMES else None
    return _plan(text, path, attribute, scheme, schema)


def standardiser_of(attribute: Attribute, key: str, scheme: Scheme | None, schema: Schema) -> Standardiser:
    name = attribute.standardiser or attribute.type
    return STANDARDISERS[name](Binding(attribute, key, scheme, schema.code_lists.get(attribute.code_list, {})))


def code_of(key: str) -> str:
    """The code an element key starts with: a second EU VAT number has the key `eu_vat:FR`."""
    return key.partition(":")[0]


def _plan(text: str, path: Path, attribute: Attribute, scheme: Scheme | None, schema: Schema) -> Plan:
    reference = attribute.region_from
    sibling = reference if "." not in reference else reference.partition(".")[2]
    inside = bool(reference) and bool(path.group) and reference in (sibling, f"{path.group}.{sibling}")
    kind = attribute.key
    if kind == "id":
        trusted = "id" if scheme is None or not scheme.shared else UNCHECKED
        kind = f"{trusted}:{scheme.code if scheme else attribute.name}"
    return Plan(
        path=text,
        attribute=attribute,
        element=path.element,
        read=READERS[attribute.type],
        standardise=standardiser_of(attribute, path.key, scheme, schema) if attribute.type in _STANDARDISED else None,
        max_length=attribute.max_length,
        kind=kind,
        beside=join(path.group, path.key, sibling) if inside else "",
        region_from="" if inside else reference,
        preferred=() if inside or not reference else preferred_paths(reference, schema),
        required=attribute.required,
    )


def _refused_key(text: str, key: str, group: Group, schema: Schema) -> Issue | None:
    if not group.keys or group.open_keys:
        return None
    known = schema.schemes if group.keys == SCHEMES else schema.code_lists[group.keys]
    if code_of(key) in known:
        return None
    near = difflib.get_close_matches(key.lower(), known, n=1, cutoff=0.6)
    hint = f"Did you mean {near[0]}? " if near else ""
    return _refused(
        text, "unknown_key", f"{key!r} is not a key of {group.label}.", f"{hint}Send one of {_some(list(known))}."
    )


def _unknown_attribute(text: str, path: Path, schema: Schema) -> Issue:
    known = schema.attributes
    if path.declared in schema.groups:
        remedy = f'{path.declared} is a group: send {path.declared}[key].attribute, or a list of elements with "key".'
        return _refused(text, "unknown_attribute", f"{text} names a whole group.", remedy)
    near = difflib.get_close_matches(path.declared, known, n=1, cutoff=0.6)
    within = [name for name, attribute in known.items() if attribute.group == path.group] or list(known)
    hint = f"Did you mean {near[0]}? " if near else ""
    return _refused(
        text, "unknown_attribute", f"The domain has no attribute {path.declared}.", f"{hint}It has {_some(within)}."
    )


def _some(names: list[str]) -> str:
    return f"{', '.join(names[:20])}{' …' if len(names) > 20 else ''}"


def _refused(text: str, code: str, message: str, remedy: str) -> Issue:
    return Issue(quoted(text), "", code, message, remedy, "reject")
