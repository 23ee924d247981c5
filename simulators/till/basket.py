"""A shopper's basket: what was scanned, and what is paid for it. Money is integer minor units."""

from collections.abc import Callable
from dataclasses import dataclass, field

from simulators.till.journal import Price

MAX_LINES = 200


class NotForSaleError(Exception):
    """The till's own price table does not have the item, or the basket cannot take it."""


class LeaseEndedError(NotForSaleError):
    """The till's lease has ended: it sells nothing until the gateway grants a new one."""


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One paid line. `minor` buys a piece, kg, l or m; `quantity` counts pieces, grams, millilitres or mm."""

    item: str
    version: int
    minor: int
    quantity: int
    total_minor: int
    per: str = "each"


@dataclass(frozen=True, slots=True)
class Sale:
    """A paid basket, as the till knows it to be true. `at` is UTC epoch milliseconds of the till's clock."""

    epoch: int
    seq: int
    at: int
    receipt: str
    currency: str
    lines: tuple[SaleLine, ...]
    total_minor: int


def line_total(minor: int, quantity: int, per: str) -> int:
    """What a line costs: pieces exactly, weighed and measured goods rounded to the minor unit, half up."""
    return minor * quantity if per == "each" else (minor * quantity + 500) // 1000


@dataclass
class Basket:
    """Open until paid. A scanned line keeps its price; only where it fell since, the lower one counts."""

    look_up: Callable[[str], Price | None]
    _lines: list[tuple[Price, int]] = field(default_factory=list)

    def scan(self, item: str, quantity: int = 1) -> Price:
        """Add an item at the price of this moment. Raises NotForSaleError."""
        price = self.look_up(item)
        if price is None:
            raise NotForSaleError(f"{item} has no price on this till")
        if quantity < 1:
            raise NotForSaleError(f"{quantity} of {item} cannot be sold")
        if len(self._lines) == MAX_LINES:
            raise NotForSaleError(f"a receipt has at most {MAX_LINES} lines")
        if self._lines and self._lines[0][0].currency != price.currency:
            raise NotForSaleError(f"{item} is priced in {price.currency}, the basket in {self.currency}")
        self._lines.append((price, quantity))
        return price

    @property
    def currency(self) -> str:
        """The basket's one currency. Raises NotForSaleError while it is empty."""
        if not self._lines:
            raise NotForSaleError("the basket is empty")
        return self._lines[0][0].currency

    def lines(self) -> tuple[SaleLine, ...]:
        """What would be paid now."""
        return tuple(self._line(scanned, quantity) for scanned, quantity in self._lines)

    def _line(self, scanned: Price, quantity: int) -> SaleLine:
        now = self.look_up(scanned.item)
        fell = now is not None and now.minor < scanned.minor
        fell = fell and now is not None and (now.currency, now.per) == (scanned.currency, scanned.per)
        price = now if fell and now is not None else scanned
        total = line_total(price.minor, quantity, price.per)
        return SaleLine(price.item, price.version, price.minor, quantity, total, price.per)
