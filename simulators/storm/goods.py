"""Goods and coupons as they really are: what stands on the shelf and aside, who was promised what, who redeemed what.

Checks as things happen: I9, who was promised goods gets them; I10, a coupon is used once. The last look (`judge`)
checks I8: what the book has in stock is the sum of its movements, and that of what really happened.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Protocol

from cloud_sync.contract import goods as words
from edge.inventory import reservations
from edge.inventory.facts import Kind, Movement
from edge.inventory.records import note
from edge.store import Transaction
from simulators.storm.errands import Cancel, Count, Coupon, Deliver, Errand, Order
from simulators.storm.office import HeadOffice
from simulators.storm.world import OPENING, Violation, World

AGAIN_MS = 60_000
"""How soon a person tries again what the gateway could not do."""
Line = tuple[str, int]
"""(Item, pieces)."""
OVER = ("expired", "cancelled", "refused")


class Gateway(Protocol):
    """What people need of the gateway."""

    up: bool
    sql: Any

    def insist(self, work: Callable[[Transaction], None]) -> None:
        """A person presses the button until it worked."""

    def clock(self) -> int:
        """Its wall clock, UTC epoch milliseconds."""


class Goods:
    """One day's goods. `wake`: head office has something for the shop."""

    def __init__(
        self, world: World, office: HeadOffice, gateway: Gateway, items: tuple[str, ...], wake: Callable[[], None]
    ) -> None:
        self._world, self._office, self._gateway, self._items, self._wake = world, office, gateway, items, wake
        self.shelf: Counter[str] = Counter()
        self.aside: dict[str, list[Line]] = {}
        self.delivered: Counter[str] = Counter()
        self.counted: set[str] = set()
        self.redeemed: dict[str, str] = {}
        self._orders: dict[str, Order] = {}
        self._withdrawn: set[str] = set()
        self._baskets: dict[int, list[Line]] = {}

    def begin(self, errand: Errand) -> None:
        """An errand's time has come."""
        match errand:
            case Deliver():
                self._deliver(errand)
            case Order():
                self._order(errand)
            case Cancel(number=number):
                self._cancel(f"o{number}")
            case Count(number=number, item=item):
                self._count(f"count:{number}", self._items[item])
            case Coupon(coupon=coupon, redeem=redeem):
                self._coupon(coupon, redeem=redeem)

    # Shoppers.

    def pick(self, shopper: int, lines: Iterable[Line]) -> list[str]:
        """A shopper takes what there is; returns the items."""
        taken = []
        for item, quantity in lines:
            if self.shelf[item] >= quantity:
                self.shelf[item] -= quantity
                taken.append((item, quantity))
            else:
                self._world.reach("shelf empty")
        self._baskets[shopper] = taken
        return [item for item, _ in taken]

    def leave(self, shopper: int, sold: Iterable[Line]) -> None:
        """The shopper leaves with what was sold; the rest goes back to the shelf."""
        back: Counter[str] = Counter()
        for item, quantity in self._baskets.pop(shopper, []):
            back[item] += quantity
        back.subtract(dict(_summed(sold)))
        for item, quantity in back.items():
            self.shelf[item] += quantity

    def redeems(self, coupon: str, where: str) -> None:
        """I10: somebody takes a coupon for money."""
        if coupon in self.redeemed:
            raise Violation("I10", f"coupon {coupon} was used at {self.redeemed[coupon]}, and again at {where}")
        self.redeemed[coupon] = where
        self._world.reach("coupon used")

    # Goods come in and are counted.

    def _deliver(self, errand: Deliver) -> None:
        lines = [(self._items[item], quantity) for item, quantity in errand.lines]
        for item, quantity in lines:
            self.shelf[item] += quantity
            self.delivered[item] += quantity
            if errand.by_hand:
                move = Movement(f"delivery:{errand.number}", item, Kind.DELIVERY, self._gateway.clock(), quantity)
                self._gateway.insist(partial(_note, move=move))
        if not errand.by_hand:
            told = tuple(words.GoodsLine(item=item, quantity=quantity) for item, quantity in lines)
            self._tell([words.Delivered(id=f"d{errand.number}", at=OPENING + self._world.now, lines=told)])

    def _count(self, number: str, item: str) -> None:
        self.counted.add(item)
        aside = sum(quantity for lines in self.aside.values() for of, quantity in lines if of == item)
        found = self.shelf[item] + aside
        move = Movement(number, item, Kind.COUNT, self._gateway.clock(), counted=found)
        self._world.reach("item counted")
        self._gateway.insist(lambda tx: _note(tx, move))

    # Customers' orders.

    def _order(self, order: Order) -> None:
        name = f"o{order.number}"
        self._orders[name] = order
        lines = tuple(words.GoodsLine(item=self._items[item], quantity=quantity) for item, quantity in order.lines)
        self._tell([words.Reserve(id=name, until=OPENING + order.until, lines=lines)])
        self._world.at(order.pick_at, self._pick, name)
        self._world.at(order.fetch_at, self._come, name)

    def _cancel(self, name: str) -> None:
        if name in self._orders:
            self._withdrawn.add(name)
            self._tell([words.Cancel(id=name)])

    def _pick(self, name: str) -> None:
        """Somebody looks at the pick board, and for the goods."""
        self._tidy()
        if self._world.now > self._orders[name].until:
            return
        state = self._state(name)
        if state == "held":
            if self._find(name):
                self._gateway.insist(lambda tx: _if(tx, name, "held", reservations.set_aside))
            else:
                self._gateway.insist(lambda tx: _if(tx, name, "held", reservations.missing))
        elif not state:
            self._world.after(5 * AGAIN_MS, self._pick, name)

    def _find(self, name: str) -> bool:
        """Take an order's goods off the shelf, all of them or none."""
        if name in self.aside:
            return True
        lines = [(self._items[item], quantity) for item, quantity in self._orders[name].lines]
        if any(self.shelf[item] < quantity for item, quantity in lines):
            return False
        for item, quantity in lines:
            self.shelf[item] -= quantity
        self.aside[name] = lines
        self._world.reach("order set aside")
        return True

    def _come(self, name: str) -> None:
        """The customer comes when head office has said that the goods are ready."""
        order = self._orders[name]
        if name in self._withdrawn or self._world.now >= order.until:
            return
        if "aside" in self._office.told_of_order(name):
            self._world.reach("customer comes for an order")
            self._fetch(name)
        else:
            self._world.after(3 * AGAIN_MS, self._come, name)

    def _fetch(self, name: str) -> None:
        """I9: who was promised goods gets them."""
        if name in self._withdrawn or self._world.now >= self._orders[name].until:
            return
        state = self._state(name)
        if state in OVER:
            raise Violation("I9", f"order {name} was promised, and the shop says it is {state} (oversold)")
        if state == "aside":
            if name not in self.aside:
                raise Violation("I9", f"order {name} was promised, and nothing was set aside for it (oversold)")
            del self.aside[name]
            self._world.reach("order collected")
            self._gateway.insist(lambda tx: _if(tx, name, "aside", reservations.collect))
            return
        if state == "held":  # the shop went on from a copy that does not know of it
            self._pick(name)
        self._world.after(AGAIN_MS, self._fetch, name)

    def _tidy(self) -> None:
        """What was set aside and is wanted no more goes back to the shelf."""
        for name in [name for name in self.aside if self._state(name) in OVER]:
            for item, quantity in self.aside.pop(name):
                self.shelf[item] += quantity

    def _state(self, name: str) -> str:
        """As the pick board shows it; "" when nobody can see it."""
        if not self._gateway.up:
            return ""
        row = self._gateway.sql.execute("SELECT state FROM reservation WHERE id = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    # Coupons at head office.

    def _coupon(self, coupon: str, *, redeem: bool) -> None:
        match self._office.coupon_state(coupon):
            case "here" if redeem and coupon not in self.redeemed:
                self.redeems(coupon, "head office")
                self._office.keep_coupon(coupon)
            case "here" if coupon not in self.redeemed:
                self._tell([words.LendCoupon(id=coupon, minor_off=50, currency="EUR")])
            case "lent":
                self._world.reach("coupon wanted back")
                self._tell([words.RecallCoupon(id=coupon)])

    def _tell(self, entries: list[words.Entry]) -> None:
        self._office.order(entries)
        self._wake()

    # The last look.

    def judge(self, sold: Mapping[tuple[str, int, int], Iterable[Line]], *, restored: bool) -> None:
        """I8. `sold`: every sale that was ever rung up, by till, epoch and number."""
        sql = self._gateway.sql
        there = set(sql.execute("SELECT device, epoch, seq FROM sale"))
        took = Counter(dict(_summed(line for key, lines in sold.items() if key in there for line in lines)))
        moved = dict(sql.execute("SELECT item, SUM(hand) FROM stock_move GROUP BY item").fetchall())
        promised = dict(
            sql.execute(
                "SELECT item, SUM(quantity) FROM reservation_line JOIN reservation ON id = reservation"
                " WHERE state IN ('held', 'aside') GROUP BY item"
            ).fetchall()
        )
        collected = dict(
            sql.execute(
                "SELECT item, SUM(quantity) FROM reservation_line JOIN reservation ON id = reservation"
                " WHERE state = 'collected' GROUP BY item"
            ).fetchall()
        )
        for item, hand, reserved in sql.execute("SELECT item, hand, reserved FROM stock ORDER BY item").fetchall():
            if hand != moved.get(item, 0) - took[item]:
                raise Violation("I8", f"the book has {hand} of {item}, its movements come to {moved.get(item, 0)} less"
                                      f" {took[item]} sold")  # fmt: skip
            if reserved != promised.get(item, 0):
                raise Violation("I8", f"the book has {reserved} of {item} promised, its orders {promised.get(item, 0)}")
            real = self.delivered[item] - took[item] - collected.get(item, 0)
            if not restored and item not in self.counted and hand != real:
                raise Violation("I8", f"the book has {hand} of {item}, and {real} came in and did not go out")


def lines_of(body: Mapping[str, Any]) -> list[Line]:
    """What a sale took out of the shop."""
    return [(line["item"], line["quantity"]) for line in body["lines"]]


def _summed(lines: Iterable[Line]) -> Iterable[Line]:
    sums: dict[str, int] = {}
    for item, quantity in lines:
        sums[item] = sums.get(item, 0) + quantity
    return sums.items()


def _note(tx: Transaction, move: Movement) -> None:
    note(tx, [move])


def _if(tx: Transaction, name: str, state: str, deed: Callable[[Transaction, str, str], None]) -> None:
    """Do it unless somebody pressed the button already and did not see that it worked."""
    if reservations.state_of(tx, name) == state:
        deed(tx, name, "ana")
