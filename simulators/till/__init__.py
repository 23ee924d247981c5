"""A simulated self-checkout: speaks MQTT as docs/mqtt.md says, and knows the truth about what it sold."""

from simulators.till.basket import Basket, NotForSaleError, Sale, SaleLine
from simulators.till.config import TillConfig
from simulators.till.coupons import Coupon, TakenOff
from simulators.till.discounts import Discount, Rule
from simulators.till.journal import NotHeldError, Price
from simulators.till.line import Faults
from simulators.till.till import Applied, Till, Truth

__all__ = [
    "Applied",
    "Basket",
    "Coupon",
    "Discount",
    "Faults",
    "NotForSaleError",
    "NotHeldError",
    "Price",
    "Rule",
    "Sale",
    "SaleLine",
    "TakenOff",
    "Till",
    "TillConfig",
    "Truth",
]
