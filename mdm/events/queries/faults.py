"""What is wrong with the audit, in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit.

    `code` is stable, `where` names the block, event or row, `message` is for people; `block` is where the chain
    shows it.
    """

    code: str
    where: str
    message: str
    block: int | None = None

    def __str__(self) -> str:
        return self.message
