"""A bare loop beside `bench.deliver`: so many threads put documents to a target, and nothing else."""

from __future__ import annotations

import http.client
import itertools
import json
import sys
import threading
from urllib.parse import urlsplit


def main(url: str, count: int, threads: int, process: int) -> None:
    """Put `count` documents over as many connections as there are threads."""
    numbers = itertools.count()
    host = urlsplit(url).netloc

    def post() -> None:
        connection = http.client.HTTPConnection(host, timeout=30)
        while (number := next(numbers)) < count:
            code = f"BARE-{process}-{number}"
            fields = {"code": code, "name": f"Werk {number} GmbH", "city": "Stuttgart"}
            body = json.dumps({"fields": fields, "reference": code, "version": 1})
            connection.request("PUT", f"/records/party/{code}", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            json.loads(answer.read())
            assert answer.status < 300, answer.status
        connection.close()

    running = [threading.Thread(target=post) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1], *(int(argument) for argument in sys.argv[2:5]))
