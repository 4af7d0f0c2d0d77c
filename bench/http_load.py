"""A closed loop of keep-alive connections over raw sockets: light, since it shares the cores with what it measures."""

from __future__ import annotations

import multiprocessing
import random
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """What one run saw: requests per second, and latencies in milliseconds."""

    rate: float
    p50: float
    p95: float
    p99: float
    requests: int
    failed: int


def get(path: str, key: str) -> bytes:
    """Return the bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


def post(path: str, key: str, body: bytes) -> bytes:
    """Return the bytes of a POST of JSON."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def measure(port: int, requests: Sequence[bytes], *, connections: int, seconds: float, warm: float = 1.0) -> Measured:
    """Send `requests` in random order over `connections`, each waiting for its answer, for `seconds` after warming."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    client = multiprocessing.Process(target=_client, args=(sender, port, list(requests), connections, seconds, warm))
    client.start()
    sender.close()  # so that a client that fails ends the wait below
    latencies, failed, took = receiver.recv()
    client.join()
    latencies.sort()
    count = len(latencies)
    p50, p95, p99 = (latencies[min(count - 1, int(count * share))] * 1e3 for share in (0.5, 0.95, 0.99))
    return Measured(count / took, p50, p95, p99, count, failed)


def ask(port: int, request: bytes) -> tuple[int, bytes]:
    """Send one request; return status and body."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        answer = b""
        while not _complete(answer):
            answer += connection.recv(1 << 20)
    return int(answer[9:12]), answer.partition(b"\r\n\r\n")[2]


def _client(sender: object, port: int, requests: list[bytes], connections: int, seconds: float, warm: float) -> None:
    chance = random.Random(port)
    poll = select.epoll()
    sockets, sent, answers = {}, {}, {}
    clock = time.perf_counter
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = connection.fileno()
        sockets[number] = connection
        poll.register(number, select.EPOLLIN)
    latencies: list[float] = []
    failed = 0
    begin = clock() + warm
    end = begin + seconds
    for number, connection in sockets.items():
        sent[number], answers[number] = clock(), b""
        connection.sendall(chance.choice(requests))
    while clock() < end:
        for number, _ in poll.poll(1):
            connection = sockets[number]
            received = connection.recv(1 << 20)
            if not received:
                raise SystemExit("The server closed a connection.")
            answer = answers[number] + received
            if not _complete(answer):
                answers[number] = answer
                continue
            now = clock()
            if now > begin:
                latencies.append(now - sent[number])
                failed += answer[9:12] != b"200"
            answers[number] = b""
            sent[number] = clock()
            connection.sendall(chance.choice(requests))
    sender.send((latencies, failed, seconds))  # type: ignore[attr-defined]


def _complete(answer: bytes) -> bool:
    """Whether head and announced body are there."""
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    lowered = answer[:head].lower()
    at = lowered.find(b"content-length:")
    if at < 0:
        return True
    return len(answer) >= head + 4 + int(lowered[at + 15 :].partition(b"\r\n")[0])
