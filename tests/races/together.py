"""Real threads that start at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection


def together(*works: Callable[[], object]) -> None:
    """Run each in a thread of its own, all starting at one moment; a failure in any of them fails the test."""
    barrier, failures = threading.Barrier(len(works)), list[BaseException]()

    def run(work: Callable[[], object]) -> None:
        try:
            barrier.wait()
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [], failures
