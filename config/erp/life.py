"""The life of a copy's ERP: prepared, begun afresh where asked, running until stopped."""

from __future__ import annotations

import time
from collections.abc import Callable

from config.counterparts.place import Place
from config.erp import Erp, install, server, template

Say = Callable[[str], None]


def prepare(home: Place, erp: Erp, say: Say) -> None:
    """Programs and template are there; several processes may ask at once.

    Raises: ErpError.
    """
    with home.alone():
        begun = time.monotonic()
        was_there = install.installed(home.folder)
        install.ensure(home.folder, say)
        template.ensure(home, erp, say)
    if not was_there:
        say(f"Tryton is installed and initialised; that took {time.monotonic() - begun:.0f} s.")


def serve(home: Place, live: Place, erp: Erp, say: Say) -> int:
    """Run the copy's ERP until it ends; KeyboardInterrupt ends it.

    Raises: ErpError.
    """
    prepare(home, erp, say)
    live.stop()  # one that outlived a killed run
    folder = live.folder / "database"
    if live.is_afresh() or not (folder / template.FILE).exists():
        template.copy(home, folder)
        live.begun_afresh()
    port, moved = live.take_port()
    if moved:
        say(f"Its former port is taken; it is at {live.url} now.")
    process = server.start(home.folder, folder, port)
    live.note_process(process.pid)
    try:
        server.wait(process, port, folder)
        say(f"Tryton 8.2 answers at {live.url}, database {erp.database}.")
        return process.wait()
    finally:
        server.stop(process)
