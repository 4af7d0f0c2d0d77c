"""Keep a file that somebody sent: under a random name, within a size, with its digest."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mdm.kernel.errors import Invalid, TooLarge

_BLOCK = 1 << 20


class Readable(Protocol):
    """What an upload and an open file have in common."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class KeptFile:
    """A received file: `name` is what its sender called it, and is only ever shown."""

    name: str
    path: Path
    size: int
    sha256: str


def fresh_path(folder: Path, suffix: str) -> Path:
    """Return a new random path in `folder`; nothing of the sender's name gets into it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{uuid.uuid4().hex}{suffix}"


def keep_file(source: Readable, *, name: str, folder: Path, max_bytes: int) -> KeptFile:
    """Copy `source` into `folder` block by block.

    Raises: TooLarge above `max_bytes`; Invalid for an empty file. Nothing stays behind then.
    """
    path = fresh_path(folder, ".upload")
    digest = hashlib.sha256()
    size = 0
    shown = shown_name(name)
    try:
        with open(path, "xb", opener=_private) as target:
            for block in _blocks(source):
                size += len(block)
                if size > max_bytes:
                    raise _too_large(shown, max_bytes)
                digest.update(block)
                target.write(block)
        if not size:
            raise Invalid(f"The file {shown} is empty.", field="file", value=shown, remedy="Export it again.")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return KeptFile(name=shown, path=path, size=size, sha256=digest.hexdigest())


def shown_name(name: str) -> str:
    """Return the last part of a sender's file name, printable and bounded."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable())[:200] or "file"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _blocks(source: Readable) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block


def _too_large(name: str, max_bytes: int) -> TooLarge:
    return TooLarge(
        f"The file {name} is larger than {max_bytes // (1 << 20)} MB.",
        field="file",
        value=name,
        remedy="Split it into several files, or raise TOUCHSTONE_UPLOAD_MAX_BYTES.",
    )
