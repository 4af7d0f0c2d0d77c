"""`python -m config.erp serve|prepare|stop|afresh|where`: the demo's ERP by hand, or under the supervisor."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from types import FrameType

from config.erp import ErpError, home, known, life, live, running


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.erp", description="The demo's ERP.")
    parser.add_argument("act", choices=sorted(ACTS))
    parser.add_argument("--patient", action="store_true", help="after a failure stay and do nothing, until stopped")
    given = parser.parse_args()
    try:
        return ACTS[given.act]()
    except ErpError as error:
        print(f"The ERP is not there: {error}", flush=True)
        if given.patient:
            _until_stopped()
        return 0 if given.patient else 1
    except KeyboardInterrupt:
        return 0


def serve() -> int:
    """Install what is missing, then run Tryton until a signal."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    return life.serve(home(), live(), known(), _say)


def prepare() -> int:
    """Install what is missing, so that a later start takes seconds."""
    life.prepare(home(), known(), _say)
    return 0


def stop() -> int:
    print("Stopped." if live().stop() else "It does not run.")
    return 0


def afresh() -> int:
    live().ask_afresh()
    print("Its data is as new at the next start; a running one starts again by itself.")
    return 0


def where() -> int:
    erp = running()
    if erp is None:
        print("It does not run.")
        return 1
    print(
        f"{erp.url}, database {erp.database}; sign in as admin, with the password in {home().folder / 'secrets.json'}"
    )
    return 0


ACTS = {"serve": serve, "prepare": prepare, "stop": stop, "afresh": afresh, "where": where}


def _say(line: str) -> None:
    print(line, flush=True)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _until_stopped() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    sys.exit(main())
