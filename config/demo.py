"""The demo world of a copy that runs its own servers: loaded once, thrown away on demand."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config import counterparts, demo_targets, embedded, environment, heartbeat
from config.embedded import places, postgres

SEEDS: Path = settings.BASE_DIR / "demo" / "seeds.yaml"
# Each in a process of its own, as the application's role; each leaves alone what is there already.
STEPS = (
    ("load_demo",),
    ("connect_demo",),
    ("match", "--domain", "party", "--wait"),
    ("match", "--domain", "material", "--wait"),
)


def wanted() -> bool:
    """Whether the demo belongs here and is not, or not wholly, loaded: no system but the hub is registered."""
    if not environment.flag("TOUCHSTONE_DEMO", default=settings.LOCAL):
        return False
    if _unfinished().exists():
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM governance_system WHERE NOT is_hub)")
        return bool(cursor.fetchone()[0])


def load() -> bool:
    """Load the demo, say where it delivers to, and match it; say whether all of it is there.

    A load that was torn off is taken up by the next one.
    """
    _unfinished().touch()
    for step in STEPS:
        if subprocess.run([sys.executable, "manage.py", *step], cwd=settings.BASE_DIR).returncode:
            return False
    _unfinished().unlink()
    return True


def follow_counterparts() -> None:
    """Connections lead to what will run beside the demo in a moment, also where somebody took its former port."""
    if counterparts.wanted() and demo_targets.has_moved():
        subprocess.run([sys.executable, "manage.py", "connect_demo"], cwd=settings.BASE_DIR)


def reset() -> bool:
    """Throw the copy's database, uploads and wake-ups away and load the demo afresh; say whether it is whole."""
    connection.close()
    sockets = places.socket_dir(settings.VAR_DIR)
    with postgres.connect(sockets) as server:
        server.execute("DROP DATABASE IF EXISTS touchstone WITH (FORCE)")
        server.execute("CREATE DATABASE touchstone OWNER touchstone")
    if embedded.wanted_redis():
        heartbeat.client().flushdb()
    shutil.rmtree(settings.UPLOAD_DIR, ignore_errors=True)
    counterparts.afresh()
    call_command("migrate", verbosity=0)
    return load()


def sign_ins() -> str:
    """Return who may sign in to the demo and with what, or nothing where no demo is loaded."""
    seeds = yaml.load(SEEDS.read_text(encoding="utf-8"), yaml.CSafeLoader)
    emails = [person["email"] for person in seeds["people"]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_actor WHERE email = ANY(%s) AND is_active", [emails])
        (known,) = cursor.fetchone()
    if known < len(emails):
        return ""
    return f"Sign in as {', '.join(emails)}; the password is {seeds['password']}"


def _unfinished() -> Path:
    return Path(settings.VAR_DIR) / "demo-unfinished"
