"""Receipts, and drivers of the printers that print them."""

from abc import abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from drivers.base.driver import Driver


class Paper(StrEnum):
    """What a printer says about its paper."""

    PLENTY = "plenty"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"
    """It did not say. Never taken for plenty."""


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What a printer said about itself. None is: not said."""

    device: str
    paper: Paper
    online: bool | None
    cover_open: bool | None
    fault: str
    """In words ("cutter", "cannot recover"), or ""."""
    drawer_high: bool | None
    """The level of the drawer's switch; which level is open depends on the drawer."""
    at: int
    """UTC epoch milliseconds."""

    @property
    def ready(self) -> bool:
        """Whether it said that it can print now."""
        fit = self.online is True and self.cover_open is False and not self.fault
        return fit and self.paper in (Paper.PLENTY, Paper.LOW)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line: `left` at the left edge, `right` at the right one; `centred` puts `left` in the middle."""

    left: str
    right: str = ""
    bold: bool = False
    tall: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is to be printed: lines, then codes, then a cut."""

    lines: tuple[ReceiptLine, ...]
    ean13: str = ""
    qr: str = ""
    cut: bool = True
    drawer: bool = False
    """Whether to open the drawer."""


class Printout(StrEnum):
    """How printing ended."""

    PRINTED = "printed"
    """The printer itself said so after the last line."""
    UNKNOWN = "unknown"
    """It took some of the receipt and never confirmed it: a person looks. It is not sent again by itself."""


class PrinterDriver(Driver):
    """Drives receipt printers."""

    @abstractmethod
    async def printer_status(self, device: str) -> PrinterStatus:
        """Ask a printer how it is. What it does not answer is unknown. Raises Refused (no such printer)."""

    @abstractmethod
    async def print_receipt(self, device: str, receipt: Receipt) -> Printout:
        """Print once. Raises before the first byte: Unreachable, Unprintable, or Refused (no paper, cover open)."""
