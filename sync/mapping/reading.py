"""From a mapping's data to its rules. Every mistake is named with its place, all at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple, get_args

from sync.mapping import conditions_read, sources_read
from sync.mapping.content import (
    Form,
    ListRule,
    MappingContent,
    ObjectRule,
    Rule,
    Shaping,
    Unmapped,
    ValueMap,
    ValueRule,
)
from sync.mapping.notes import Notes

FORMAT: Final = 1
MOST_RULES: Final = 500
DEEPEST: Final = 24
TOP: Final = {"format", "fields", "value_maps"}
VALUE: Final = {"target", "when", "default", "required", "omit_empty", "values", "unmapped", "as", "cut"}
LIST: Final = {"target", "each", "fields", "keys", "only", "most", "when"}
OBJECT: Final = {"target", "fields", "when"}


class Mistake(NamedTuple):
    """One mistake of a mapping. `where` reads `fields[3].values`."""

    where: str
    message: str
    remedy: str


class InvalidMapping(ValueError):
    """The data is no mapping; `mistakes` are all that are wrong with it."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        first = mistakes[0]
        more = f" And {len(mistakes) - 1} more." if len(mistakes) > 1 else ""
        super().__init__(f"{first.where}: {first.message}{more}")
        self.mistakes = mistakes


def read(data: object, *, declared: Collection[str] | None = None) -> MappingContent:
    """The mapping that the data describes. `declared`: the domain's attributes, `name` and `addresses.city`.

    Raises: InvalidMapping with every mistake.
    """
    notes = Notes(declared)
    rules: tuple[Rule, ...] = ()
    if not isinstance(data, Mapping) or _too_deep(data):
        what = "It is not an object." if not isinstance(data, Mapping) else "It is nested too deep."
        notes.wrong("mapping", what, 'Write {"format": 1, "fields": [...]}.')
    else:
        notes.known("mapping", data, TOP)
        if data.get("format") != FORMAT:
            notes.wrong("format", "The format is not known.", f"Write {FORMAT}.")
        notes.value_maps = _value_maps(data.get("value_maps", {}), notes)
        rules = _rules(data.get("fields"), "fields", notes, group="")
    if notes.mistakes:
        raise InvalidMapping(tuple(Mistake(*each) for each in notes.mistakes))
    return MappingContent(rules, frozenset(notes.paths), frozenset(notes.identifiers))


def _rules(data: object, where: str, notes: Notes, *, group: str) -> tuple[Rule, ...]:
    if not isinstance(data, list) or not data:
        notes.wrong(where, "There are no fields.", "List at least one.")
        return ()
    found: list[Rule] = []
    targets: set[str] = set()
    for number, each in enumerate(data):
        place = f"{where}[{number}]"
        notes.rules += 1
        if notes.rules > MOST_RULES:
            notes.wrong(place, f"There are more than {MOST_RULES} fields.", "Leave out what the target does not need.")
            return ()
        rule = _rule(each, place, notes, group=group)
        if rule is None:
            continue
        if rule.target in targets and rule.when is None:
            notes.wrong(f"{place}.target", f"{rule.target} is filled twice.", "Fill it once, or say when.")
        targets.add(rule.target)
        found.append(rule)
    return tuple(found)


def _rule(data: object, where: str, notes: Notes, *, group: str) -> Rule | None:
    if not isinstance(data, Mapping):
        notes.wrong(where, "It is not an object.", 'Write {"target": ..., "from": ...}.')
        return None
    target = data.get("target")
    if not isinstance(target, str) or not target or len(target) > 120 or not target.isprintable():
        notes.wrong(f"{where}.target", "It names no field of the target.", "Give its name, up to 120 characters.")
        return None
    if "each" in data:
        return _list_rule(target, data, where, notes, group=group)
    if "fields" in data:
        notes.known(where, data, OBJECT)
        inner = _rules(data["fields"], f"{where}.fields", notes, group=group)
        return ObjectRule(target, inner, conditions_read.optional(data, where, notes, group=group))
    return _value_rule(target, data, where, notes, group=group)


