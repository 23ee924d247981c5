"""Tills: the rows that they charge by, and their drivers."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from drivers.base.coupons import CouponLent, CouponRefused
from drivers.base.driver import Driver


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


class TillDriver(Driver):
    """Drives devices that charge prices and keep a journal."""

    @abstractmethod
    async def send_prices(self, device: str, rows: Sequence[PriceRow | MemberRow], epoch: int | None = None) -> None:
        """Hand rows to the till; the till confirms by an event of its own.

        `epoch`: the journal that they are for, as the books have it; a till that keeps another takes none of them.
        Raises Unreachable, also where the driver knows that it does.
        """

    @abstractmethod
    async def send_receipt(self, device: str, epoch: int, seq: int) -> None:
        """Tell the device that all its events up to `seq` are on disk. Raises Unreachable."""

    @abstractmethod
    async def send_lease(self, device: str, n: int, length_ms: int) -> None:
        """Grant the lease that was asked for as number `n`, counted from the asking. Raises Unreachable."""

    @abstractmethod
    async def send_coupon(self, device: str, answer: CouponLent | CouponRefused) -> None:
        """Answer a till that asked for a coupon. Raises Unreachable."""
