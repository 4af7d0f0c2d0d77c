"""How often each rule of a state machine succeeded, and each one directly after each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence


class Tally:
    """Counts over all examples. A step that was refused breaks the chain; one that had nothing to act on is no step."""

    def __init__(self, rules: Sequence[str]) -> None:
        self.rules = sorted(rules)
        self.done: Counter[str] = Counter()
        self.after: Counter[tuple[str, str]] = Counter()
        self.refused: Counter[str] = Counter()
        self.last = ""
        self.weights: dict[tuple[str, str], float] = {}

    def plan(self) -> None:
        """What was rare so far is wanted more from now on; the wish stays the same until the next plan, so that an
        example can be run again.
        """
        self.weights = {
            (first, then): 1 / (1 + self.after[first, then]) ** 2 for first in self.rules for then in self.rules
        }

    def wanted(self, rule: str) -> float:
        """Return how much the rule is wanted next."""
        return self.weights.get((self.last, rule), 1.0)

    def begin(self) -> None:
        """A new example starts: nothing came before."""
        self.last = ""

    def succeeded(self, rule: str) -> None:
        self.done[rule] += 1
        if self.last:
            self.after[self.last, rule] += 1
        self.last = rule

    def refuse(self, rule: str) -> None:
        self.refused[rule] += 1
        self.last = ""

    @property
    def rarest(self) -> int:
        """How often the rarest of all rules and ordered pairs of rules succeeded."""
        pairs = (self.after[first, then] for first in self.rules for then in self.rules)
        return min(*(self.done[rule] for rule in self.rules), *pairs)

    def table(self) -> str:
        """Return the counts: rows by the rule that came first, columns by the one that followed."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        width = max(map(len, self.rules)) + 1
        yield "".ljust(width) + "total".rjust(7) + "refused".rjust(9) + "".join(r.rjust(width) for r in self.rules)
        for first in self.rules:
            pairs = "".join(str(self.after[first, then]).rjust(width) for then in self.rules)
            yield first.ljust(width) + str(self.done[first]).rjust(7) + str(self.refused[first]).rjust(9) + pairs
        yield f"{sum(self.done.values())} steps; rarest {self.rarest}"
