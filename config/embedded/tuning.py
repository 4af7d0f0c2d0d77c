"""How the embedded PostgreSQL is set up: sized to the machine, with no commit traded for speed."""

from __future__ import annotations

import locale
import os
import sys
from pathlib import Path

MEGABYTE = 1024 * 1024
SHARED_BUFFERS = (128, 512)


def configuration(sockets: Path) -> str:
    """Return the text of `touchstone.conf`, written anew at every start."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEGABYTE
    least, most = SHARED_BUFFERS
    settings = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{sockets}'",
        "unix_socket_permissions": "0700",
        "max_connections": 200,
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        # Nothing that was confirmed may be lost, in the demo either.
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "shared_buffers": f"{max(least, min(most, memory // 8))}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "gin_pending_list_limit": "8MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "logging_collector": "on",
        "log_directory": "'log'",
        "log_filename": "'postgres-%a.log'",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_line_prefix": "'%m [%p] '",
        "log_checkpoints": "off",
        "log_min_messages": "warning",
    }
    if sys.platform == "linux":
        # After a kill every file is synchronised before recovery: one call for all, not one for each.
        settings["recovery_init_sync_method"] = "syncfs"
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def cluster_arguments() -> list[str]:
    """Return the arguments of initdb that depend on the machine."""
    return [*locale_arguments(), *(["--sync-method=syncfs"] if sys.platform == "linux" else [])]


def locale_arguments() -> list[str]:
    """Return the arguments of initdb: bytes in order, and letters of every script known as letters.

    pg_trgm asks the operating system's locale what a letter is; with plain C it would find no word in Cyrillic.
    """
    provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-messages=C"]
    for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "UTF-8"):
        try:
            saved = locale.setlocale(locale.LC_CTYPE)
            locale.setlocale(locale.LC_CTYPE, name)
            locale.setlocale(locale.LC_CTYPE, saved)
        except locale.Error:
            continue
        return [*provider, "--locale=C", f"--lc-ctype={name}"]
    return [*provider, "--locale=C"]
