"""What is in a basket and what is paid for it. Pure. Money is integer minor units, an item is a GTIN-14.

A line keeps the price that it was scanned at unless that falls before the shopper pays; a member pays the lower of the
two prices, or what the tier's discount makes of the price for all where that is less still; a price printed on the
packet is a label too, and no more than it says is charged. None of these is taken off another.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from cloud_sync.contract.money import discounted, line_total, minor_digits
from drivers.base import DiscountRow, MemberRow, PriceRow
from edge.lane.codes import Goods
from edge.lane.discounts import best

MOST_LINES = 200
MOST_QUANTITY = 1_000_000_000
ROUNDING = 1
"""Minor units by which a packet's price may differ from ours because somebody else rounded it."""
PACKET = "packet label"
"""Who lowered a line that was charged by its packet's lower price."""

Prices = Callable[[str], tuple[PriceRow | None, MemberRow | None]]
"""What the price table holds of an item now."""


class Refusal(StrEnum):
    """Why goods are not sold just so."""

    NO_PRICE = "no-price"
    EXPIRED = "expired"
    ABOVE_SHELF = "above-shelf"
    """The packet asks for more than the shelf's price comes to."""
    NO_QUANTITY = "no-quantity"
    """Measured by length or volume, and the code does not say how much."""
    CURRENCY = "currency"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Lowering:
    """Somebody of the staff lowered the price of one line."""

    minor: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """Scanned goods, with the prices of that moment. `quantity`: pieces, or grams, ml, mm."""

    price: PriceRow
    member: MemberRow | None
    quantity: int
    printed: int | None = None
    """What the packet's own label asks for all of it."""
    batch: str = ""
    lowered: Lowering | None = None


@dataclass(frozen=True, slots=True)
class Coupon:
    """A coupon that the gateway lent to this lane. `item`: the only one that it is for, or ""."""

    coupon: str
    lending: int
    minor_off: int
    currency: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Basket:
    """Open until paid."""

    lines: tuple[Line, ...] = ()
    member: bool = False
    coupons: tuple[Coupon, ...] = ()
    age: int = 0
    """The highest age that a member of staff has vouched for."""
    discounts: tuple[DiscountRow, ...] = ()
    """The rules for the tier whose code was shown, as they were then; the code is not kept."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A line as it is paid now."""

    item: str
    name: str
    version: int
    minor: int
    quantity: int
    total: int
    per: str
    member: bool = False
    batch: str = ""
    lowered: Mapping[str, Any] = field(default_factory=dict)
    discount: Mapping[str, Any] = field(default_factory=dict)
    """`rule`, `name`, `permille` and `from_minor`, where a tier's discount made the price."""


@dataclass(frozen=True, slots=True)
class Off:
    """What a coupon takes off."""

    coupon: Coupon
    minor: int


@dataclass(frozen=True, slots=True)
class Bill:
    """A basket as it is paid now."""

    currency: str
    lines: tuple[Paid, ...]
    off: tuple[Off, ...]

    @property
    def total(self) -> int:
        """What the shopper pays."""
        return sum(line.total for line in self.lines) - sum(one.minor for one in self.off)


def line_for(goods: Goods, price: PriceRow | None, member: MemberRow | None, local: str) -> Line | Refusal | None:
    """The line that these goods make; why not; or None: they have to be weighed first.

    `local`: the shop's clock, "2026-12-31T14:30".
    """
    if goods.expired(local):
        return Refusal.EXPIRED
    if price is None:
        return Refusal.NO_PRICE
    line = Line(price, member, goods.count or 1, _printed(goods, price.currency), goods.batch)
    if price.per != "each":
        if goods.amount is None or goods.unit != price.per:
            return None if price.per == "kg" else Refusal.NO_QUANTITY
        line = replace(line, quantity=goods.amount)
    return line


def weighed(goods: Goods, price: PriceRow, member: MemberRow | None, grams: int) -> Line:
    """The line of goods that were put on the scale."""
    return Line(price, member, grams, _printed(goods, price.currency), goods.batch)


def objection(basket: Basket, line: Line) -> Refusal | None:
    """Why a line cannot come into the basket without somebody looking at it."""
    if len(basket.lines) >= MOST_LINES or line.quantity > MOST_QUANTITY:
        return Refusal.FULL
    if basket.lines and basket.lines[0].price.currency != line.price.currency:
        return Refusal.CURRENCY
    ours = line_total(line.price.minor, line.quantity, line.price.per)
    if line.printed is not None and line.printed > ours + ROUNDING:
        return Refusal.ABOVE_SHELF
    return None


