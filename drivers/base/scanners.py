"""Scanners: what they read, and drivers that listen to them."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass

from drivers.base.driver import Driver


@dataclass(frozen=True, slots=True)
class Scan:
    """One label that a scanner read."""

    device: str
    symbology: str
    """AIM identifier without the bracket ("E0", "C1", "Q3"), or "" where the scanner sends none."""
    text: str
    """Without identifier, prefix and suffix. A separator (FNC1) is the character GS, 0x1D."""
    at: int
    """UTC epoch milliseconds."""


class ScannerDriver(Driver):
    """Listens to scanners."""

    @abstractmethod
    def scans(self, device: str) -> AsyncIterator[Scan]:
        """Every scan from now on, across losses of the link (which the sink hears of). Ends when the driver stops.

        Raises Refused where there is no such scanner. One listener per scanner; the oldest of too many unread
        scans are dropped.
        """
