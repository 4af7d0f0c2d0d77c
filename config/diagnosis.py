"""What can be wrong with an installation, in words, each with its remedy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import redis
from celery import current_app
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from config import heartbeat

LEAST_POSTGRES = 16
LEAST_DISK_BYTES = 2 * 1024**3
LEAST_KEY_LENGTH = 40
STUCK = "10 minutes"
EXTENSIONS = {"btree_gist", "pg_trgm", "unaccent"}
# A table of history is known by the trigger that refuses to change it; bit 16 of its type means UPDATE.
LOOSE_HISTORY = """
SELECT t.tgrelid::regclass::text FROM pg_trigger t WHERE t.tgname LIKE '%%\\_append\\_only' AND (
    has_table_privilege(t.tgrelid, 'DELETE') OR has_table_privilege(t.tgrelid, 'TRUNCATE')
    OR (t.tgtype & 16 <> 0 AND has_table_privilege(t.tgrelid, 'UPDATE'))) ORDER BY 1
"""


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is well, and what to do if not."""

    subject: str
    well: bool
    words: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything; what cannot be looked at because something under it fails is left out."""
    yield from _settings()
    yield _disk()
    reachable = _database()
    yield reachable
    if reachable.well:
        for look in (_server, _migrations):
            yield look()
        if not _pending():
            for look in (_rights, _jobs, _seals):
                yield look()
    broker = _redis()
    yield broker
    if broker.well:
        yield _worker()


def _settings() -> Iterator[Finding]:
    weak = len(settings.SECRET_KEY) < LEAST_KEY_LENGTH or len(set(settings.SECRET_KEY)) < 10
    yield Finding(
        "Secret key",
        not weak,
        "is too simple" if weak else "is long enough",
        "Set TOUCHSTONE_SECRET_KEY to 50 random characters; everyone is signed out once.",
    )
    kept = bool(settings.SECRETS_KEYS) and all(map(_is_fernet_key, settings.SECRETS_KEYS))
    yield Finding(
        "Secrets keys",
        kept,
        "are there" if kept else "are missing or of the wrong form: no connection can sign in",
        "Set TOUCHSTONE_SECRETS_KEYS to what `python -c 'from cryptography.fernet import Fernet as F; "
        "print(F.generate_key().decode())'` prints, and keep it apart from the database's backups.",
    )
    open_debug = settings.DEBUG and not settings.LOCAL
    yield Finding(
        "Debug pages",
        not open_debug,
        "show the program's inside to strangers" if open_debug else "are off, or this copy is your own",
        "Unset TOUCHSTONE_DEBUG.",
    )
    nobody = not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS
    yield Finding(
        "Host names",
        not nobody,
        "are not restricted to this installation's" if nobody else f"answered: {', '.join(settings.ALLOWED_HOSTS)}",
        "Set TOUCHSTONE_ALLOWED_HOSTS to the names people type.",
    )


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _disk() -> Finding:
    folder = settings.VAR_DIR if settings.VAR_DIR.exists() else settings.BASE_DIR
    free = shutil.disk_usage(folder).free
    words = f"{free / 1024**3:.1f} GB free where {folder} lies"
    return Finding("Disk", free >= LEAST_DISK_BYTES, words, "Free some space: below 2 GB an import may not fit.")


def _database() -> Finding:
    try:
        (name, role) = _one("SELECT current_database(), current_user")
    except Error as error:
        connection.close()
        words = f"does not answer: {str(error).strip().splitlines()[0]}"
        return Finding("Database", False, words, "Start PostgreSQL, or correct DATABASE_URL.")
    return Finding("Database", True, f"{name} answers, as the role {role}")


def _server() -> Finding:
    number, encoding = _one("SELECT current_setting('server_version_num')::int, current_setting('server_encoding')")
    (letters,) = _one("SELECT lower('Ж') = 'ж'")
    version = number // 10_000
    if version < LEAST_POSTGRES:
        return Finding("PostgreSQL", False, f"is version {version}", f"Use PostgreSQL {LEAST_POSTGRES} or later.")
    if encoding != "UTF8" or not letters:
        remedy = "Create the database with ENCODING 'UTF8' and LOCALE 'C.UTF-8'."
        return Finding("PostgreSQL", False, f"does not know every letter (encoding {encoding})", remedy)
    return Finding("PostgreSQL", True, f"is version {version} and knows every letter")


def _pending() -> list[str]:
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def _migrations() -> Finding:
    pending = _pending()
    words = f"{len(pending)} are not applied, the first is {pending[0]}" if pending else "are all applied"
    return Finding("Migrations", not pending, words, "Run `python manage.py migrate`.")


def _rights() -> Finding:
    (superuser,) = _one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    remedy = "Log in as touchstone_app (DATABASE_URL), and let only migrations use the owner (DATABASE_OWNER_URL)."
    if superuser:
        return Finding("Rights", False, "the application logs in as a superuser, who may change history", remedy)
    loose = [table for (table,) in _all(LOOSE_HISTORY)]
    if loose:
        return Finding("Rights", False, f"the application may change history in {', '.join(loose)}", remedy)
    return Finding("Rights", True, "the application may not change history")


def _jobs() -> Finding:
    (stuck,) = _one(
        "SELECT count(DISTINCT job_id) FROM jobs_chunk WHERE (status = 'LEASED' AND lease_until < now() - %s::interval)"
        " OR (status = 'PENDING' AND job_id IN (SELECT id FROM jobs_job WHERE finished_at IS NULL"
        " AND COALESCE(claimed_at, submitted_at) < now() - %s::interval))",
        [STUCK, STUCK],
    )
    words = f"{stuck} have not moved for {STUCK}" if stuck else "none is stuck"
    return Finding("Jobs", not stuck, words, "Start a worker, or run `python manage.py work` here.")


def _seals() -> Finding:
    (late,) = _one(
        "SELECT count(*) FROM events_auditevent e WHERE e.occurred_at < now() - %s::interval"
        " AND NOT EXISTS (SELECT FROM events_auditseal s WHERE s.event_id = e.id)",
        [STUCK],
    )
    words = f"{late} events are not sealed after {STUCK}" if late else "every event is sealed in time"
    return Finding("Audit", not late, words, "Start the scheduler (beat) and a worker: they seal every 10 seconds.")


def _redis() -> Finding:
    try:
        version = heartbeat.client().info("server")["redis_version"]
        policy = heartbeat.client().config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except redis.RedisError as error:
        return Finding("Redis", False, f"does not answer: {error}", "Start Redis, or correct REDIS_URL.")
    if policy != "noeviction":
        remedy = "Set maxmemory-policy to noeviction: an evicted key may be a queue."
        return Finding("Redis", False, f"throws keys away when memory is short ({policy})", remedy)
    return Finding("Redis", True, f"version {version} answers")


def _worker() -> Finding:
    if heartbeat.client().exists(heartbeat.KEY):
        return Finding("Worker and scheduler", True, "the scheduler rang and a worker answered within the last minute")
    if current_app.control.ping(timeout=1.5):
        remedy = "Start one scheduler: `celery -A config beat`."
        return Finding("Worker and scheduler", False, "a worker answers, but no scheduler rings", remedy)
    remedy = "Run `make run`, or start `celery -A config worker` and `celery -A config beat`."
    return Finding("Worker and scheduler", False, "no worker answers", remedy)


def _one(statement: str, parameters: list[Any] | None = None) -> Any:
    return _all(statement, parameters)[0]


def _all(statement: str, parameters: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or [])
        return list(cursor.fetchall())
