"""Is it alive, and is it ready: for load balancers, supervisors and people."""

from __future__ import annotations

from collections.abc import Callable

import redis
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from config import heartbeat


def alive(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked, so that a failing database restarts nobody."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> JsonResponse:
    """Each part that work needs, by name; 503 as long as one of them fails."""
    parts = {name: check() for name, check in CHECKS.items()}
    failing = sorted(name for name, answer in parts.items() if answer != "ok")
    status = "ready" if not failing else "not ready"
    return JsonResponse({"status": status, "failing": failing, "parts": parts}, status=503 if failing else 200)


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        connection.close()
        return "The database does not answer."
    return "ok"


def broker() -> str:
    try:
        heartbeat.client().ping()
    except redis.RedisError:
        return "Redis does not answer."
    return "ok"


def worker() -> str:
    try:
        seen = heartbeat.client().exists(heartbeat.KEY)
    except redis.RedisError:
        return "Unknown, because Redis does not answer."
    return "ok" if seen else f"No worker answered the scheduler in the last {heartbeat.EXPIRES_SECONDS} seconds."


CHECKS: dict[str, Callable[[], str]] = {"database": database, "redis": broker, "worker": worker}
