"""The programs that make one running copy: the web server, the worker, the scheduler; in a demo its ERP and CRM."""

from __future__ import annotations

import os
import sys

from config import counterparts, environment
from config.supervisor import Program

# Measured on two cores, the client on the same: see bench/crosswalk.
WEB_PROCESSES = 2
WEB_THREADS = 2


def programs(host: str, port: int) -> list[Program]:
    """Return what `manage.py up` keeps running; each also stands alone on hosts of its own."""
    counterpart = [Program("erp", erp(), vital=False), Program("crm", crm(), vital=False)]
    return [
        Program("web", web(host, port)),
        Program("worker", worker()),
        Program("dispatch", dispatch()),
        Program("beat", beat()),
        *(counterpart if counterparts.wanted() else []),
    ]


def web(host: str, port: int) -> list[str]:
    arguments = ["--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws", "--log-level", "warning"]
    processes = environment.number("TOUCHSTONE_WEB_PROCESSES", min(WEB_PROCESSES, os.cpu_count() or 1))
    threads = environment.number("TOUCHSTONE_WEB_THREADS", WEB_THREADS)
    size = ["--workers", str(processes), "--blocking-threads", str(threads)]
    care = ["--respawn-failed-workers", "--workers-kill-timeout", "10"]
    return [sys.executable, "-m", "config.web", *arguments, *size, *care, "config.wsgi:application"]


def worker() -> list[str]:
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
    return [*celery, "worker", "--loglevel", "warning", "--without-gossip", "--without-mingle"]


def dispatch() -> list[str]:
    """Makes deliveries within moments; without it the worker makes them, within a sweep."""
    return [sys.executable, str(environment.BASE_DIR / "manage.py"), "dispatch"]


def beat() -> list[str]:
    return [sys.executable, "-m", "config.scheduler"]


def erp() -> list[str]:
    """The demo's ERP: it installs itself first, and stays out of the way where it cannot."""
    return [sys.executable, "-m", "config.erp", "serve", "--patient"]


def crm() -> list[str]:
    """The demo's CRM: a stand-in for Salesforce."""
    return [sys.executable, "-m", "config.crm", "serve"]
