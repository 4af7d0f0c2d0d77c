"""How endpoints describe themselves in the OpenAPI document."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import patched_settings

from mdm.api.shapes import SHAPES, Shape

VERSION: Final = "1.0.0"
_GENERATOR_SETTINGS: Final[dict[str, Any]] = {
    "TITLE": "Touchstone",
    "DESCRIPTION": "One golden record per real thing, and its identifier in every system.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}
_shapes: dict[str, Shape] = dict(SHAPES)


def add_shapes(shapes: dict[str, Shape]) -> None:
    """Make shapes known to the document, for endpoints of apps above this one; a name is given once."""
    _shapes.update(shapes)
    document.cache_clear()


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document of every endpoint that this installation answers at."""
    with patched_settings(_GENERATOR_SETTINGS):
        made: dict[str, Any] = SchemaGenerator(api_version=VERSION).get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    made["components"]["schemas"] = {**made["components"].get("schemas", {}), **_shapes}
    return made


class EndpointSchema(AutoSchema):
    """One tag per resource: the first part of the address."""

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part and not part.startswith("{")]
        return [parts[2] if len(parts) > 2 else parts[-1]]


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "mdm.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A key made by an administrator: `tsk_…`."}


class PersonScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "mdm.api.authentication.PersonAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "The session of a signed-in person. Methods that write also need X-CSRFToken.",
        }
