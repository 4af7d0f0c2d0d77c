"""What one actor may see in one domain: values as they may be shown, and what differs even where they may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mdm.accounts.models import Actor
from mdm.accounts.permissions import Permissions
from mdm.accounts.queries import permissions_of
from mdm.domains.pack import Pack
from mdm.engine.differences import pieces
from mdm.engine.paths import attribute_of
from mdm.governance.queries import active_pack
from mdm.records.queries.golden import MASK, is_hidden
from mdm.stewardship.queries.shapes import Cell, Segment

_OPS = {"=": "same", "+": "added", "-": "removed"}


@dataclass(frozen=True, slots=True)
class Said:
    """What one member says at a path, before it is known who looks; `system` is empty for a golden record's value."""

    key: str
    value: Any
    source_record: int | None
    system: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """Made by `sight_of`."""

    domain: str
    pack: Pack
    permissions: Permissions
    reveal: bool

    def sees(self, system: str) -> bool:
        """Whether the actor may view what concerns the system."""
        return not system or self.permissions.may("view", self.domain, system)

    def hides(self, path: str, system: str = "") -> bool:
        """Whether a value at `path` of `system` is shown masked."""
        return is_hidden(path, self.pack, reveal=self.reveal) or not self.sees(system)

    def privacy(self, path: str) -> str:
        """How private the values at `path` are."""
        attribute = self.pack.attributes.get(attribute_of(path))
        return attribute.privacy if attribute else "internal"

    def cells(self, path: str, said: Sequence[Said]) -> list[Cell]:
        """Return one cell per member, each told against the first that says something."""
        anchor = next((one for one in said if one.value is not None), None)
        return [self._cell(path, one, anchor) for one in said]

    def _cell(self, path: str, one: Said, anchor: Said | None) -> Cell:
        masked = one.value is not None and self.hides(path, one.system)
        text = text_of(one.value)
        cell = Cell(
            key=one.key,
            value=MASK if masked else one.value,
            text=bullets(text) if masked else text,
            masked=masked,
            source_record=one.source_record,
        )
        if one.value is None or anchor is None or one is anchor or text == text_of(anchor.value):
            return cell
        found = pieces(text_of(anchor.value), text)
        if not any(sign == "=" for sign, _ in found):
            return Cell(cell.key, cell.value, cell.text, cell.masked, cell.source_record, apart=True)
        hidden = masked or self.hides(path, anchor.system)
        segments = [Segment(_OPS[sign], bullets(piece) if hidden else piece) for sign, piece in found]
        return Cell(cell.key, cell.value, cell.text, cell.masked, cell.source_record, segments)


def sight_of(actor: Actor, domain: str) -> Sight:
    """Return what the actor may see in the domain."""
    permissions = permissions_of(actor)
    return Sight(domain, active_pack(domain), permissions, permissions.may("reveal", domain))


def text_of(value: Any) -> str:
    """Return the value as text; nothing for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def bullets(text: str) -> str:
    """Return the text with every letter and digit hidden: how it is built, not what it is."""
    return "".join("•" if character.isalnum() else character for character in text)
