"""External ids in the one form they are compared in, and the links that lead to them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from mdm.engine.canonicalisers import CANONICALISERS, IdentifierError, canonicalise
from mdm.governance.models import IdType
from mdm.kernel.errors import Invalid

MAX_SCOPE: Final = 80
_PLACEHOLDER: Final = re.compile(r"\{[^{}]*\}")


def canonical(id_type: IdType, raw: str) -> str:
    """Return the one text that stands for this identifier.

    Raises: Invalid when it cannot be an identifier of that type.
    """
    try:
        value = canonicalise(id_type.canonicaliser, raw)
    except IdentifierError as error:
        raise Invalid(error.message, field="id", value=raw[:200], remedy=error.remedy) from error
    if id_type.pattern and not _compiled(id_type.pattern).fullmatch(value):
        raise Invalid(
            f"{value[:80]!r} does not have the form of {id_type.system_id}'s {id_type.name}.",
            field="id",
            value=raw[:200],
            remedy=f"Send an identifier that matches {id_type.pattern}.",
        )
    return value


def canonical_scope(id_type: IdType, raw: str) -> str:
    """Return the scope (client, company, chart) an identifier of that type is unique in; empty where it has none.

    Raises: Invalid when a scope is missing, or given where the type has none.
    """
    scope = raw.strip()
    if not id_type.scope_kind and scope:
        raise Invalid(
            f"{id_type.system_id}'s {id_type.name} has no scope.", field="scope", value=raw[:80], remedy="Leave it out."
        )
    if id_type.scope_kind and not scope:
        raise Invalid(
            f"{id_type.system_id}'s {id_type.name} counts within a {id_type.scope_kind}.",
            field="scope",
            value=raw[:80],
            remedy=f"Send the {id_type.scope_kind} with the identifier.",
        )
    if len(scope) > MAX_SCOPE or not scope.isprintable():
        raise Invalid("The scope is not usable.", field="scope", value=raw[:80], remedy="Send 80 visible characters.")
    return scope


def deep_link(id_type: IdType, value: str, scope: str = "") -> str:
    """Return the address of the record in its own system; empty where the type has no template."""
    if not id_type.deep_link:
        return ""
    return id_type.deep_link.replace("{scope}", quote(scope, safe="")).replace("{id}", quote(value, safe=""))


def checked_canonicaliser(name: str) -> str:
    """Return `name` when it is a canonicaliser.

    Raises: Invalid for any other.
    """
    if name not in CANONICALISERS:
        raise Invalid(
            f"There is no canonicaliser {name}.",
            field="canonicaliser",
            value=name,
            remedy=f"Choose one of {', '.join(sorted(CANONICALISERS))}.",
        )
    return name


def checked_pattern(pattern: str) -> str:
    """Return `pattern` when it is a regular expression.

    Raises: Invalid when it is none.
    """
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise Invalid(
            f"The pattern is no regular expression: {error}.",
            field="pattern",
            value=pattern[:200],
            remedy="Correct it, or leave it out to accept every identifier.",
        ) from error
    return pattern


def checked_deep_link(template: str, *, scope_kind: str) -> str:
    """Return `template` when a value put into it can only become part of an https address's path or query.

    Raises: Invalid when it could lead anywhere else.
    """
    problem = _link_problem(template, scope_kind) if template else ""
    if problem:
        raise Invalid(
            f"The deep link {problem}.",
            field="deep_link",
            value=template[:200],
            remedy="Write an https address with {id} in its path or query, such as https://erp.example.com/customers/{id}.",
        )
    return template


def _link_problem(template: str, scope_kind: str) -> str:
    try:
        parts = urlsplit(template)
        host = parts.hostname
    except ValueError:
        return "is no address"
    if parts.scheme != "https" or not template.startswith("https://") or not host:
        return "is not an https address"
    if not template.isascii() or not template.isprintable() or " " in template or "\\" in template:
        return "holds characters that an address may not"
    if "{" in parts.netloc or "@" in parts.netloc:
        return "lets a value choose the host"
    return _placeholder_problem(template, scope_kind)


def _placeholder_problem(template: str, scope_kind: str) -> str:
    allowed = {"{id}", "{scope}"} if scope_kind else {"{id}"}
    found = set(_PLACEHOLDER.findall(template))
    if found - allowed:
        return f"has the placeholder {min(found - allowed)}, which this id type cannot fill"
    if "{id}" not in found:
        return "does not say where the identifier goes"
    if set(_PLACEHOLDER.sub("", template)) & set("{}"):
        return "has an unmatched brace"
    return ""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
