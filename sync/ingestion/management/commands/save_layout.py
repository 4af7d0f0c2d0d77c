"""`manage.py save_layout`: remember how the files of a system are read."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError

from mdm.governance.queries import id_type
from sync.ingestion import command_line as line
from sync.ingestion.operations.save_layout import save_layout


class Command(BaseCommand):
    help = "Save a layout (YAML): which column of a system's files leads to which attribute."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("file")
        parser.add_argument("--system", required=True)
        parser.add_argument("--domain", required=True)
        parser.add_argument("--type", default=None, help="id type, where the system has several in the domain")
        parser.add_argument("--actor", default="", metavar="EMAIL")
        parser.add_argument("--reason", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        with line.told():
            saved = save_layout(
                id_type=id_type(options["system"], options["domain"], options["type"]),
                name=options["name"],
                content=_content(options["file"]),
                actor=line.actor_named(options["actor"]),
                reason=options["reason"],
            )
        self.stdout.write(f"Layout {saved.name} number {saved.number} is the one that counts.")


def _content(path: str) -> Any:
    try:
        return yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}. Give the path of a YAML file.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        raise CommandError(f"{path} is not YAML{f' at line {where.line + 1}' if where else ''}. Correct it.") from error
