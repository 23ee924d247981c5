"""A shopper's basket: what was scanned, and what is paid for it. Money is integer minor units."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from simulators.till.coupons import Coupon, TakenOff, take_off
from simulators.till.discounts import Discount, Rule, cheaper, rules_for, strongest
from simulators.till.journal import MemberPrice, Price

MAX_LINES = 200
MAX_COUPONS = 20
LONGEST_BATCH = 20


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
    member: bool = False
    """Whether it is a member's price."""
    lowered: "Lowered | None" = None
    batch: str = ""
    """The batch that the scanned code named, "" where it named none."""
    discount: Discount | None = None


@dataclass(frozen=True, slots=True)
class Lowered:
    """A member of staff lowered a line's price, for this shopper and this once."""

    by: str
    reason: str
    from_minor: int


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
    coupons: tuple[TakenOff, ...] = ()


def line_total(minor: int, quantity: int, per: str) -> int:
    """What a line costs: pieces exactly, weighed and measured goods rounded to the minor unit, half up."""
    return minor * quantity if per == "each" else (minor * quantity + 500) // 1000


def words(line: SaleLine) -> dict[str, Any]:
    """A line as a sale tells it."""
    said: dict[str, Any] = {
        "item": line.item,
        "version": line.version,
        "minor": line.minor,
        "quantity": line.quantity,
        "total_minor": line.total_minor,
        "per": line.per,
    }
    if line.member:
        said["member"] = True
    if line.lowered is not None:
        said["lowered"] = asdict(line.lowered)
    if line.batch:
        said["batch"] = line.batch
    if line.discount is not None:
        said["discount"] = asdict(line.discount)
    return said


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a line cost when it was scanned, and what members would have paid."""

    price: Price
    member: MemberPrice | None
    quantity: int
    batch: str = ""


@dataclass
class Basket:
    """Open until paid. A scanned line keeps its prices; only where one fell since, the lower one counts."""

    look_up: Callable[[str], Price | None]
    look_up_member: Callable[[str], MemberPrice | None] = lambda _: None
    look_up_rules: Callable[[], list[Rule]] = list
    clock: Callable[[], int] = lambda: 0
    """UTC epoch milliseconds, for rules that begin and end."""
    member: bool = False
    """Whether the shopper has said to be a member; it may be said at any time before paying."""
    _lines: list[Scanned] = field(default_factory=list)
    _lowered: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    """Place of a line → the price that staff set, who, and why."""
    _coupons: list[Coupon] = field(default_factory=list)
    _rules: list[Rule] = field(default_factory=list)
    """Those that fit the code that the shopper showed."""

    def show_code(self, code: str) -> None:
        """A member's code is shown, here without its prefix. The rules that it fits now are kept, not the code."""
        self.member = True
        self._rules += [rule for rule in rules_for(code, self.look_up_rules(), self.clock()) if rule not in self._rules]

    def scan(self, item: str, quantity: int = 1, batch: str = "") -> Price:
        """Add an item at the price of this moment; `batch` where its code names one. Raises NotForSaleError."""
        price = self.look_up(item)
        if price is None:
            raise NotForSaleError(f"{item} has no price on this till")
        if quantity < 1:
            raise NotForSaleError(f"{quantity} of {item} cannot be sold")
        if len(batch) > LONGEST_BATCH:
            raise NotForSaleError(f"a batch has at most {LONGEST_BATCH} characters")
        if len(self._lines) == MAX_LINES:
            raise NotForSaleError(f"a receipt has at most {MAX_LINES} lines")
        if self._lines and self._lines[0].price.currency != price.currency:
            raise NotForSaleError(f"{item} is priced in {price.currency}, the basket in {self.currency}")
        self._lines.append(Scanned(price, self.look_up_member(item), quantity, batch))
        return price

    @property
    def currency(self) -> str:
        """The basket's one currency. Raises NotForSaleError while it is empty."""
        if not self._lines:
            raise NotForSaleError("the basket is empty")
        return self._lines[0].price.currency

    @property
    def scanned(self) -> tuple[Scanned, ...]:
        """The lines as they were scanned."""
        return tuple(self._lines)

    def show(self, coupon: Coupon) -> None:
        """The shopper shows a coupon that this till holds. Raises NotForSaleError."""
        if any(one.id == coupon.id for one in self._coupons) or len(self._coupons) == MAX_COUPONS:
            raise NotForSaleError(f"coupon {coupon.id} is in the basket already, or there are {MAX_COUPONS}")
        self._coupons.append(coupon)

    def off(self, at: int | None = None) -> tuple[TakenOff, ...]:
        """What coupons take off what would be paid now, or at a time."""
        return take_off(self._coupons, [(line.item, line.total_minor) for line in self.lines(at)], self.currency)

    def lines(self, at: int | None = None) -> tuple[SaleLine, ...]:
        """What would be paid now; or, as far as rules begin and end, at a time."""
        rule = strongest(self._rules, self.clock() if at is None else at) if self._rules else None
        paid = [self._paid(place, self._line(scanned)) for place, scanned in enumerate(self._lines)]
        if rule is None:
            return tuple(paid)
        return tuple(self._by_rule(line, scanned, rule) for line, scanned in zip(paid, self._lines, strict=True))

    def lower(self, place: int, minor: int, by: str, reason: str) -> None:
        """A member of staff lowers the price of a line, by name and with a reason. Raises NotForSaleError."""
        if not by.strip() or not reason.strip():
            raise NotForSaleError("whoever lowers a price says who they are, and why")
        if not self.may_set(minor, self.lines()[place].minor):
            raise NotForSaleError("staff may lower a price, never raise it")
        self._lowered[place] = minor, by, reason

    @staticmethod
    def may_set(minor: int, instead_of: int) -> bool:
        """Only downwards."""
        return 0 <= minor < instead_of

    def _paid(self, place: int, line: SaleLine) -> SaleLine:
        """The line as staff left it, unless its own price is lower by now."""
        if place not in self._lowered:
            return line
        minor, by, reason = self._lowered[place]
        if not self.may_set(minor, line.minor):
            return line
        total = line_total(minor, line.quantity, line.per)
        return replace(line, minor=minor, total_minor=total, lowered=Lowered(by, reason, line.minor))

    def _by_rule(self, line: SaleLine, scanned: Scanned, rule: Rule) -> SaleLine:
        """What a rule makes of the price for all, where that is less than everything else; else the line as it is."""
        price = self._lower(scanned.price)
        minor = cheaper(price.minor, rule)
        if minor >= line.minor:
            return line
        total = line_total(minor, line.quantity, line.per)
        discount = Discount(rule.id, price.minor)
        return SaleLine(
            line.item, price.version, minor, line.quantity, total, line.per, batch=line.batch, discount=discount
        )

    def _line(self, scanned: Scanned) -> SaleLine:
        price = self._lower(scanned.price)
        member = self._lower_member(scanned) if self.member else None
        if member is not None and member.minor < price.minor:
            total = line_total(member.minor, scanned.quantity, price.per)
            return SaleLine(
                price.item, member.version, member.minor, scanned.quantity, total, price.per, True, batch=scanned.batch
            )
        total = line_total(price.minor, scanned.quantity, price.per)
        return SaleLine(price.item, price.version, price.minor, scanned.quantity, total, price.per, batch=scanned.batch)

    def _lower(self, scanned: Price) -> Price:
        """The price now where it fell since the scan."""
        now = self.look_up(scanned.item)
        if now is None or (now.currency, now.per) != (scanned.currency, scanned.per):
            return scanned
        return now if now.minor < scanned.minor else scanned

    def _lower_member(self, scanned: Scanned) -> MemberPrice | None:
        now = self.look_up_member(scanned.price.item)
        if scanned.member is None or now is None:
            return now or scanned.member
        return now if now.minor < scanned.member.minor else scanned.member
