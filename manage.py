#!/usr/bin/env python
"""Django's command line for Touchstone."""

import gc
import os
import sys

# These touch no server, or bring the servers up and down themselves.
WITHOUT_SERVERS = {
    *("up", "down", "demo_reset", "match_file", "help", "version", "collectstatic", "compilemessages", "makemessages")
}
# These change tables, which is the owner's right; all else runs as the application's role.
AS_OWNER = {"up", "demo_reset", "migrate", "makemigrations", "sqlmigrate", "showmigrations", "flush"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a log file is read while it grows
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in AS_OWNER:
        os.environ["TOUCHSTONE_ROLE"] = "owner"
    wants_help = {"-h", "--help"} & set(sys.argv[1:])
    if command not in WITHOUT_SERVERS and not wants_help:
        from config import embedded

        try:
            embedded.ensure()
        except embedded.ServerError as error:
            sys.exit(f"{error}")

    # What a start makes stays: to search it for cycles again and again costs a tenth of the start.
    gc.disable()
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    gc.freeze()
    gc.enable()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
