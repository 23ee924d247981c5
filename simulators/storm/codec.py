"""The gateway's words to tills and back: the driver's own codec, found by entry point as any driver is."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any, Protocol, cast

from drivers.base import CouponAsk, CouponLent, CouponRefused, MemberRow, PriceRow


class EventWords(Protocol):
    """What a device wrote to its `event` topic."""

    epoch: int
    seq: int
    at: int
    kind: str
    body: Mapping[str, Any]


class Words(Protocol):
    """The functions of the codec; see docs/mqtt.md."""

    def read_event(self, payload: bytes) -> EventWords:
        """Read an event."""

    def read_state(self, payload: bytes) -> Any:
        """Read a birth or a will."""

    def read_lease(self, payload: bytes) -> int:
        """The number of a till's request for a lease."""

    def read_coupon(self, device: str, payload: bytes) -> CouponAsk:
        """A till's question for a coupon."""

    def write_lent(self, answer: CouponLent | CouponRefused) -> bytes:
        """The answer to it."""

    def write_granted(self, n: int, length_ms: int) -> bytes:
        """The lease that was asked for as number `n` is granted."""

    def write_prices(self, rows: Iterable[PriceRow | MemberRow], epoch: int | None = None) -> Iterator[bytes]:
        """As few messages as hold the rows, for a till that keeps the journal `epoch`."""

    def write_receipt(self, epoch: int, seq: int) -> bytes:
        """Everything of this epoch up to `seq` is on disk."""


def gateway_words() -> Words:
    """The codec of the driver for tills. Raises LookupError when it is not installed."""
    for point in entry_points(group="aisle.drivers"):
        if point.name == "mqtt":
            return cast(Words, point.load().words)
    raise LookupError("the driver for tills is not installed")
