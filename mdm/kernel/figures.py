"""What a stage tells about itself: figures that an app declares and `/metrics` reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Figure:
    """One gauge. `statement` yields rows of label values in the order of `labels`, then the number."""

    name: str
    help: str
    statement: str
    labels: Sequence[str] = ()


def read(figure: Figure) -> list[tuple[list[str], float]]:
    """Return the figure's samples as (label values, number); a number that is not known yet is left out."""
    with connection.cursor() as cursor:
        cursor.execute(figure.statement)
        rows = cursor.fetchall()
    return [([str(label) for label in row[:-1]], float(row[-1])) for row in rows if row[-1] is not None]
