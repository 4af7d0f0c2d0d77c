"""Reading a pack's mapping: every key is known, every value of its type, every reference leads somewhere."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Final, TypeVar, get_args

from mdm.domains.fields import Fields, show
from mdm.domains.pack import Attribute, Code, Group, Pack, PackError, Scheme
from mdm.engine import iso
from mdm.engine.paths import ELEMENT_KEY, is_key, is_name
from mdm.engine.planning import SCHEMES
from mdm.engine.schema import AttributeType, Identity, Privacy
from mdm.engine.standardise import STANDARDISERS

TYPES: Final[tuple[str, ...]] = get_args(AttributeType)
PRIVACY: Final[tuple[str, ...]] = get_args(Privacy)
IDENTITIES: Final[tuple[str, ...]] = get_args(Identity)
KEY_STANDARDISERS: Final = {
    "": (),
    "name": ("organisation_name", "person_name", "text"),
    "email": ("email",),
    "phone": ("phone",),
    "bank": ("iban",),
    "web": ("web",),
    "id": ("identifier", "ean"),
}
"""Which standardisers can give a key of a kind."""
LONGEST_TEXT: Final = 4_000
_T = TypeVar("_T")
_PREFIX: Final = re.compile(r"[A-Z]{2}")
_TEXT_TYPES: Final = ("text",)


def read_content(content: Any) -> Pack:
    """The pack the mapping declares."""
    top = Fields(content, "")
    code_lists = {name: _code_list(name, entries) for name, entries in top.mapping("code_lists").items()}
    schemes = {name: _scheme(name, entry) for name, entry in top.mapping("schemes").items()}
    attributes = {
        name: _attribute(f"attributes.{name}", name, entry) for name, entry in top.mapping("attributes").items()
    }
    groups = {name: _group(name, entry) for name, entry in top.mapping("groups").items()}
    for group in groups.values():
        attributes.update({attribute.path: attribute for attribute in group.attributes.values()})
    order = top.texts("order")
    attributes = _in_order(attributes, order)
    groups = _in_order(groups, [path.partition(".")[0] for path in order])
    code = top.text("code", required=True)
    _named(code, "code")
    pack_parts = {
        "code": code,
        "label": top.text("label", required=True),
        "code_prefix": _prefix(top.text("code_prefix", required=True)),
    }
    top.text("description")
    composed = tuple(_composed(place, entry) for place, entry in enumerate(top.items("record_keys")))
    top.done()
    pack = Pack(
        **pack_parts,
        attributes=attributes,
        groups=groups,
        schemes=schemes,
        code_lists=code_lists,
        composed_keys=composed,
        content=copy.deepcopy(dict(content)) | {"order": list(attributes)},
    )
    _check_references(pack)
    return pack


def _in_order(named: dict[str, _T], order: Sequence[str]) -> dict[str, _T]:
    """As the pack was written: a mapping stored in the database forgets the order of its keys."""
    places = {name: place for place, name in reversed(list(enumerate(order)))}
    return dict(sorted(named.items(), key=lambda item: places.get(item[0], len(order))))


def _attribute(where: str, path: str, entry: Any) -> Attribute:
    _named(path.rpartition(".")[2], where)
    fields = Fields(entry, where)
    kind = fields.choice("type", TYPES, "text")
    attribute = Attribute(
        path=path,
        label=fields.text("label", required=True),
        type=kind,  # type: ignore[arg-type]  # one of TYPES
        description=fields.text("description"),
        required=fields.flag("required"),
        max_length=fields.number("max_length", 255, 1, LONGEST_TEXT),
        code_list=fields.text("code_list"),
        standardiser=fields.choice("standardiser", ("", *STANDARDISERS), ""),
        privacy=fields.choice("privacy", PRIVACY, "internal"),  # type: ignore[arg-type]  # one of PRIVACY
        key=fields.choice("key", tuple(KEY_STANDARDISERS), ""),
        identity=fields.choice("identity", IDENTITIES, ""),  # type: ignore[arg-type]  # one of IDENTITIES
        region_from=fields.text("region_from"),
        at_stake=fields.flag("at_stake"),
        strictness=tuple(fields.texts("strictness")),
        reason_to_merge=tuple(fields.texts("reason_to_merge")),
    )
    fields.done()
    _check_attribute(attribute, where)
    return attribute


def _check_attribute(attribute: Attribute, where: str) -> None:
    if (attribute.type == "code") != bool(attribute.code_list):
        raise PackError(
            f"{where}.code_list",
            expected="a code list for type code, and for no other type",
            found=f"type {attribute.type}, code_list {show(attribute.code_list)}",
            remedy="Set type: code and code_list together.",
        )
    if attribute.standardiser and attribute.type not in _TEXT_TYPES:
        raise PackError(
            f"{where}.standardiser",
            expected="a standardiser on an attribute of type text",
            found=f"type {attribute.type}",
            remedy="Remove the standardiser: the type has its own.",
        )
    if attribute.at_stake and attribute.type not in ("decimal", "integer"):
        raise PackError(
            f"{where}.at_stake",
            expected="at_stake on an attribute of type decimal or integer",
            found=f"type {attribute.type}",
            remedy="Set the type, or remove at_stake.",
        )
    fitting = KEY_STANDARDISERS[attribute.key]
    if attribute.key and (attribute.standardiser or attribute.type) not in fitting:
        raise PackError(
            f"{where}.key",
            expected=f"standardiser {' or '.join(fitting)} for key {attribute.key}",
            found=show(attribute.standardiser),
            remedy="Set the standardiser or remove the key.",
        )


def _group(name: str, entry: Any) -> Group:
    where = f"groups.{name}"
    _named(name, where)
    fields = Fields(entry, where)
    attributes = {}
    for attribute, declared in fields.mapping("attributes").items():
        place = f"{where}.attributes.{attribute}"
        if attribute == ELEMENT_KEY:
            raise PackError(
                place, expected="another name", found=ELEMENT_KEY, remedy="`key` names the element itself; rename it."
            )
        attributes[attribute] = _attribute(place, f"{name}.{attribute}", declared)
    group = Group(
        name=name,
        label=fields.text("label", required=True),
        keys=fields.text("keys"),
        open_keys=fields.flag("open_keys"),
        max_elements=fields.number("max_elements", 50, 1, 1_000),
        attributes=attributes,
    )
    fields.text("description")
    fields.done()
    if not attributes:
        raise PackError(f"{where}.attributes", expected="an attribute", found="none", remedy="Declare at least one.")
    return group


def _code_list(name: str, entries: Any) -> dict[str, Code]:
    where = f"code_lists.{name}"
    _named(name, where)
    if not isinstance(entries, Mapping) or not entries:
        raise PackError(where, expected="code: label pairs", found=show(entries), remedy="Write at least one code.")
    return {code: _code(f"{where}.{code}", code, entry) for code, entry in entries.items()}


def _code(where: str, code: object, entry: Any) -> Code:
    if not isinstance(code, str) or not is_key(code):
        raise PackError(
            where,
            expected="a code of 1 to 64 characters",
            found=show(code),
            remedy="Shorten it; no spaces or brackets.",
        )
    if isinstance(entry, str):
        entry = {"label": entry}
    fields = Fields(entry, where)
    found = Code(code, fields.text("label", required=True), tuple(fields.texts("aliases")))
    fields.done()
    return found


def _scheme(name: str, entry: Any) -> Scheme:
    where = f"schemes.{name}"
    _named(name, where)
    fields = Fields(entry, where)
    scheme = Scheme(
        code=name,
        label=fields.text("label", required=True),
        module=fields.text("module"),
        pattern=fields.text("pattern"),
        country=fields.text("country"),
        identity=fields.choice("identity", IDENTITIES, ""),  # type: ignore[arg-type]  # one of IDENTITIES
        shared=fields.flag("shared"),
    )
    fields.done()
    if scheme.module and not (scheme.module.startswith("stdnum.") and _importable(scheme.module)):
        raise PackError(
            f"{where}.module", expected="a python-stdnum module", found=scheme.module, remedy="Write stdnum.<name>."
        )
    try:
        re.compile(scheme.pattern)
    except re.error as error:
        raise PackError(
            f"{where}.pattern", expected="a regular expression", found=scheme.pattern, remedy=f"Correct it: {error}."
        ) from error
    return scheme


def _composed(place: int, entry: Any) -> tuple[str, tuple[str, ...]]:
    fields = Fields(entry, f"record_keys.{place}")
    kind = fields.choice("kind", ("name",), "name")
    parts = tuple(fields.texts("from"))
    fields.done()
    return kind, parts


def _check_references(pack: Pack) -> None:
    both = sorted(set(pack.groups) & set(pack.attributes))
    if both:
        raise PackError(
            f"groups.{both[0]}", expected="a name of its own", found=both[0], remedy="Rename one of the two."
        )
    for attribute in pack.attributes.values():
        _check_attribute_references(attribute, pack)
    for group in pack.groups.values():
        _check_group_references(group, pack)
    for place, (_, parts) in enumerate(pack.composed_keys):
        strange = [part for part in parts if part not in pack.attributes or "." in part]
        if strange:
            _dangling(f"record_keys.{place}.from", "attributes outside groups", strange[0])


def _check_group_references(group: Group, pack: Pack) -> None:
    if group.keys == SCHEMES and not pack.schemes:
        _dangling("schemes", "at least one scheme", "none")
    if group.keys and group.keys != SCHEMES and group.keys not in pack.code_lists:
        _dangling(f"groups.{group.name}.keys", "a code list of the pack, or schemes", group.keys)


def _check_attribute_references(attribute: Attribute, pack: Pack) -> None:
    where, codes, region = _place(attribute), attribute.code_list, attribute.region_from
    if codes and codes not in pack.code_lists and not iso.known(codes):
        _dangling(f"{where}.code_list", "a code list of the pack, iso:country, iso:language or iso:currency", codes)
    listed = pack.code_lists.get(codes, {})
    for field in ("strictness", "reason_to_merge"):
        strange = [code for code in getattr(attribute, field) if code not in listed]
        if strange:
            _dangling(f"{where}.{field}", "codes of the attribute's list", strange[0])
    if region and region not in pack.attributes and f"{attribute.group}.{region}" not in pack.attributes:
        _dangling(f"{where}.region_from", "an attribute that holds a country", region)


def _place(attribute: Attribute) -> str:
    return (
        f"groups.{attribute.group}.attributes.{attribute.name}" if attribute.group else f"attributes.{attribute.path}"
    )


def _dangling(where: str, expected: str, found: str) -> None:
    raise PackError(where, expected=expected, found=show(found), remedy="Correct the name or declare it.")


def _named(name: object, where: str) -> None:
    if not isinstance(name, str) or not is_name(name):
        raise PackError(
            where,
            expected="a name of small letters, digits and _, 40 characters at most",
            found=show(name),
            remedy="Rename it.",
        )


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        raise PackError("code_prefix", expected="two capital letters", found=show(text), remedy="Write, say, BP.")
    return text


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
