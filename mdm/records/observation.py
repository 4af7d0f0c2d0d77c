"""What a system says, on its way in: the observation, its prepared form, and the answer to the sender."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from mdm.engine.checked import Checked, Issue

Values = dict[str, Any]
OutcomeStatus = Literal["created", "updated", "unchanged", "deleted", "rejected"]


@dataclass(slots=True)
class Observation:
    """One record as a system said it.

    `values` holds raw JSON scalars by path; a path that is absent stays as it was, None or "" clears it, and a group
    element's own path (`addresses[billing]`) with None clears the element. `position` is the sender's row or index.
    """

    external_id: str
    values: Values = field(default_factory=dict)
    scope: str = ""
    deleted: bool = False
    changed_at: datetime | None = None
    position: int = 0


@dataclass(slots=True)
class Prepared:
    """An observation after everything that needs no database: canonical id, checked values, refusals.

    `cleared` names the group elements to clear, `repeats` the index of the observation that says the same. `ours` are
    the values that the hub itself was last confirmed to have in that system, by path: said again they are no news.
    """

    observation: Observation
    value: str
    checked: Checked | None
    content: bytes
    refusals: list[Issue]
    cleared: tuple[str, ...] = ()
    repeats: int | None = None
    ours: Values = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """Scope and canonical value: what makes it one identifier of its type."""
        return self.observation.scope, self.value


@dataclass(slots=True)
class AttributeAnswer:
    """What became of one attribute: `owner` lists the systems that may write it, `winner` is the system whose value
    counts now where that is another's, and `winner_value` that value where the sender may see it.
    """

    answer: Literal["accepted", "shadowed", "proposed", "rejected"]
    code: str = ""
    owner: list[str] = field(default_factory=list)
    winner: str = ""
    winner_value: Any = None


@dataclass(slots=True)
class Outcome:
    """The answer for one observation."""

    position: int
    external_id: str
    status: OutcomeStatus
    golden_code: str = ""
    issues: list[Issue] = field(default_factory=list)
    held: str = ""
    attributes: dict[str, AttributeAnswer] = field(default_factory=dict)
