"""Files as bytes, opened as tables."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.ingestion.reading.files import keep_file
from sync.ingestion.reading.rows import Row
from sync.ingestion.reading.tables import FIND_OUT, Table, Wishes, open_table

Open = Callable[..., Table]
Read = Callable[..., list[Row]]


@pytest.fixture
def open_bytes(tmp_path: Path) -> Open:
    def opened(content: bytes, *, name: str = "file.csv", wishes: Wishes = FIND_OUT) -> Table:
        kept = keep_file(io.BytesIO(content), name=name, folder=tmp_path, max_bytes=1 << 28)
        return open_table(kept, wishes)

    return opened


@pytest.fixture
def read_bytes(open_bytes: Open, tmp_path: Path) -> Read:
    def read(content: bytes, *, name: str = "file.csv", wishes: Wishes = FIND_OUT) -> list[Row]:
        return list(open_bytes(content, name=name, wishes=wishes).rows(tmp_path))

    return read
