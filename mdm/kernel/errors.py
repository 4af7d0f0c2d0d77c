"""What an operation refuses, in words a person can act on."""

from __future__ import annotations


class DomainError(Exception):
    """A refusal that names the field, the value and the remedy.

    `code` is stable and part of the API; `status` is the HTTP status an interface answers with.
    """

    code = "refused"
    status = 400

    def __init__(self, message: str, *, field: str = "", value: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = value
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Invalid(DomainError):
    """The request is understood and its content is wrong."""

    code = "invalid"
    status = 422


class NotAllowed(DomainError):
    """The actor has no grant for this act."""

    code = "forbidden"
    status = 403


class NotFound(DomainError):
    """The thing does not exist, or the actor may not know that it does."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The world moved, or another act stands in the way."""

    code = "conflict"
    status = 409


class TooLarge(DomainError):
    """More was sent than one request or file may hold."""

    code = "too_large"
    status = 413
