"""Scales: what they answer, and drivers that ask them."""

from abc import abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from drivers.base.driver import Driver


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