def bill(basket: Basket, now: Prices, at: int) -> Bill:
    """What is to be paid for a basket that is not empty. `at`: the lane's clock, UTC epoch milliseconds."""
    rule = best(basket.discounts, at)
    lines = tuple(paid(line, basket.member, now, rule) for line in basket.lines)
    currency = basket.lines[0].price.currency
    return Bill(currency, lines, tuple(_taken_off(lines, basket.coupons, currency)))


def paid(line: Line, is_member: bool, now: Prices, rule: DiscountRow | None = None) -> Paid:
    """A line at the lowest price that it was or is offered for since it was scanned. `rule`: the tier's discount."""
    today, today_member = now(line.price.item)
    price = _fallen(line.price, today)
    minor, version, member = price.minor, price.version, False
    offers = [one for one in (line.member, today_member) if one is not None]
    lowest = min(offers, key=lambda one: one.minor, default=None)
    if is_member and lowest is not None and lowest.minor < minor:
        minor, version, member = lowest.minor, lowest.version, True
    lowered: dict[str, Any] = {}
    for minor_now, by, reason in _lowerings(line, price.per, minor):
        if minor_now < minor:
            lowered = {"by": by, "reason": reason, "from_minor": lowered.get("from_minor", minor)}
            minor = minor_now
    discount: dict[str, Any] = {}
    if rule is not None and (less := discounted(price.minor, rule.permille)) < minor:
        minor, version, member, lowered = less, price.version, False, {}
        discount = {"rule": rule.id, "name": rule.name, "permille": rule.permille, "from_minor": price.minor}
    total = line_total(minor, line.quantity, price.per)
    return Paid(
        price.item, price.name, version, minor, line.quantity, total, price.per, member, line.batch, lowered, discount
    )


def lower(basket: Basket, place: int, lowering: Lowering, now: Prices, at: int) -> Basket | None:
    """A line's price lowered by the staff; None where that would raise it or there is no such line."""
    if not 0 <= place < len(basket.lines) or not lowering.by.strip() or not lowering.reason.strip():
        return None
    if not 0 <= lowering.minor < bill(basket, now, at).lines[place].minor:
        return None
    line = replace(basket.lines[place], lowered=lowering)
    return replace(basket, lines=(*basket.lines[:place], line, *basket.lines[place + 1 :]))


def without(basket: Basket, place: int) -> Basket:
    """The basket without one line."""
    return replace(basket, lines=basket.lines[:place] + basket.lines[place + 1 :])


def _printed(goods: Goods, currency: str) -> int | None:
    """The packet's price in minor units of our currency; None where it names another, or none at all."""
    if goods.minor is None or goods.currency not in ("", _ISO_DIGITS.get(currency, "")):
        return None
    return goods.minor * int(10 ** minor_digits(currency)) // 100


def _fallen(scanned: PriceRow, today: PriceRow | None) -> PriceRow:
    if today is None or (today.currency, today.per) != (scanned.currency, scanned.per):
        return scanned
    return today if today.minor < scanned.minor else scanned


def _lowerings(line: Line, per: str, minor: int) -> Iterable[tuple[int, str, str]]:
    """Unit prices that a packet or the staff have said instead, with who and why."""
    if line.printed is not None and line_total(minor, line.quantity, per) > line.printed:
        yield _unit_price(line.printed, line.quantity, per), PACKET, "price on the packet"
    if line.lowered is not None:
        yield line.lowered.minor, line.lowered.by, line.lowered.reason


def _unit_price(total: int, quantity: int, per: str) -> int:
    """The highest unit price that comes to no more than this total."""
    return total // quantity if per == "each" else max(0, (1000 * total + 499) // quantity)


def _taken_off(lines: tuple[Paid, ...], coupons: tuple[Coupon, ...], currency: str) -> Iterable[Off]:
    """Each coupon in turn, never more than is left to pay of what it is for. One that takes nothing is not used."""
    left = [line.total for line in lines]
    for coupon in coupons:
        off = 0
        for place, line in enumerate(lines):
            if coupon.item in ("", line.item) and coupon.currency == currency:
                part = min(left[place], coupon.minor_off - off)
                left[place] -= part
                off += part
        if off:
            yield Off(coupon, off)


_ISO_DIGITS = {
    "EUR": "978", "USD": "840", "GBP": "826", "CNY": "156", "CHF": "756", "SEK": "752", "NOK": "578", "DKK": "208",
    "PLN": "985", "CZK": "203", "HUF": "348", "RSD": "941", "BAM": "977", "MKD": "807",
}  # fmt: skip
"""ISO 4217 numbers as AI 393n carries them. A packet priced in another currency is charged by our own price."""
