"""The programmable target: a small business system that keeps keys, etags and references, and can be told to fail."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import orjson

from sync.connectors.memory import control, reading, writing
from sync.connectors.memory.faults import NORMAL, Plan, Rule
from sync.connectors.memory.store import Store

Reply = tuple[int, Mapping[str, str], bytes]
IDEMPOTENCY_KEY: Final = "idempotency-key"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, taken apart."""

    method: str
    parts: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @classmethod
    def of(cls, method: str, address: str, headers: Mapping[str, str], body: bytes) -> Call:
        path, _, asked = address.partition("?")
        parts = tuple(unquote(part) for part in path.split("/") if part)
        query = dict(parse_qsl(asked, keep_blank_values=True)) if asked else {}
        return cls(method, parts, query, {name.lower(): value for name, value in headers.items()}, body)

    @property
    def is_control(self) -> bool:
        return self.parts[:1] == ("control",)

    @property
    def writes(self) -> bool:
        return self.method != "GET" and not self.is_control

    @property
    def push_id(self) -> str:
        return self.headers.get("x-push-id", "")

    @property
    def about(self) -> str:
        """All that may name the record."""
        return "/".join(self.parts) + "".join(self.query.values()) + self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        return orjson.loads(self.body or b"{}")


@dataclass(slots=True)
class Begun:
    """A call that arrived: its plan, and the row that notes it."""

    call: Call
    plan: Plan
    row: int


class Target:
    """A target in this process. `begin` and `finish` stand apart so that a server can wait between them."""

    def __init__(self, path: str = ":memory:", *, latency: float = 0.0) -> None:
        self.store = Store(path)
        self.latency = latency
        self.rules: list[Rule] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        self.store.close()

    def program(self, rule: Rule) -> None:
        """Calls that the rule names meet its action from now on."""
        with self._lock:
            self.rules.append(rule)

    def forget_rules(self) -> None:
        with self._lock:
            self.rules.clear()

    def begin(self, call: Call) -> Begun:
        """The call has arrived and is noted; nothing was done yet."""
        if call.is_control:
            return Begun(call, NORMAL, 0)
        plan = self._plan(call)
        path = "/".join(call.parts)
        row = self.store.note_call(time.time(), call.method, path, writes=call.writes, push_id=call.push_id)
        return Begun(call, dataclasses.replace(plan, wait=plan.wait + self.latency), row)

    def finish(self, begun: Begun) -> Reply:
        """What the call asks for is done, unless its plan says no; the answer is the truth, or what the plan says."""
        with self.store.transaction():
            reply = self._answer(begun.call) if begun.plan.does else (200, {}, b"{}")
            reply = begun.plan.instead or reply
            if begun.row:
                self.store.note_status(begun.row, reply[0])
        return reply

    def answer(self, call: Call) -> Reply:
        """Do it, whole or not at all, and say so."""
        with self.store.transaction():
            return self._answer(call)

    def _answer(self, call: Call) -> Reply:
        key = call.headers.get(IDEMPOTENCY_KEY, "")
        return self._once(key, call) if key and call.writes else _reply(*self._route(call))

    def _once(self, key: str, call: Call) -> Reply:
        """What a key once did is answered again for ever; the same key with another request is a mistake."""
        request = f"{call.method} {'/'.join(call.parts)} {call.body.decode('utf-8', errors='replace')}"
        if before := self.store.answered(key):
            known, status, body = before
            if known != request:
                return _reply(422, writing.error("key_reused", "This key came with another request before."))
            return status, {"Idempotency-Replayed": "true"}, body.encode()
        reply = _reply(*self._route(call))
        if reply[0] < 300:
            self.store.keep_answer(key, request, reply[0], reply[2].decode())
        return reply

    def _route(self, call: Call) -> tuple[int, Any]:
        try:
            handler = ROUTES.get((call.method, call.parts[0] if call.parts else ""))
            return handler(self, call) if handler else (404, writing.error("no_such_path", "There is nothing here."))
        except (KeyError, ValueError, TypeError, IndexError) as error:
            return 400, writing.error("malformed", f"{type(error).__name__}: {error}")

    def _plan(self, call: Call) -> Plan:
        with self._lock:
            for rule in self.rules:
                if rule.meets(writes=call.writes, about=call.about if rule.reference else ""):
                    rule.used += 1
                    return rule.plan(orjson.dumps)
        return NORMAL


Handler = Callable[[Target, Call], tuple[int, Any]]
ROUTES: Final[Mapping[tuple[str, str], Handler]] = {
    ("GET", "health"): lambda target, call: (200, {"version": "1", "ok": True}),
    ("GET", "schema"): lambda target, call: reading.schema(target.store, call.parts[1]),
    ("GET", "records"): lambda target, call: reading.records(target.store, call.parts[1], call.query),
    ("GET", "changes"): lambda target, call: reading.changes(target.store, call.parts[1], call.query),
    ("PUT", "records"): lambda target, call: writing.upsert(target.store, call),
    ("POST", "records"): lambda target, call: writing.add(target.store, call),
    ("PATCH", "records"): lambda target, call: writing.update(target.store, call),
    ("POST", "batch"): lambda target, call: writing.batch(target.store, call),
    ("POST", "merge"): lambda target, call: writing.merge(target.store, call),
    ("POST", "control"): lambda target, call: control.command(target, call),
    ("GET", "control"): lambda target, call: control.count(target.store),
}


def _reply(status: int, body: Any) -> Reply:
    return status, {}, orjson.dumps(body)
