"""What has to do with goods on a day: orders of customers, deliveries, counts and coupons, from dice of their own."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

MINUTE = 60_000
SCARCE = (1, 6, 12)
"""Items of which there are few, so that shoppers and customers compete for them. None of them is weighed."""
PLENTY = 10**7
COUPONS = tuple(f"c-{number}" for number in range(1, 9))
ORDERS = 6


@dataclass(frozen=True, slots=True)
class Deliver:
    """Goods come in; booked by hand, or by head office's word."""

    at: int
    number: int
    lines: tuple[tuple[int, int], ...]
    """(Item, quantity)."""
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Order:
    """A customer orders; head office has the goods kept until `until`. Somebody picks them at `pick_at`."""

    at: int
    number: int
    lines: tuple[tuple[int, int], ...]
    until: int
    pick_at: int
    fetch_at: int
    """When the customer comes for them, if they were promised."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """The customer wants it no more."""

    at: int
    number: int


@dataclass(frozen=True, slots=True)
class Count:
    """A person counts all that there is of an item."""

    at: int
    number: int
    item: int


@dataclass(frozen=True, slots=True)
class Coupon:
    """Head office does what can be done with a coupon now: lend it, want it back, or redeem it itself."""

    at: int
    coupon: str
    redeem: bool


Errand = Deliver | Order | Cancel | Count | Coupon


def make_errands(seed: int, day: int, items: Sequence[int]) -> list[Errand]:
    """The errands of a seed's day, which is so many milliseconds long."""
    dice = random.Random(f"{seed}/errands")  # noqa: S311  a simulation, no secret
    morning = tuple((item, dice.randrange(6, 14) if item in SCARCE else PLENTY) for item in items)
    found: list[Errand] = [Deliver(1_500, 1, morning, by_hand=False)]
    for number, coupon in enumerate(COUPONS):  # half of them in the morning
        found.append(Coupon(dice.randrange(day // 2) if number % 2 else 1_600, coupon, redeem=False))
    for number in range(1, 4):
        at = dice.randrange(10 * MINUTE, day - 40 * MINUTE)
        found.append(Deliver(at, 100 + number, ((dice.choice(SCARCE), dice.randrange(1, 9)),), dice.random() < 0.5))
    for number in range(1, ORDERS + 1):
        found += _order(dice, number, day)
    if dice.random() < 0.4:
        found.append(Count(dice.randrange(20 * MINUTE, day - 20 * MINUTE), 1, dice.choice(SCARCE)))
    for _ in range(5):
        at = dice.randrange(10 * MINUTE, day - 20 * MINUTE)
        found.append(Coupon(at, dice.choice(COUPONS), redeem=dice.random() < 0.4))
    return found


def _order(dice: random.Random, number: int, day: int) -> list[Errand]:
    at = dice.randrange(6 * MINUTE, day - 90 * MINUTE)
    lines = tuple((item, dice.randint(1, 3)) for item in sorted(dice.sample(SCARCE, dice.randint(1, 2))))
    until = at + dice.randrange(40 * MINUTE, 85 * MINUTE)
    pick_at = at + dice.randrange(2 * MINUTE, 20 * MINUTE)
    fetch_at = dice.randrange(pick_at + MINUTE, until)
    order = Order(at, number, lines, until, pick_at, fetch_at)
    return [order, Cancel(dice.randrange(at, until), number)] if dice.random() < 0.2 else [order]
