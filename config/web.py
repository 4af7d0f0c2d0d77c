"""`python -m config.web`: the web server, whose processes are forked from one that has imported the application.

Granian's own program lets each of them import it: seconds more before the first answer, and the memory once more.
"""

from __future__ import annotations

import gc

from django.urls import get_resolver
from granian.cli import cli

import config.wsgi

if __name__ == "__main__":
    assert config.wsgi.application
    get_resolver().url_patterns  # noqa: B018 - loads the views, which the first request of each process would
    gc.freeze()
    cli(auto_envvar_prefix="GRANIAN")
