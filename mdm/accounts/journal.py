"""How accounts reach the audit, which stands on top of them: the events app puts its writer in here at start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mdm.accounts.models import Actor


class Writer(Protocol):
    """Writes one event in the caller's transaction."""

    def __call__(self, *, type: str, subject: str, actor: Actor, reason: str, detail: Mapping[str, Any]) -> object: ...


_writers: list[Writer] = []


def bind(writer: Writer) -> None:
    """Make `writer` the one that `note` calls."""
    _writers[:] = [writer]


def note(*, type: str, subject: str, actor: Actor, reason: str = "", detail: Mapping[str, Any] | None = None) -> None:
    """Tell the audit what an operation of this app did.

    Raises: RuntimeError when no audit is installed; an unaudited act must not happen.
    """
    if not _writers:
        raise RuntimeError("Install mdm.events: accounts may not change without an audit.")
    _writers[0](type=type, subject=subject, actor=actor, reason=reason, detail=detail or {})
