"""Which golden records a flow carries, as data. Pure.

A condition is one of:
    {"role": ["customer", "supplier"]}             has one of these roles, and it is not inactive
    {"path": "record_class", "in": ["real", null]} the value is listed; null is no value
    {"path": "business_status", "not_in": [...]}   the value is not listed
    {"path": "addresses[main].city", "present": true}
    {"all": [...]}, {"any": [...]}, {"not": ...}   of conditions
An empty filter carries every released record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mdm.engine.paths import PathError, parse

Test = Callable[[Mapping[str, Any]], bool]
DEEPEST: Final = 6
LONGEST: Final = 100
ROLES: Final = "roles"
_SCALARS = (str, int, float, bool, type(None))


class FilterError(ValueError):
    """A filter says nothing that can be tested; `where` is the place in it."""

    def __init__(self, message: str, *, where: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.remedy = remedy


def compile_filter(content: Mapping[str, Any]) -> Test:
    """Return the test that the filter describes, over a golden record's values by path.

    Raises: FilterError.
    """
    return _condition(content, "filter", 0) if content else lambda values: True


def describe(content: Mapping[str, Any]) -> str:
    """Return what a (well-formed) filter carries, in words."""
    return _say(content) if content else "every released record"


def _condition(content: object, where: str, depth: int) -> Test:
    if not isinstance(content, Mapping) or not content:
        raise FilterError("A condition is an object.", where=where, remedy='Write {"path": …} or {"role": …}.')
    if depth > DEEPEST:
        raise FilterError("The filter is nested too deeply.", where=where, remedy=f"Nest {DEEPEST} deep at most.")
    keys = frozenset(content)
    for form, build in _FORMS.items():
        if keys == form:
            return build(content, where, depth)
    raise FilterError(
        f"{sorted(keys)} is no condition.",
        where=where,
        remedy="Use role; path with in, not_in or present; all, any or not.",
    )


def _role(content: Mapping[str, Any], where: str, depth: int) -> Test:
    roles = _listed(content["role"], f"{where}.role", (str,))

    def has_role(values: Mapping[str, Any]) -> bool:
        return any(_plays(role, values) for role in roles)

    return has_role


def _plays(role: str, values: Mapping[str, Any]) -> bool:
    element = f"{ROLES}[{role}]."
    if values.get(f"{element}active") is False:
        return False
    return any(path.startswith(element) and value is not None for path, value in values.items())


def _in(content: Mapping[str, Any], where: str, depth: int) -> Test:
    path = _path(content["path"], where)
    allowed = _listed(content["in"], f"{where}.in", _SCALARS)
    return lambda values: values.get(path) in allowed


def _not_in(content: Mapping[str, Any], where: str, depth: int) -> Test:
    path = _path(content["path"], where)
    refused = _listed(content["not_in"], f"{where}.not_in", _SCALARS)
    return lambda values: values.get(path) not in refused


def _present(content: Mapping[str, Any], where: str, depth: int) -> Test:
    path, wanted = _path(content["path"], where), content["present"]
    if not isinstance(wanted, bool):
        raise FilterError("present is true or false.", where=f"{where}.present", remedy="Write true or false.")
    return lambda values: (values.get(path) is not None) == wanted


def _all(content: Mapping[str, Any], where: str, depth: int) -> Test:
    tests = _parts(content["all"], f"{where}.all", depth)
    return lambda values: all(test(values) for test in tests)


def _any(content: Mapping[str, Any], where: str, depth: int) -> Test:
    tests = _parts(content["any"], f"{where}.any", depth)
    return lambda values: any(test(values) for test in tests)


def _not(content: Mapping[str, Any], where: str, depth: int) -> Test:
    test = _condition(content["not"], f"{where}.not", depth + 1)
    return lambda values: not test(values)


_FORMS: Final[dict[frozenset[str], Callable[[Mapping[str, Any], str, int], Test]]] = {
    frozenset({"role"}): _role,
    frozenset({"path", "in"}): _in,
    frozenset({"path", "not_in"}): _not_in,
    frozenset({"path", "present"}): _present,
    frozenset({"all"}): _all,
    frozenset({"any"}): _any,
    frozenset({"not"}): _not,
}


def _parts(content: object, where: str, depth: int) -> list[Test]:
    if not isinstance(content, list) or not 1 <= len(content) <= LONGEST:
        raise FilterError("A list of conditions is needed.", where=where, remedy=f"Give 1 to {LONGEST} of them.")
    return [_condition(part, f"{where}[{number}]", depth + 1) for number, part in enumerate(content)]


def _listed(content: object, where: str, types: tuple[type, ...]) -> list[Any]:
    if not isinstance(content, list) or not 1 <= len(content) <= LONGEST:
        raise FilterError("A list of values is needed.", where=where, remedy=f"Give 1 to {LONGEST} of them.")
    if not all(isinstance(value, types) for value in content):
        raise FilterError("The list holds something else than plain values.", where=where, remedy="Remove it.")
    return content


def _path(text: object, where: str) -> str:
    try:
        return str(parse(str(text)))
    except PathError as error:
        raise FilterError(error.message, where=f"{where}.path", remedy=error.remedy) from None


def _say(content: Mapping[str, Any]) -> str:
    if "role" in content:
        return f"role is {_or(content['role'])}"
    if "in" in content:
        return f"{content['path']} is {_or(content['in'])}"
    if "not_in" in content:
        return f"{content['path']} is not {_or(content['not_in'])}"
    if "present" in content:
        return f"{content['path']} has {'a' if content['present'] else 'no'} value"
    if "not" in content:
        return f"not ({_say(content['not'])})"
    word, parts = next(iter(content.items()))
    return (" and " if word == "all" else " or ").join(
        f"({_say(part)})" if {"all", "any"} & set(part) else _say(part) for part in parts
    )


def _or(values: list[Any]) -> str:
    return " or ".join("empty" if value is None else str(value) for value in values)