def _list_rule(target: str, data: Mapping[str, Any], where: str, notes: Notes, *, group: str) -> ListRule | None:
    notes.known(where, data, LIST)
    name = data["each"]
    if group:
        notes.wrong(f"{where}.each", "A list inside a list has no group to repeat.", "Take it out of the list.")
        return None
    if not notes.is_group(name):
        notes.wrong(f"{where}.each", f"{name!r} is no group of the domain.", "Name a group, such as addresses.")
        return None
    keys = data.get("keys", [])
    if not isinstance(keys, list) or not all(isinstance(key, str) and key for key in keys):
        notes.wrong(f"{where}.keys", "It is no list of keys.", 'Write ["billing", "main"].')
        keys = []
    return ListRule(
        target,
        name,
        _rules(data.get("fields"), f"{where}.fields", notes, group=name),
        tuple(keys),
        notes.flag(data, "only", where),
        notes.count(data, "most", where),
        conditions_read.optional(data, where, notes, group=name),
    )


def _value_rule(target: str, data: Mapping[str, Any], where: str, notes: Notes, *, group: str) -> ValueRule | None:
    notes.known(where, data, VALUE | sources_read.WORDS)
    source = sources_read.source(data, where, notes, group=group)
    rule_parts = (
        _shaping(data, where, notes),
        notes.scalar(data, "default", where),
        notes.flag(data, "required", where),
        notes.flag(data, "omit_empty", where),
        conditions_read.optional(data, where, notes, group=group),
    )
    return ValueRule(target, source, *rule_parts) if source is not None else None


def _shaping(data: Mapping[str, Any], where: str, notes: Notes) -> Shaping:
    form = data.get("as")
    if form is not None and form not in get_args(Form):
        notes.wrong(f"{where}.as", f"{form!r} is no form.", f"Use one of {', '.join(get_args(Form))}.")
        form = None
    values = data.get("values")
    if values is None and "unmapped" in data:
        notes.wrong(f"{where}.unmapped", "There are no values to be in.", "Give values, or leave it out.")
    named = notes.value_maps.get(values) if isinstance(values, str) else None
    if isinstance(values, str) and named is None:
        notes.wrong(f"{where}.values", f"There is no value map {values!r}.", "Define it under value_maps.")
    inline = _value_map(values, f"{where}.values", notes) if values is not None and named is None else None
    found = named if named is not None else inline
    otherwise = _otherwise(data, where, notes)
    return Shaping(ValueMap(found, otherwise) if found is not None else None, form, notes.count(data, "cut", where))


def _otherwise(data: Mapping[str, Any], where: str, notes: Notes) -> Unmapped:
    told: Unmapped = data.get("unmapped", "error")
    if told not in get_args(Unmapped):
        notes.wrong(f"{where}.unmapped", f"{told!r} is none of {', '.join(get_args(Unmapped))}.", "Use one of them.")
        return "error"
    return told


def _value_maps(data: object, notes: Notes) -> dict[str, Mapping[str, Any]]:
    if not isinstance(data, Mapping):
        notes.wrong("value_maps", "It is not an object.", 'Write {"name": {"ours": "theirs"}}.')
        return {}
    found = {name: _value_map(values, f"value_maps.{name}", notes) for name, values in data.items()}
    return {str(name): values for name, values in found.items() if values is not None}


def _value_map(data: object, where: str, notes: Notes) -> Mapping[str, Any] | None:
    if isinstance(data, str):
        return None
    if not isinstance(data, Mapping) or not all(_is_scalar(value) for value in data.values()):
        notes.wrong(where, "It gives no word for each of ours.", 'Write {"ours": "theirs"}.')
        return None
    return {str(name): value for name, value in data.items()}


def _too_deep(data: object) -> bool:
    """Whether something lies deeper than any mapping needs; asked before anything follows it down."""
    level: list[object] = [data]
    for _ in range(DEEPEST):
        inner = [each.values() if isinstance(each, Mapping) else each for each in level]
        level = [value for values in inner for value in values if isinstance(value, Mapping | list)]  # type: ignore[attr-defined]
    return bool(level)


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str | bool | int)
