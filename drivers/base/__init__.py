"""The border between the gateway and every device: facts, verbs and nothing clever.

Policy (retry, backoff, fairness, timeouts over many devices) lives in `edge.devices`, never in a driver. A driver
does one thing once and says how it ended. Found by entry point `aisle.drivers`; constructed with its own options.
"""

from drivers.base.cameras import CameraDriver, Frame
from drivers.base.coupons import CouponAsk, CouponLent, CouponRefused
from drivers.base.driver import DEVICE_ID, Capability, Driver, load_driver
from drivers.base.labels import MOST_BLINK_SECONDS, BlinkingLabelDriver, LabelDriver
from drivers.base.network import NetworkDriver, Watched
from drivers.base.panel import Ink, Panel, PanelImage
from drivers.base.payments import Payment, PaymentDriver, PaymentOutcome
from drivers.base.printers import Paper, PrinterDriver, PrinterStatus, Printout, Receipt, ReceiptLine
from drivers.base.scales import Balance, Reading, ScaleDriver
from drivers.base.scanners import Scan, ScannerDriver
from drivers.base.sink import Message, Sighting, Sink
from drivers.base.survey import Measure, Neighbour, Survey
from drivers.base.tills import DiscountRow, Discounts, MemberRow, PriceRow, TillDriver

__all__ = [
    "DEVICE_ID",
    "MOST_BLINK_SECONDS",
    "Balance",
    "BlinkingLabelDriver",
    "CameraDriver",
    "Capability",
    "CouponAsk",
    "CouponLent",
    "CouponRefused",
    "DiscountRow",
    "Discounts",
    "Driver",
    "Frame",
    "Ink",
    "LabelDriver",
    "Measure",
    "MemberRow",
    "Message",
    "Neighbour",
    "NetworkDriver",
    "Panel",
    "PanelImage",
    "Paper",
    "Payment",
    "PaymentDriver",
    "PaymentOutcome",
    "PriceRow",
    "PrinterDriver",
    "PrinterStatus",
    "Printout",
    "Reading",
    "Receipt",
    "ReceiptLine",
    "ScaleDriver",
    "Scan",
    "ScannerDriver",
    "Sighting",
    "Sink",
    "Survey",
    "TillDriver",
    "Watched",
    "load_driver",
]
