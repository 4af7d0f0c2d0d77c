"""The project's own settings, with two empty addresses to compare with."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
