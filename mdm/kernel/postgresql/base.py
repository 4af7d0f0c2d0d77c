"""The database backend: a kept connection is examined before each request without asking the server."""

from __future__ import annotations

import select
from typing import cast

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import ConnStatus


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Say whether the connection still stands: a server that went away leaves an end-of-file to be read."""
        connection = cast("psycopg.Connection[tuple[object, ...]] | None", self.connection)
        if connection is None or connection.closed or connection.pgconn.status != ConnStatus.OK:
            return False
        waiting = select.poll()
        waiting.register(connection.pgconn.socket, select.POLLIN)
        return super().is_usable() if waiting.poll(0) else True
