"""A rule set's content: which claim's value a golden record takes, attribute by attribute, and how records match.

survivorship:
  systems: [SAP, CRM]                  # order when nothing else decides; others follow
  default: {rule: source_order}
  attributes:
    name: {rule: longest, then: [most_recent]}
    addresses: {rule: most_recent, whole: true}   # every attribute of an element from one source
    addresses.country: {rule: most_frequent}
unlike_guard: true
matching: {...}                        # a matching model; see engine/matching/declaration.py
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from mdm.engine.criteria import CRITERIA, Rule
from mdm.engine.matching.declaration import MatchModel, ModelError
from mdm.engine.matching.evidence import declared_paths
from mdm.engine.paths import Path, parse
from mdm.engine.schema import Schema

RULE_NAMES: Final = tuple(CRITERIA)
_SECTIONS: Final = ("survivorship", "unlike_guard", "matching")
_SURVIVORSHIP: Final = ("systems", "default", "attributes")
_RULE: Final = ("rule", "systems", "then", "whole")


class RulesError(ValueError):
    """A rule set says something it cannot mean."""

    def __init__(self, where: str, *, expected: str, found: object, remedy: str) -> None:
        super().__init__(f"{where}: expected {expected}, found {_shown(found)}. {remedy}")
        self.where = where
        self.expected = expected
        self.found = _shown(found)
        self.remedy = remedy


@dataclass(frozen=True, eq=False)
class Rules:
    """Immutable; one instance serves a whole run (compared by identity, so that plans are cached per instance)."""

    default: Rule = field(default_factory=Rule)
    systems: tuple[str, ...] = ()
    attributes: Mapping[str, Rule] = field(default_factory=dict)
    """Rules by declared attribute (`addresses.city`) or by group (`addresses`)."""
    unlike_guard: bool = True
    matching: MatchModel | None = None
    """How records of the domain are matched; None = they are not."""

    @staticmethod
    def from_content(content: Mapping[str, Any], schema: Schema) -> Rules:
        """The rules a rule set's content declares for this pack.

        Raises: RulesError naming the place, what was expected, what was found, and the remedy.
        """
        _known(content, _SECTIONS, "rule set")
        section = _mapping(content.get("survivorship", {}), "survivorship")
        _known(section, _SURVIVORSHIP, "survivorship")
        systems = _names(section.get("systems", []), "survivorship.systems")
        attributes = _mapping(section.get("attributes", {}), "survivorship.attributes")
        guard = content.get("unlike_guard", True)
        if not isinstance(guard, bool):
            raise RulesError("unlike_guard", expected="true or false", found=guard, remedy="Write true or false.")
        default = section.get("default", {})
        return Rules(
            default=_rule(default, "survivorship.default", systems, may_be_whole=False),
            systems=systems,
            attributes=_strict(systems, schema)
            | {path: _declared(path, rule, systems, schema) for path, rule in attributes.items()},
            unlike_guard=guard,
            matching=_matching(content.get("matching"), schema),
        )

    def whole_rule(self, path: Path) -> Rule | None:
        """The rule of the path's group when an element survives as a whole and the attribute has no rule of its own."""
        rule = self.attributes.get(path.group) if path.group else None
        return rule if rule is not None and rule.whole and path.declared not in self.attributes else None

    def rule_of(self, path: Path) -> Rule:
        """The most specific rule: the attribute's, the group's, the default."""
        return self.attributes.get(path.declared) or self.attributes.get(path.group) or self.default


@lru_cache(maxsize=8_192)
def plan(rules: Rules, text: str) -> tuple[str, Rule]:
    """(element that survives as a whole, or empty; rule) for one path."""
    path = parse(text)
    whole = rules.whole_rule(path)
    return (path.element, whole) if whole else ("", rules.rule_of(path))


def _matching(content: object, schema: Schema) -> MatchModel | None:
    """The matching model, whose columns may only name attributes that the domain has."""
    if content is None:
        return None
    try:
        model = MatchModel.from_content(_mapping(content, "matching"))
    except ModelError as error:
        raise RulesError(
            f"matching.{error.where}", expected=error.expected, found=error.value, remedy=error.remedy
        ) from error
    for column, path in sorted(declared_paths(model)):
        if path not in schema.attributes:
            raise RulesError(
                f"matching.columns.{column}",
                expected="attributes of the domain",
                found=path,
                remedy="Correct the path, or declare under columns which paths fill the column.",
            )
    return model


def _strict(systems: tuple[str, ...], schema: Schema) -> dict[str, Rule]:
    """What is blocked by one stays blocked when several become one, unless the rule set says otherwise."""
    return {
        path: Rule("strictest", systems, order=attribute.strictness)
        for path, attribute in schema.attributes.items()
        if attribute.strictness
    }


def _declared(path: object, rule: object, systems: tuple[str, ...], schema: Schema) -> Rule:
    where = f"survivorship.attributes.{path}"
    if path in schema.groups:
        return _rule(rule, where, systems, may_be_whole=True)
    if path not in schema.attributes:
        raise RulesError(
            where,
            expected="an attribute or group of the domain",
            found=path,
            remedy="Correct the name or remove the rule.",
        )
    assert isinstance(path, str)
    declared = _rule(rule, where, systems, may_be_whole=False)
    return replace(declared, order=schema.attributes[path].strictness)


def _rule(content: object, where: str, systems: tuple[str, ...], *, may_be_whole: bool) -> Rule:
    if isinstance(content, str):
        content = {"rule": content}
    mapping = _mapping(content, where)
    _known(mapping, _RULE, where)
    then = mapping.get("then", [])
    whole = mapping.get("whole", False)
    if not isinstance(whole, bool) or (whole and not may_be_whole):
        raise RulesError(
            f"{where}.whole", expected="true or false, on a group", found=whole, remedy="Set whole on the group's rule."
        )
    return Rule(
        name=_rule_name(mapping.get("rule", "source_order"), f"{where}.rule"),
        systems=_names(mapping.get("systems", []), f"{where}.systems") or systems,
        then=tuple(_rule_name(name, f"{where}.then") for name in _names(then, f"{where}.then")),
        whole=whole,
    )


def _rule_name(name: object, where: str) -> str:
    if not isinstance(name, str) or name not in RULE_NAMES:
        raise RulesError(where, expected=f"one of {', '.join(RULE_NAMES)}", found=name, remedy="Choose one of them.")
    return name


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RulesError(where, expected="a mapping", found=value, remedy="Write name: value pairs below it.")
    return value


def _names(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
        raise RulesError(where, expected="a list of names", found=value, remedy="Write [A, B].")
    twice = sorted({item for item in value if value.count(item) > 1})
    if twice:
        raise RulesError(where, expected="each name once", found=twice[0], remedy="Remove the repetition.")
    return tuple(value)


def _known(mapping: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    unknown = sorted(str(name) for name in mapping if name not in known)
    if unknown:
        raise RulesError(
            where, expected=f"only {', '.join(known)}", found=unknown[0], remedy="Correct the spelling or remove it."
        )


def _shown(found: object) -> str:
    text = repr(found)
    return text if len(text) <= 80 else f"{text[:77]}…"
