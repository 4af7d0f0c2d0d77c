"""A flow's mapping, read once per process and version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mdm.governance.queries import active_pack
from mdm.kernel.errors import Invalid
from sync.flows.models import MappingVersion
from sync.mapping.content import MappingContent
from sync.mapping.reading import InvalidMapping, read

_KEPT: Final = 256
_read: dict[tuple[int, str], MappingContent] = {}


def content_of(version: MappingVersion) -> MappingContent:
    """Return the mapping, ready to be applied; a version never changes, so it is read once."""
    key = (version.pk, version.content_hash)
    known = _read.get(key)
    if known is None:
        if len(_read) >= _KEPT:
            _read.clear()
        known = _read[key] = read(version.content)
    return known


def content_by_id(pk: int, content_hash: str) -> MappingContent:
    """Return the mapping of that id and hash; only what this process never saw is read."""
    return _read.get((pk, content_hash)) or content_of(MappingVersion.objects.get(pk=pk))


def check_content(content: Mapping[str, Any], *, domain: str) -> MappingContent:
    """Return the mapping that the content describes, for a domain as it is published.

    Raises: Invalid naming the first mistake and counting the others.
    """
    try:
        return read(content, declared=frozenset(active_pack(domain).attributes))
    except InvalidMapping as error:
        first = error.mistakes[0]
        raise Invalid(str(error), field=first.where, remedy=first.remedy) from None


def attributes_of(content: MappingContent) -> list[str]:
    """Return the attributes of the domain that the mapping reads, as `name`, `addresses.city` or `addresses`."""
    return sorted({path.removesuffix(".*") for path in content.paths})


def id_name(system: str, id_type: str) -> str:
    """Return how a delivery names an identifier that its mapping reads."""
    return f"{system}/{id_type}"


def id_names(content: MappingContent) -> frozenset[str]:
    """Return the identifiers that the mapping reads; a change of one is a reason to deliver."""
    return frozenset(id_name(system, id_type) for system, id_type in content.identifiers)
