"""What a steward changed on the desk before deciding: members out or apart, values taken or typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from mdm.kernel.errors import Invalid
from mdm.matching.plans.picks import Pick

IN, OUT, SECOND = "in", "out", "second"
PLACES = (IN, OUT, SECOND)
OWN = "own"
TRIED = "Tried out, not decided."
LONGEST = 1_000


@dataclass(frozen=True)
class Choices:
    """What differs from the proposal: members put out or into a second group, values taken, own values typed."""

    places: Mapping[str, str] = field(default_factory=dict)
    takes: Mapping[str, int] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def picks(self) -> dict[str, Pick]:
        """By path: the source record whose value is taken, or the steward's own value."""
        return {
            **{path: Pick(source_record=record) for path, record in self.takes.items()},
            **{path: Pick(value=value) for path, value in self.own.items()},
        }

    @property
    def wanted(self) -> dict[str, dict[str, object]]:
        """The same, as a preview is asked for it: what is only tried out needs no reason yet."""
        return {
            **{path: {"source_record": record} for path, record in self.takes.items()},
            **{path: {"value": value, "reason": TRIED} for path, value in self.own.items()},
        }

    def among(self, keys: Sequence[str], place: str = IN) -> list[str]:
        """Those of the members that stand in that place."""
        return [key for key in keys if self.places.get(key, IN) == place]


def choices(form: QueryDict) -> Choices:
    """Raises: Invalid when a value that was taken names no source record."""
    sent = {key: str(form[key]) for key in form}
    places = {key.removeprefix("place-"): sent[key] for key in sent if key.startswith("place-") and sent[key] in PLACES}
    takes, own = {}, {}
    for key, value in sent.items():
        if not key.startswith("pick:"):
            continue
        path = key.removeprefix("pick:")
        if value == OWN and (text := sent.get(f"own:{path}", "").strip()[:LONGEST]):
            own[path] = text
        elif value and value != OWN:
            takes[path] = _whole(value, path)
    if (path := sent.get("own_path", "")) and (text := sent.get("own_value", "").strip()[:LONGEST]):
        own[path] = text
        takes.pop(path, None)
    return Choices(places, takes, own)


def _whole(text: str, path: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Invalid("That names no source.", field=path, value=text[:60], remedy="Take a value that is shown.")
    return int(text)
