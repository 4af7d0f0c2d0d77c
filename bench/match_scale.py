"""Deduplicating persons at size: the engine beside Splink 5, five blocking rules, the same phases timed for both.

    python -m bench.match_scale FOLDER [FOLDER ...] [--splink PYTHON] [--runs 3]

Each FOLDER holds records.csv and truth.csv as the design's build_scale.py writes them (historical_50k's columns).
PYTHON is an interpreter that has Splink, in an environment of its own, because nothing else here needs it:

    python -m venv splink && splink/bin/pip install "splink==5.0.0" "pandas>=2.2,<3"

Without it the engine is measured alone, and the bars that compare are said to be skipped. Every size of either runs in
a process of its own, so that its memory is its own. Both run in turn, `--runs` times each; of either the run that took
least CPU counts, for the same work takes a fifth more whenever the machine has other guests. Every run's seconds are
printed. Reading the file is stated apart; all that follows counts.
Splink's clusters are scored at the best of several thresholds, which needs the truth; the engine's at its own.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
_LARGE: Final = 500_000
_MIDDLE: Final = 100_000
_MOST_MEGABYTES: Final = 2_500


def run(python: str, script: str, folder: Path) -> dict[str, Any]:
    """What the script measured; its last line is JSON.

    Raises: RuntimeError with what it said.
    """
    command = [python, str(HERE / script), str(folder)]
    place = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=place)
    if done.returncode:
        raise RuntimeError(done.stderr[-2_000:])
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def told(name: str, found: dict[str, Any]) -> None:
    phases = ", ".join(f"{phase} {seconds:.2f}" for phase, seconds in found["phases"].items())
    print(
        f"{found['records']:>9,} {name:<8}{found['pairs']:>12,} pairs {found['cpu']:>7.2f} CPU s "
        f"{found['wall']:>7.2f} s {found['rss']:>6,} MB  "
        f"F1 {found['f1']:.4f} P {found['precision']:.3f} R {found['recall']:.3f}"
        f" largest {found['largest']}{found['note']}\n{'':>20}{phases}; loading apart {found['load']:.2f}",
        flush=True,
    )


def judge(what: str, found: float, bar: float, *, least: bool = False) -> None:
    met = found > bar if least else found <= bar
    print(f"{'':>20}{what}: {found:.3f}, bar {'above ' if least else 'at most '}{bar:.3f} {'met' if met else 'MISSED'}")


def measured(folder: Path, splink: str | None, runs: int) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The best run of the engine, and of Splink where there is one."""
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(run(sys.executable, "match_scale_engine.py", folder))
        if splink is not None:
            theirs.append(run(splink, "match_scale_splink.py", folder))
    return _best("engine", ours), _best("splink", theirs) if theirs else None


def _best(name: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    best = min(runs, key=lambda each: each["cpu"])
    told(name, best)
    print(f"{'':>20}CPU s of every run: {', '.join(format(each['cpu'], '.2f') for each in runs)}", flush=True)
    return best


def compare(folder: Path, splink: str | None, runs: int) -> None:
    ours, theirs = measured(folder, splink, runs)
    records = ours["records"]
    if records >= _LARGE:
        judge("memory in MB", ours["rss"], _MOST_MEGABYTES)
    if theirs is None:
        print(f"{'':>20}SKIPPED beside Splink: name an interpreter that has it with --splink.")
        return
    bar = 0.35 if records >= _LARGE else 0.15 if records >= _MIDDLE else None
    share = ours["cpu"] / theirs["cpu"]
    if bar is None:
        print(f"{'':>20}CPU of Splink's: {share:.3f}, no bar at this size")
    else:
        judge("CPU of Splink's", share, bar)
    judge("cluster F1 against Splink's best", ours["f1"], theirs["f1"], least=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--splink", help="an interpreter that has Splink 5")
    arguments.add_argument("--runs", type=int, default=3)
    said = arguments.parse_args()
    print(f"Load beside: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.")
    for folder in said.folders:
        compare(folder, said.splink, said.runs)


if __name__ == "__main__":
    main()
