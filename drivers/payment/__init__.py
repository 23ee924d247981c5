"""Payment terminals over ZVT and nexo: approved, declined or unknown, and no card number anywhere."""

from drivers.payment.driver import PaymentTerminals
from drivers.payment.options import PaymentOptions

__all__ = ["PaymentOptions", "PaymentTerminals"]
