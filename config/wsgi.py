"""What the web server calls."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# What start-up made lives as long as the process; the collector need not walk it again while a request waits.
gc.collect()
gc.freeze()
