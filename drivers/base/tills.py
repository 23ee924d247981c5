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


@dataclass(frozen=True, slots=True)
class DiscountRow:
    """A rule by which members of one tier pay `permille` of what all pay.

    `codes`: what their codes begin with, behind the prefix of every member's code. In force from `begins` until before
    `ends`, UTC epoch milliseconds; None is open.
    """

    id: str
    name: str
    """For people."""
    codes: str
    permille: int
    begins: int | None = None
    ends: int | None = None


@dataclass(frozen=True, slots=True)
class Discounts:
    """All rules of the store as one set. `version` grows with every set."""

    version: int
    rules: tuple[DiscountRow, ...]


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

    @abstractmethod
    async def send_discounts(self, device: str, discounts: Discounts, epoch: int | None = None) -> None:
        """Hand the store's discount rules to the till, all of them; it confirms the version by an event of its own.

        `epoch`: as with prices. Raises Unreachable.
        """
