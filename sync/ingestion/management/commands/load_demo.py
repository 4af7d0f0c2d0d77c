"""`manage.py load_demo`: register the demo's world and take in its files, by the same operations people use."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mdm.accounts.models import Actor
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.operations.grant import grant
from mdm.accounts.queries import machine_actor
from mdm.domains.loader import shipped_pack
from mdm.governance.models import IdType, Ownership, System
from mdm.governance.operations.add_id_type import add_id_type
from mdm.governance.operations.publish_pack import publish_pack
from mdm.governance.operations.publish_rules import publish_rules
from mdm.governance.operations.register_system import register_system
from mdm.governance.operations.set_ownership import set_ownership
from mdm.governance.queries import id_type
from mdm.jobs.models import Job, JobStatus
from sync.ingestion import command_line as line
from sync.ingestion.foreground import carry_out
from sync.ingestion.intake import intake
from sync.ingestion.models import IngestionRun, MappingImport
from sync.ingestion.operations.draft_run import draft_run
from sync.ingestion.operations.import_mapping import Side, import_mapping
from sync.ingestion.operations.save_layout import save_layout
from sync.ingestion.operations.start_run import start_run
from sync.ingestion.progress_line import ProgressLine
from sync.ingestion.reading.tables import Wishes

FOLDER = settings.BASE_DIR / "demo"
REASON = "Demo data"
_COUNTS = ("created", "updated", "linked", "unchanged", "deleted", "held", "collision", "rejected", "findings")
_ROW = ("attribute", "mode", "group_key", "role", "country")

Seed = dict[str, Any]


class Command(BaseCommand):
    help = "Load the demo data. What is there already stays as it is, so it may be run again at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        seeds = yaml.load((FOLDER / "seeds.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
        with line.told():
            self._register(seeds, machine_actor())
            people = self._hire(seeds, machine_actor())
            engineer = Actor.objects.get(email="engineer@demo.example")
            self._map(seeds["mapping"], engineer)
            for delivery in seeds["deliveries"]:
                self._take_in(delivery, engineer)
        self.stdout.write("")
        self.stdout.write(f"Sign in with the password {seeds['password']} as")
        for email, role in people:
            self.stdout.write(f"  {email:<24} {role}")

    def _register(self, seeds: Seed, actor: Actor) -> None:
        for code in seeds["domains"]:
            publish_pack(domain=code, content=shipped_pack(code).to_content(), actor=actor, reason=REASON)
        _register_systems(seeds, actor)
        for domain, rows in seeds["ownership"].items():
            for row in rows:
                _own(domain, row, actor)
        for domain, content in seeds["rules"].items():
            publish_rules(domain=domain, content=content, actor=actor, reason=REASON)
        for layout in seeds["layouts"]:
            content = {"objects": layout["objects"]}
            save_layout(id_type=_id_type(layout), name=layout["name"], content=content, actor=actor, reason=REASON)

    def _hire(self, seeds: Seed, actor: Actor) -> list[tuple[str, str]]:
        """Return (e-mail, what they do) of everyone who may sign in."""
        for person in seeds["people"]:
            known = Actor.objects.filter(email=person["email"]).first()
            hired = known or create_actor(
                kind="person",
                name=person["name"],
                email=person["email"],
                password=seeds["password"],
                actor=actor,
                reason=REASON,
            )
            for domain, actions in person["grants"].items():
                for action in actions:
                    grant(subject=hired, domain=domain, action=action, actor=actor, reason=REASON)
        return [(person["email"], f"{person['name']}: {person['role']}") for person in seeds["people"]]

    def _map(self, seed: Seed, actor: Actor) -> None:
        path = FOLDER / "files" / seed["file"]
        known = MappingImport.objects.filter(table__sha256=_sha256(path)).order_by("-pk").first()
        if known is None:
            sides = [Side(_id_type({**seed[side], "domain": seed["domain"]})) for side in ("left", "right")]
            with intake() as take:
                table = line.open_path(str(path), Wishes(), take)
                known = import_mapping(table=table, left=sides[0], right=sides[1], actor=actor, reason=REASON)
        self._finish(known.job, "Mapping sheet", actor)

    def _take_in(self, seed: Seed, actor: Actor) -> None:
        paths = {name: FOLDER / "files" / seed.get("folder", "") / file for name, file in seed["files"].items()}
        known = IngestionRun.objects.filter(
            objects_read__header__table__sha256=_sha256(paths["header"]), job__isnull=False
        )
        run = known.order_by("-pk").first()
        if run is None:
            with intake() as take:
                tables = {name: line.open_path(str(path), Wishes(), take) for name, path in paths.items()}
                run = draft_run(id_type=_id_type(seed), tables=tables, actor=actor)
            start_run(run=run, actor=actor, reason=REASON)
        assert run.job is not None
        label = f"{seed['system']} {seed['type']}{' (later)' if seed.get('folder') else ''}"
        self._finish(run.job, label, actor)

    def _finish(self, job: Job, label: str, actor: Actor) -> None:
        """Bring the job to its end, also one that an earlier call left behind."""
        if job.status == JobStatus.DONE:
            self.stdout.write(f"{label}: taken in already.")
            return
        ended = carry_out(job.pk, actor=actor, processes=1, tell=ProgressLine(sys.stderr))
        if ended.status != JobStatus.DONE:
            raise CommandError(f"{label}: {ended.error or ended.get_status_display()}")
        counts = ended.counts
        told = ", ".join(f"{counts[name]:,} {name}" for name in _COUNTS if counts.get(name))
        self.stdout.write(f"{label}: {counts.get('rows', 0):,} rows: {told or 'nothing'}.")


def _id_type(seed: Seed) -> IdType:
    return id_type(seed["system"], seed["domain"], seed["type"])


def _register_systems(seeds: Seed, actor: Actor) -> None:
    for system in seeds["systems"]:
        if not System.objects.filter(code=system["code"]).exists():
            register_system(**system, actor=actor, reason=REASON)
    for entry in seeds["id_types"]:
        names = {"system_id": entry["system"], "domain_id": entry["domain"], "name": entry["name"]}
        if not IdType.objects.filter(**names).exists():
            add_id_type(**entry, actor=actor, reason=REASON)


def _own(domain: str, row: Seed, actor: Actor) -> None:
    """Set the row unless it stands already: every call of the operation is an event."""
    wanted = {name: row.get(name, "") for name in _ROW}
    if not Ownership.objects.filter(domain_id=domain, system_id=row["system"], **wanted).exists():
        set_ownership(domain=domain, system=row["system"], **wanted, actor=actor, reason=REASON)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
