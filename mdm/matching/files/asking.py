"""Judging pairs: by another process, or by the person at the terminal."""

from __future__ import annotations

import csv
import io
import shlex
import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import IO, Self

from mdm.engine.matching import Table
from mdm.matching.files.reading import FileProblem


class AskedProcess:
    """Another process that is asked: a line `id_l,id_r` goes out, 1 or 0 comes back; its end means no more answers."""

    def __init__(self, command: str, table: Table) -> None:
        self._table = table
        try:
            self._process = subprocess.Popen(
                shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
            )
        except (OSError, ValueError) as error:
            raise FileProblem(f"--ask-command {command}: {error}. Give a command that can be run.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            _close(pipe)
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __call__(self, pairs: Sequence[tuple[int, int]]) -> list[bool]:
        answers: list[bool] = []
        for left, right in pairs:
            answer = self._ask(self._table.ids[left], self._table.ids[right])
            if answer is None:
                break
            answers.append(answer)
        return answers

    def _ask(self, left: str, right: str) -> bool | None:
        assert self._process.stdin is not None and self._process.stdout is not None
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([left, right])
        try:
            self._process.stdin.write(line.getvalue())
            self._process.stdin.flush()
        except (BrokenPipeError, OSError):
            return None
        answer = self._process.stdout.readline().strip()
        return {"1": True, "0": False}.get(answer)


class AskedPerson:
    """The person at the terminal: both records side by side, y, n or q."""

    def __init__(self, table: Table, say: IO[str], hear: IO[str]) -> None:
        self._table, self._say, self._hear = table, say, hear

    def __call__(self, pairs: Sequence[tuple[int, int]]) -> list[bool]:
        answers: list[bool] = []
        for left, right in pairs:
            self._show(left, right)
            answer = self._heard()
            if answer is None:
                break
            answers.append(answer)
        return answers

    def _show(self, left: int, right: int) -> None:
        width = max(map(len, self._table.columns), default=1)
        self._say.write("\n")
        for name, cells in self._table.columns.items():
            one, other = (str(cells[row] or "")[:44] for row in (left, right))
            if one or other:
                mark = "=" if one == other else " "
                self._say.write(f"  {name:<{width}} {mark} {one:<45} {other}\n")

    def _heard(self) -> bool | None:
        while True:
            self._say.write("The same? [y]es, [n]o, [q]uit: ")
            self._say.flush()
            line = self._hear.readline()
            if not line or line.strip().lower() in ("q", "quit"):
                return None
            if line.strip().lower()[:1] in ("y", "n", "1", "0"):
                return line.strip().lower()[:1] in ("y", "1")


def _close(pipe: IO[str] | None) -> None:
    if pipe is not None:
        try:
            pipe.close()
        except OSError:
            return
