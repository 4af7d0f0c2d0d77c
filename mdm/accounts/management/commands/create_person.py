from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mdm.accounts.models import ActorKind
from mdm.accounts.operations.create_actor import create_actor
from mdm.accounts.queries import machine_actor
from mdm.kernel.errors import DomainError


class Command(BaseCommand):
    help = (
        "Creates the account of a person, the first administrator say; asks for the password, or reads it from a pipe."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument(
            "--scopes",
            nargs="+",
            default=[],
            metavar="ACTION:DOMAIN[:system:CODE]",
            help="Rights, such as view:party; operate:* makes an administrator.",
        )
        parser.add_argument("--reason", default="Created from the command line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            created = create_actor(
                kind=ActorKind.PERSON,
                name=options["name"],
                email=options["email"],
                password=_password(),
                scopes=options["scopes"],
                reason=options["reason"],
                actor=machine_actor(),
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{created.name} may sign in as {created.email}.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password (15 characters or more): ")
    if getpass.getpass("Once more: ") != password:
        raise CommandError("The two passwords differ. Start again.")
    return password
