"""The stand-in as a server: `python -m sync.connectors.salesforce.stand_in.server --port 9000 --db crm.sqlite`.

It listens on this machine only. `--controls` adds what only tests do: edits, merges and faults of the org itself.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from sync.connectors.salesforce.stand_in import HEADER, LABEL, controls, page, soql
from sync.connectors.salesforce.stand_in.org import Org, Refused
from sync.connectors.salesforce.stand_in.schema import EXTERNAL_ID, OBJECTS, field_of

ROOT: Final = re.compile(r"^/services/data/v\d+\.\d/(.*)$")
MAX_COLLECTION: Final = 200
SHOWN: Final = 200
Reply = tuple[int, Any]
_CREATED: Final = {True: 201, False: 200}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    usage: tuple[int, int] | None = None

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def log_message(self, format: str, *arguments: Any) -> None:
        return

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        address = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(address.query).items()}
        self.usage = None
        try:
            status, told = self._told(unquote(address.path), query, body)
        except Refused as refusal:
            status, told = refusal.status, [refusal.told()]
        except controls.Broken:
            status, told = 500, [{"errorCode": "UNKNOWN_EXCEPTION", "message": "An unexpected error occurred."}]
        self._send(status, told)

    def _told(self, path: str, query: Mapping[str, str], body: bytes) -> Reply:
        if path == "/services/oauth2/token":
            return self._token(body)
        if path.startswith("/stand-in/") and self.server.controls:
            return 200, controls.carry_out(self.server.org, path.removeprefix("/stand-in/"), json.loads(body or b"{}"))
        inside = ROOT.match(path)
        if inside is None:
            return self._page(path, query)
        if not self.server.org.knows(self.headers.get("Authorization", "").removeprefix("Bearer ")):
            raise Refused("INVALID_SESSION_ID", "Session expired or invalid", status=401)
        self.usage = self.server.org.count_call()
        return self._api(inside[1], query, body)

    def _token(self, body: bytes) -> Reply:
        form = {name: values[-1] for name, values in parse_qs(body.decode()).items()}
        token = self.server.org.token(form.get("client_id", ""), form.get("client_secret", ""))
        if form.get("grant_type") != "client_credentials" or token is None:
            return 400, {"error": "invalid_client", "error_description": "invalid client credentials"}
        return 200, {"access_token": token, "instance_url": f"http://{self.headers['Host']}", "token_type": "Bearer"}

    def _api(self, path: str, query: Mapping[str, str], body: bytes) -> Reply:
        parts = path.strip("/").split("/")
        if parts == ["limits"]:
            used, allowed = self.usage or (0, 0)
            return 200, {"DailyApiRequests": {"Max": allowed, "Remaining": allowed - used}}
        if parts in (["query"], ["queryAll"]):
            return 200, _queried(self.server.org, query.get("q", ""), deleted=parts == ["queryAll"])
        if parts[:2] == ["composite", "sobjects"] and self.command == "PATCH":
            return 200, _collection(self.server.org, parts[2], json.loads(body))
        if parts[0] == "sobjects" and len(parts) > 2 and parts[1] in OBJECTS:
            return self._sobject(parts[1], parts[2:], body)
        raise Refused("NOT_FOUND", "The requested resource does not exist", status=404)

    def _sobject(self, object: str, rest: list[str], body: bytes) -> Reply:
        org = self.server.org
        if rest == ["describe"]:
            return 200, {"name": object, "fields": [field.described() for field in OBJECTS[object]]}
        if self.command == "PATCH" and len(rest) == 2 and rest[0] == EXTERNAL_ID:
            fields = json.loads(body)
            controls.maybe_break(fields)
            key, created = org.upsert(object, rest[1], fields)
            return _CREATED[created], {"id": key, "success": True, "created": created, "errors": []}
        if self.command == "PATCH" and len(rest) == 1:
            fields = json.loads(body)
            controls.maybe_break(fields)
            since = self.headers.get("If-Unmodified-Since")
            org.change(object, rest[0], fields, unmodified_since=_date(since) if since else None)
            return 204, None
        row = org.row(object, rest[0])
        if self.command != "GET" or row is None or row["IsDeleted"]:
            raise Refused("NOT_FOUND", "The requested resource does not exist", status=404)
        return 200, {"attributes": {"type": object}} | row

    def _page(self, path: str, query: Mapping[str, str]) -> Reply:
        parts = path.strip("/").split("/")
        if parts[:2] == ["lightning", "r"] and len(parts) > 3 and parts[2] in OBJECTS:
            row = self.server.org.row(parts[2], parts[3])
            return (200, page.shown(parts[2], row)) if row else (404, "There is no such record.")
        if len(parts) == 1 and (known := self.server.org.by_id(parts[0])):
            return 200, page.shown(*known)
        object = parts[0] or "Account"
        if object not in OBJECTS:
            return 404, "There is no such page."
        wanted = query.get("q", "").lower()
        rows = [
            row
            for row in self.server.org.rows(object, deleted=False)
            if wanted in f"{page.name_of(row)} {row['MDM_Id__c']}".lower()
        ]
        rows.sort(key=lambda row: str(row["SystemModstamp"]), reverse=True)
        return 200, page.listed(object, rows[:SHOWN], query.get("q", ""), len(rows))

    def _send(self, status: int, told: Any) -> None:
        html = isinstance(told, str)
        content = b"" if told is None else (told if html else json.dumps(told)).encode()
        self.send_response(status)
        if self.usage:
            self.send_header("Sforce-Limit-Info", "api-usage={}/{}".format(*self.usage))
        self.send_header(HEADER, LABEL)
        if content:
            self.send_header("Content-Type", f"{'text/html' if html else 'application/json'}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, org: Org, *, controls: bool) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.org = org
        self.controls = controls


def _queried(org: Org, text: str, *, deleted: bool) -> dict[str, Any]:
    try:
        query = soql.parse(text)
    except soql.Malformed as fault:
        raise Refused("MALFORMED_QUERY", str(fault)) from fault
    if query.object not in OBJECTS:
        raise Refused("INVALID_TYPE", f"sObject type '{query.object}' is not supported.")
    for name in query.fields:
        if field_of(query.object, name) is None:
            raise Refused("INVALID_FIELD", f"No such column '{name}' on entity '{query.object}'.")
    rows = query.answer(org.rows(query.object, deleted=deleted))
    records = [{"attributes": {"type": query.object}} | {name: row.get(name) for name in query.fields} for row in rows]
    return {"totalSize": len(records), "done": True, "records": records}


def _collection(org: Org, object: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    records = body.get("records", [])
    if object not in OBJECTS:
        raise Refused("NOT_FOUND", "The requested resource does not exist", status=404)
    if len(records) > MAX_COLLECTION:
        raise Refused("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MAX_COLLECTION} records")
    return [_ended(partial(_upserted, org, object, record)) for record in records]


def _upserted(org: Org, object: str, record: Mapping[str, Any]) -> dict[str, Any]:
    controls.maybe_break(record)
    fields = {name: value for name, value in record.items() if name not in ("attributes", EXTERNAL_ID)}
    external = record.get(EXTERNAL_ID)
    if not external:
        raise Refused("MISSING_ARGUMENT", f"{EXTERNAL_ID} not specified", (EXTERNAL_ID,))
    key, created = org.upsert(object, str(external), fields)
    return {"id": key, "success": True, "created": created, "errors": []}


def _ended(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return act()
    except Refused as refusal:
        told = refusal.told()
        error = {"statusCode": told["errorCode"], "message": told["message"], "fields": told["fields"]}
        return {"success": False, "errors": [error]}


def _date(text: str) -> dt.datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 is any free one; it is printed")
    parser.add_argument("--db", required=True, help="the SQLite file that keeps everything")
    parser.add_argument("--controls", action="store_true")
    options = parser.parse_args()
    client = (os.environ["STAND_IN_CLIENT_ID"], os.environ["STAND_IN_CLIENT_SECRET"])
    org = Org(options.db, client=client)
    with Server(options.port, org, controls=options.controls) as server:
        print(f"listening on {server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
