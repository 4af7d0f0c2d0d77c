"""What a steward sends from the desk: members in and out, values taken, the verdict; read in one place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict

from mdm.kernel.errors import Invalid

IN, OUT, SECOND = "in", "out", "second"
PLACES = (IN, OUT, SECOND)
OWN = "own"
LONGEST = 1_000


@dataclass(frozen=True)
class Choices:
    """What differs from the proposal: members put out or into a second group, values taken, own values typed."""

    places: Mapping[str, str] = field(default_factory=dict)
    takes: Mapping[str, int] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)

    @property
    def picks(self) -> dict[str, Any]:
        """By path: the source record whose value is taken, or the steward's own value."""
        return {
            **{path: {"source_record": record} for path, record in self.takes.items()},
            **{path: {"value": value} for path, value in self.own.items()},
        }

    def among(self, keys: Sequence[str], place: str = IN) -> list[str]:
        return [key for key in keys if self.places.get(key, IN) == place]


@dataclass(frozen=True)
class Answer:
    """One verdict with everything that binds it to what was on the screen."""

    verdict: str
    decision_id: UUID
    evidence_hash: str
    version: int
    versions: Mapping[str, int]
    choices: Choices
    words: Mapping[str, str]

    def word(self, name: str) -> str:
        return self.words.get(name, "")


WORDS = ("reason", "question", "whom", "until", "relation", "note")


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


def answer(form: QueryDict) -> Answer:
    """Raises: Invalid when the form was damaged on its way."""
    try:
        decision_id = UUID(sent) if (sent := form.get("decision_id")) else uuid4()
        versions = {str(code): int(number) for code, number in json.loads(form.get("versions") or "{}").items()}
        version = int(form.get("version") or 0)
    except (ValueError, AttributeError) as fault:
        raise Invalid(
            "This form was damaged on its way.", field="form", remedy="Load the item again and repeat your decision."
        ) from fault
    return Answer(
        verdict=form.get("verdict", ""),
        decision_id=decision_id,
        evidence_hash=form.get("evidence_hash", ""),
        version=version,
        versions=versions,
        choices=choices(form),
        words={name: form.get(name, "").strip()[:LONGEST] for name in WORDS},
    )


def _whole(text: str, path: str) -> int:
    if not text.isdecimal():
        raise Invalid("That names no source.", field=path, value=text[:60], remedy="Take a value that is shown.")
    return int(text)
