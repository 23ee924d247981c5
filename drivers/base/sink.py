"""What drivers report, and to whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from drivers.base.coupons import CouponAsk
from drivers.base.panel import Panel
from drivers.base.survey import Survey


@dataclass(frozen=True, slots=True)
class Sighting:
    """A sign of life. Fields that a protocol cannot tell are None."""

    device: str
    address: str
    name: str = ""
    model: str = ""
    firmware: str = ""
    panel: Panel | None = None
    battery_mv: int | None = None
    rssi: int | None = None
    epoch: int | None = None
    """For devices that keep a journal: the epoch in force. A new epoch means the device forgot everything."""
    oldest: int | None = None
    """The first event that the journal still holds. What was before it was receipted once, by whatever gateway."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something a device wants recorded. `ack` may be called from any thread, and only after the commit."""

    device: str
    epoch: int
    seq: int
    at: int
    """The device's own time, UTC epoch milliseconds. Believed for display, never for order."""
    kind: str
    body: Mapping[str, Any]
    ack: Callable[[], None]


class Sink(Protocol):
    """Where a driver reports to. Every method may be called from any thread and returns at once."""

    def seen(self, sighting: Sighting) -> None:
        """A device gave a sign of life."""

    def lost(self, device: str, why: str) -> None:
        """A device's link ended, or its last will arrived."""

    def said(self, message: Message) -> None:
        """A device sent an event. The sink acknowledges it after the commit, or not at all."""

    def asked(self, device: str, n: int) -> None:
        """A till asked for a lease, as its request number `n`."""

    def borrows(self, ask: CouponAsk) -> None:
        """A till asked for a coupon."""

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        """A device sent something that could not be read. Nothing of it was used."""

    def measured(self, survey: Survey) -> None:
        """A device said how it is."""

    def hinted(self, device: str) -> None:
        """A device hints that something changed. Nothing of the hint is believed: ask it."""
