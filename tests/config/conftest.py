"""What tests of the wiring share."""

from tests.erp import erp

__all__ = ["erp"]
