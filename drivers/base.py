"""The border between the gateway and every device: facts, verbs and nothing clever.

Policy (retry, backoff, fairness, timeouts over many devices) lives in `edge.devices`, never in a driver. A driver
does one thing once and says how it ended. Found by entry point `aisle.drivers`; constructed with its own options.
"""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

DEVICE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
"""Ids match this in full; topics, file names and URLs are built from ids only."""


class Capability(StrEnum):
    """What a device is good for, independent of its protocol."""

    SHOWS_LABEL = "shows-label"
    CHARGES_PRICES = "charges-prices"
    SEES_FRAMES = "sees-frames"
    BLINKS = "blinks"
    TAKES_PAYMENT = "takes-payment"


class Ink(StrEnum):
    """Colours a panel can show."""

    BLACK = "black"
    WHITE = "white"
    RED = "red"
    YELLOW = "yellow"


@dataclass(frozen=True, slots=True)
class Panel:
    """A display as a reader sees it: upright, in pixels. `inks[i]` is the colour of palette index i."""

    width: int
    height: int
    inks: tuple[Ink, ...]


@dataclass(frozen=True)
class PanelImage:
    """A picture in a panel's own palette.

    `pixels` is uint8 of shape (height, width), upright; each value indexes `panel.inks`. Rotation, mirroring
    and plane packing belong to the driver.
    """

    panel: Panel
    pixels: npt.NDArray[np.uint8]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of size, inks and pixels, hex: what the ledger says was shown."""
        head = f"{self.panel.width}x{self.panel.height}:{','.join(self.panel.inks)}:".encode()
        return hashlib.sha256(head + self.pixels.tobytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One item as a till must charge it. Money is integer minor units; an item is a GTIN-14."""

    item: str
    version: int
    name: str
    minor: int
    currency: str
    per: str
    """What `minor` buys: "each", or a unit that is weighed or measured ("kg", "l", "m")."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """What a till must charge members for an item, once a shopper has said to be one. It buys what the price buys."""

    item: str
    version: int
    minor: int


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

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        """A device sent something that could not be read. Nothing of it was used."""


class Driver(ABC):
    """One protocol. `start` begins to listen and reports to the sink until `stop`."""

    capabilities: ClassVar[frozenset[Capability]]

    @abstractmethod
    async def start(self, sink: Sink) -> None:
        """Begin to listen. Raises DeviceError when the way to the devices (adapter, broker) is not there."""

    @abstractmethod
    async def stop(self) -> None:
        """End every task and thread that `start` began. Safe to call twice."""


class LabelDriver(Driver):
    """Drives devices that show a label."""

    @abstractmethod
    async def show(self, device: str, image: PanelImage, progress: Callable[[float], None] | None = None) -> None:
        """Put the image on the label; return only on the label's own word that it has all of it.

        Raises Unreachable, Asleep, Refused (wrong panel, empty battery) or Misspoke.
        """


MOST_BLINK_SECONDS = 60.0
"""A lamp drains a coin cell: nobody asks for more at once."""


class BlinkingLabelDriver(LabelDriver):
    """Drives labels that have a lamp to be found by; says so with `Capability.BLINKS`."""

    @abstractmethod
    async def blink(self, device: str, seconds: float) -> None:
        """Let the lamp blink for so long (above 0, at most `MOST_BLINK_SECONDS`); return once the label has taken it.

        The label ends it by itself, also when the radio is lost. Raises Unreachable, Asleep, Refused (this model has no
        lamp) or Misspoke.
        """


class TillDriver(Driver):
    """Drives devices that charge prices and keep a journal."""

    @abstractmethod
    async def send_prices(self, device: str, rows: Sequence[PriceRow | MemberRow]) -> None:
        """Hand rows to the till; the till confirms by an event of its own. Raises Unreachable."""

    @abstractmethod
    async def send_receipt(self, device: str, epoch: int, seq: int) -> None:
        """Tell the device that all its events up to `seq` are on disk. Raises Unreachable."""

    @abstractmethod
    async def send_lease(self, device: str, n: int, length_ms: int) -> None:
        """Grant the lease that was asked for as number `n`, counted from the asking. Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, in memory only: BGR uint8 of shape (height, width, 3), and when, in milliseconds of the stream."""

    pixels: npt.NDArray[np.uint8]
    at: int


class CameraDriver(Driver):
    """Opens pictures. Runs inside the vision worker's process, so `frames` may block."""

    @abstractmethod
    def frames(self, device: str, address: str) -> Iterator[Frame]:
        """Yield the newest frames until the source ends. Raises Unreachable or Refused."""


class PaymentOutcome(StrEnum):
    """What became of a payment. UNKNOWN is neither: nobody may call it paid, and nobody may ask for the money again."""

    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as far as the terminal has told. Holds no card number: at most its brand and last four digits."""

    id: str
    device: str
    amount_minor: int
    currency: str
    outcome: PaymentOutcome
    why: str = ""
    """One sentence for a person; what happened where it was not approved."""
    reference: str = ""
    """The terminal's own number of the transaction."""
    card: str = ""
    slip: tuple[str, ...] = ()
    """What the terminal wants printed, line by line."""
    given_back: bool = False
    """Whether money was taken and given back."""
    needs_person: bool = False
    """Whether asking the terminal has ended: a person has to look."""


class PaymentDriver(Driver):
    """Drives payment terminals: talks to them, never sees the card.

    A payment's `id` is the caller's, 1 to 40 of [A-Za-z0-9._-], and stands for one attempt for ever: asking again
    with the same
    id never charges again. Nothing is sent before the intent is on disk, so every verb may be killed at any moment.
    """

    @abstractmethod
    async def authorise(self, device: str, payment: str, amount_minor: int, currency: str) -> Payment:
        """Take money. A known id is looked up and, while unknown, resolved; it is never sent again.

        Raises Refused: no such terminal, an amount or currency it cannot take, another payment of it still unknown,
        or an id that stood for another amount.
        """

    @abstractmethod
    async def resolve(self, device: str, payment: str) -> Payment:
        """Ask the terminal what became of a payment, by status query. Raises Refused: no such payment."""

    @abstractmethod
    async def reverse(self, device: str, payment: str) -> Payment:
        """Give the money back, once, whatever the answer to the payment was. Raises Refused: no such payment."""

    @abstractmethod
    async def decide(self, device: str, payment: str, taken: bool, who: str) -> Payment:
        """A person has looked at the terminal's journal and says whether the money stands. Kept with the name.

        Raises Refused: no such payment, or it does not need a person.
        """

    @abstractmethod
    def open_payments(self, device: str) -> Sequence[Payment]:
        """Payments that the caller has not settled, oldest first: what a restart has to pick up."""

    @abstractmethod
    def settle(self, device: str, payment: str) -> None:
        """The caller has acted on the outcome, durably. Raises Refused: no such payment, or it is still unknown."""


def load_driver(name: str, options: Mapping[str, Any]) -> Driver:
    """Find a driver by entry point and construct it. Raises LookupError (not there) or ValueError (bad options)."""
    found = {point.name: point for point in entry_points(group="aisle.drivers")}
    if name not in found:
        raise LookupError(f"no driver is called {name!r}; installed are: {', '.join(sorted(found)) or 'none'}")
    made = found[name].load()(options)
    if not isinstance(made, Driver):
        raise LookupError(f"{name!r} is installed as a driver but is a {type(made).__name__}")
    return made
