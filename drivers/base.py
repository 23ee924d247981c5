"""The border between the gateway and every device: facts, verbs and nothing clever.

Policy (retry, backoff, fairness, timeouts over many devices) lives in `edge.devices`, never in a driver. A driver
does one thing once and says how it ended. Found by entry point `aisle.drivers`; constructed with its own options.
"""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
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
    WATCHES_NETWORK = "watches-network"
    MEASURES = "measures"
    WEIGHS = "weighs"
    SCANS = "scans"
    PRINTS = "prints"


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


@dataclass(frozen=True, slots=True)
class CouponAsk:
    """A till asks to be lent a coupon, as its question number `ask`. `epoch`: the journal that would hold it."""

    device: str
    ask: int
    coupon: str
    epoch: int


@dataclass(frozen=True, slots=True)
class CouponLent:
    """The till that asked has the coupon now. It takes off at most `minor_off`, of one item's lines or of all."""

    to: CouponAsk
    lending: int
    minor_off: int
    currency: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class CouponRefused:
    """The till that asked cannot have the coupon; `why`, for staff."""

    to: CouponAsk
    why: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that a device says of itself: "ups.charge", 87, "%". Numbers are whole; the unit carries the scale.

    `bits`: for a counter, how wide it is (32 or 64): it only ever grows, and wraps at 2^bits. 0: no counter.
    """

    name: str
    value: int | str
    unit: str = ""
    bits: int = 0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What a switch says hangs on one of its ports: a hardware address it forwards to, or a name it was told."""

    port: int
    """The interface's number (ifIndex)."""
    mac: str = ""
    """Small letters, with colons; "" when only a name is known."""
    name: str = ""
    port_there: str = ""
    """The neighbour's own name for its end of the cable."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that a device said in one go. `neighbours` is None when it was not asked for them this time."""

    device: str
    at: int
    """UTC epoch milliseconds."""
    steady: int
    """Milliseconds of a clock that never jumps: what rates are reckoned by."""
    measures: tuple[Measure, ...]
    neighbours: tuple[Neighbour, ...] | None = None


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

    @abstractmethod
    async def send_coupon(self, device: str, answer: CouponLent | CouponRefused) -> None:
        """Answer a till that asked for a coupon. Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, in memory only: BGR uint8 of shape (height, width, 3), and when, in milliseconds of the stream."""

    pixels: npt.NDArray[np.uint8]
    at: int


class CameraDriver(Driver):
    """Opens pictures. Runs inside a process of the camera's own, so `frames` may block."""

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


@dataclass(frozen=True, slots=True)
class Watched:
    """A device that a network driver can ask. `cycle_ports`: whose power a person may switch off and on."""

    device: str
    address: str
    name: str = ""
    place: str = ""
    cycle_ports: frozenset[int] = frozenset()


class NetworkDriver(Driver):
    """Asks switches, power supplies, printers and sensors how they are."""

    @property
    @abstractmethod
    def watched(self) -> tuple[Watched, ...]:
        """The devices that it was told of."""

    @abstractmethod
    async def survey(self, device: str) -> None:
        """Ask the device once; what it said goes to the sink. Raises Unreachable, Refused or Misspoke.

        Returns within a bounded time, whatever the device does.
        """

    @abstractmethod
    async def cycle_power(self, device: str, port: int) -> None:
        """Switch a port's power off and on again, to wake what hangs on it.

        Raises Refused (not on the allow list, or the switch says no), Unreachable or Misspoke; the text says how the
        port was left.
        """


class Balance(StrEnum):
    """What a scale says about its pan."""

    STABLE = "stable"
    EMPTY = "empty"
    MOVING = "moving"
    UNMOVED = "unmoved"
    """The goods on the pan were weighed and sold already; certified scales ask for motion in between."""
    OVER = "over capacity"
    UNDER = "under zero"
    NOT_READY = "not ready"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a scale answered, once. `grams` is None unless the pan was at rest with a weight that may be shown."""

    device: str
    balance: Balance
    grams: int | None
    net: bool
    """A tare was taken off."""
    unit: str
    """The scale's own unit, as it stood in the answer or in its settings: "kg", "lb", "g"."""
    raw: bytes
    """The answer's own bytes, for the record."""
    at: int
    """UTC epoch milliseconds."""
    steady: int
    """Milliseconds of a clock that never jumps, read when the scale was asked: what a weighing's age is told by."""
    minor: int | None = None
    """A computing scale's unit price, echoed."""
    total_minor: int | None = None
    """A computing scale's own total for it: the legal one."""

    @property
    def stable(self) -> bool:
        """Whether the pan was at rest."""
        return self.balance in (Balance.STABLE, Balance.EMPTY)


class ScaleDriver(Driver):
    """Asks scales."""

    @abstractmethod
    async def weigh(self, device: str, minor: int | None = None) -> Reading:
        """Ask once. A pan in motion is an answer too. `minor`: price of a kilogram, for scales that compute.

        Raises Unreachable, Misspoke, or Refused (no such scale, a price missing, a secret not accepted).
        """


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
        """Print once. Raises before the first byte: Unreachable, or Refused (no paper, cover open, odd text)."""


def load_driver(name: str, options: Mapping[str, Any]) -> Driver:
    """Find a driver by entry point and construct it. Raises LookupError (not there) or ValueError (bad options)."""
    found = {point.name: point for point in entry_points(group="aisle.drivers")}
    if name not in found:
        raise LookupError(f"no driver is called {name!r}; installed are: {', '.join(sorted(found)) or 'none'}")
    made = found[name].load()(options)
    if not isinstance(made, Driver):
        raise LookupError(f"{name!r} is installed as a driver but is a {type(made).__name__}")
    return made
