"""What checking one row of values says."""

from __future__ import annotations

from typing import Literal, NamedTuple

from mdm.engine.schema import Scalar

Severity = Literal["reject", "finding"]


class Issue(NamedTuple):
    """One thing wrong with one value, in words a person can act on."""

    path: str
    value: str
    code: str
    message: str
    remedy: str
    severity: Severity


class Checked(NamedTuple):
    """`values` as sent (None = cleared), `standardised` where that differs, `keys` as (kind, value) to find it by."""

    values: dict[str, Scalar]
    standardised: dict[str, Scalar]
    issues: list[Issue]
    keys: list[tuple[str, str]]

    @property
    def rejected(self) -> bool:
        return any(issue.severity == "reject" for issue in self.issues)

    @property
    def merged(self) -> dict[str, Scalar]:
        """The values as the hub reads them: standardised where that differs from what was sent."""
        return {**self.values, **self.standardised}
