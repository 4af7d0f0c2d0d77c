"""A file of 200 MB streams: what a process needs does not grow with it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

_READ = """
import re, sys
from pathlib import Path
from sync.ingestion.reading.files import keep_file
from sync.ingestion.reading.tables import open_table

folder = Path(sys.argv[1])
with open(folder / "large.csv", "rb") as source:
    table = open_table(keep_file(source, name="large.csv", folder=folder / "kept", max_bytes=1 << 28))
count = sum(1 for _ in table.rows(folder / "kept"))
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(count, int(peak[1]) // 1024)
"""


def test_a_file_of_200_megabytes_is_read_in_bounded_memory(tmp_path: Path) -> None:
    line = b"1234567890;Nord Stahl AG;" + b"x" * 970 + b"\n"
    with open(tmp_path / "large.csv", "wb") as target:
        target.write(b"id;name;note\n")
        for _ in range(200):
            target.write(line * 1_000)

    done = subprocess.run(
        [sys.executable, "-c", _READ, str(tmp_path)], capture_output=True, text=True, check=True, timeout=120
    )

    shutil.rmtree(tmp_path)
    rows, megabytes = map(int, done.stdout.split())
    assert rows == 200_000
    assert megabytes < 120
