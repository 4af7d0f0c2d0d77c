"""What a demo copy runs beside itself so that records have somewhere to arrive: a real ERP, a stand-in for a CRM.

Each keeps its place in a folder of `var`: its port and secrets, decided once and before it first runs, so that a
connection can be made while it is still being installed; its data; and which process it is.
"""

from __future__ import annotations

from pathlib import Path

from config import environment
from config.counterparts.place import Place

FOLDERS = ("tryton/live", "crm")


def wanted() -> bool:
    """Whether this copy runs them: where it loads the demo, unless TOUCHSTONE_COUNTERPARTS=0."""
    demo = environment.flag("TOUCHSTONE_DEMO", default=not environment.given("DATABASE_URL"))
    return demo and environment.flag("TOUCHSTONE_COUNTERPARTS", default=True)


def afresh(var: Path | None = None) -> None:
    """What arrived in them is thrown away: the records it belonged to are gone. Running ones start again."""
    for folder in FOLDERS:
        Place((var or environment.var_dir()) / folder).ask_afresh()
