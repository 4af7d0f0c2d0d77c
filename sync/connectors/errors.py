"""What a connector raises when it was asked something and could not answer. Writes never raise; they have outcomes."""

from __future__ import annotations

from sync.connectors.interface import Classified


class ConnectorError(Exception):
    """A target did not answer as hoped. How to go on is in `classified`; the text holds no secret."""

    def __init__(self, classified: Classified) -> None:
        super().__init__(f"{classified.outcome} {classified.code}: {classified.message}".strip())
        self.classified = classified


class CursorExpired(ConnectorError):
    """The target no longer knows the cursor: scan everything, then start from now."""


class UnknownKind(LookupError):
    """No connector of this kind is installed."""


class BadSettings(ValueError):
    """A connection's settings are incomplete or wrong; `field` names the first one, `remedy` says what to do."""

    def __init__(self, message: str, *, field: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.remedy = remedy
