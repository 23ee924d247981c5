"""Coupons at a till: what it holds, what it asks for, and what they take off. Written from docs/mqtt.md alone.

Plain functions and facts; a till's line and journal do the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ASK_AGAIN_MS = 1_000
"""How long an answer may stay out until the question is put again."""


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon that was lent to this till, as the lending of this number."""

    id: str
    lending: int
    minor_off: int
    currency: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class TakenOff:
    """What one coupon took off a basket, in minor units."""

    coupon: str
    minor: int
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Lent:
    """An answer: `coupon`, or `refused` with the reason."""

    ask: int
    id: str
    epoch: int
    coupon: Coupon | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A coupon that somebody wants here. `ask`: the number of the last question, 0 before the first."""

    coupon: str
    ask: int = 0
    asked_at: int = 0

    def due(self, now: int) -> bool:
        """Whether to ask, or to ask again, in milliseconds of a steady clock."""
        return self.ask == 0 or now - self.asked_at >= ASK_AGAIN_MS


def take_off(coupons: Iterable[Coupon], lines: Sequence[tuple[str, int]], currency: str) -> tuple[TakenOff, ...]:
    """What coupons take off lines of (item, total), in their order: never more than there is, and nothing unused."""
    left = [total for _, total in lines]
    taken = []
    for coupon in coupons:
        if coupon.currency != currency:
            continue
        most = coupon.minor_off
        for place, (item, _) in enumerate(lines):
            if coupon.item in (None, item):
                off = min(most, left[place])
                left[place] -= off
                most -= off
        if most < coupon.minor_off:
            taken.append(TakenOff(coupon.id, coupon.minor_off - most, coupon.item))
    return tuple(taken)
