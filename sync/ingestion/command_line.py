"""What the commands of ingestion share: who acts, how options read, how a refusal is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError

from mdm.accounts.models import Actor
from mdm.accounts.queries import machine_actor
from mdm.kernel.errors import DomainError, Invalid, NotFound
from sync.ingestion.intake import take_file
from sync.ingestion.reading.tables import Table, Wishes

DONE, FAILED, WITH_REJECTS, INTERRUPTED = 0, 1, 3, 130
_HELPERS_FROM = 4 << 20
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|"}


@contextmanager
def told() -> Iterator[None]:
    """Tell a refusal as the command's error, with its remedy."""
    try:
        yield
    except DomainError as refusal:
        raise CommandError(str(refusal), returncode=FAILED) from refusal


def actor_named(email: str) -> Actor:
    """Return the person or service meant; without a name the hub itself, for whoever may run commands here.

    Raises: NotFound.
    """
    if not email:
        return machine_actor()
    actor = Actor.objects.filter(email__iexact=email, is_active=True).first()
    if actor is None:
        raise NotFound(
            f"Nobody signs in as {email}.", field="actor", value=email, remedy="Name the e-mail of an actor."
        )
    return actor


def open_path(path: str, wishes: Wishes, take: Callable[..., Table] = take_file) -> Table:
    """Return the file at `path`, kept and opened as a table.

    Raises: NotFound when there is no such file; Invalid, TooLarge when it is no table.
    """
    try:
        with open(path, "rb") as source:
            return take(source, name=Path(path).name, wishes=wishes)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise NotFound(f"{path}: {why}.", field="file", value=path, remedy="Give the path of a file.") from error


def delimiter_named(text: str) -> str:
    """Return the delimiter a person means by `tab`, `;` and the like.

    Raises: Invalid for anything that is not one character.
    """
    delimiter = _DELIMITERS.get(text, text)
    if len(delimiter) > 1 or delimiter in ('"', "\n", "\r"):
        raise Invalid(
            f"{text!r} cannot be a delimiter.",
            field="delimiter",
            value=text[:20],
            remedy="Give one character, or comma, semicolon, tab, bar.",
        )
    return delimiter


def processes_for(wanted: int, size: int) -> int:
    """Return how many processes are worth it: helpers cost a start of about a second each."""
    if wanted:
        return wanted
    return min(os.cpu_count() or 1, 2) if size >= _HELPERS_FROM else 1
