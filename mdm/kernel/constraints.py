"""Named database constraints, told as domain exceptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from mdm.kernel.errors import DomainError


def violated(error: IntegrityError) -> str:
    """Return the name of the constraint that PostgreSQL refused on, or an empty string."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""


@contextmanager
def translate(refusals: Mapping[str, Callable[[], DomainError]]) -> Iterator[None]:
    """Run the block in a savepoint; a violation of a constraint named in `refusals` raises its domain exception.

    Raises: the exception made by the factory; the IntegrityError itself for any other constraint.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = refusals.get(violated(error))
        if refusal is None:
            raise
        raise refusal() from error
