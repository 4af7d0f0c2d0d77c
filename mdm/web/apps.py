from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages people use: server-rendered, working without JavaScript."""

    name = "mdm.web"
    label = "web"
