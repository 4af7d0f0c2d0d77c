from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mdm.accounts.operations.create_api_key import create_api_key
from mdm.accounts.queries import machine_actor
from mdm.kernel.clock import database_now
from mdm.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Creates a service with an API key and prints the secret, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="What the key is for, such as 'Shop look-ups'.")
        parser.add_argument(
            "--scopes",
            nargs="+",
            required=True,
            metavar="ACTION:DOMAIN[:system:CODE]",
            help="Rights, such as view:party or operate:party:system:SAP; * is every domain.",
        )
        parser.add_argument(
            "--expires-days", type=int, metavar="N", help="The key works for N days; default: for ever."
        )
        parser.add_argument("--reason", default="Created from the command line")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["expires_days"]
        try:
            key, secret = create_api_key(
                name=options["name"],
                scopes=options["scopes"],
                expires_at=None if days is None else database_now() + timedelta(days=days),
                reason=options["reason"],
                actor=machine_actor(),
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stderr.write(f"API key {key.name!r} (tsk_{key.prefix}_…). The secret is shown this once:")
        self.stdout.write(secret)
