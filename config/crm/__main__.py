"""`python -m config.crm serve|stop|where`: the demo's CRM by hand, or under the supervisor."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from types import FrameType

from config.counterparts.place import Place
from config.crm import command, known, live
from config.environment import BASE_DIR
from config.supervisor import STOP_WITH_PARENT

DATABASE = "crm.sqlite"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.crm", description="The demo's CRM, a stand-in.")
    parser.add_argument("act", choices=sorted(ACTS))
    try:
        return ACTS[parser.parse_args().act]()
    except KeyboardInterrupt:
        return 0


def serve() -> int:
    """Run the stand-in until a signal."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    place, crm = live(), known()
    place.stop()  # one that outlived a killed run
    if place.is_afresh():
        _throw_away(place)
        place.begun_afresh()
    port, moved = place.take_port()
    secrets = {"STAND_IN_CLIENT_ID": crm.client_id, "STAND_IN_CLIENT_SECRET": crm.client_secret}
    started = [*STOP_WITH_PARENT, *command(port, place.folder / DATABASE)]
    process = subprocess.Popen(started, cwd=BASE_DIR, env=os.environ | secrets, stdout=subprocess.DEVNULL)
    place.note_process(process.pid)
    if moved:
        print(f"Its former port is taken; it is at {place.url} now.", flush=True)
    print(f"The stand-in for Salesforce answers at {place.url}.", flush=True)
    try:
        return process.wait()
    finally:
        process.terminate()
        process.wait()


def stop() -> int:
    print("Stopped." if live().stop() else "It does not run.")
    return 0


def where() -> int:
    print(f"{known().url}: a stand-in for Salesforce, no Salesforce." if live().process() else "It does not run.")
    return 0


ACTS = {"serve": serve, "stop": stop, "where": where}


def _throw_away(place: Place) -> None:
    for path in place.folder.glob(f"{DATABASE}*"):
        path.unlink()


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
