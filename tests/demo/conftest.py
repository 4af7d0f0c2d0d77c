"""What tests of the demo share."""

from tests.erp import erp

__all__ = ["erp"]
