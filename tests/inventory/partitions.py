"""A small shop whose lines part at random: real store of record, intake and orders; tills and customers are simulated.

Pieces exist: a shopper buys what is on the shelf, a picker puts aside what is on the shelf. What the books believe is
compared with the pieces. One seed plays one day, the same each time.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from cloud_sync.contract.goods import (
    Cancel,
    Delivered,
    Entry,
    Goods,
    GoodsLine,
    LendCoupon,
    RecallCoupon,
    Reserve,
    SetLevels,
    sign_goods,
)
from drivers.base import Message
from edge.intake import Intake
from edge.inventory import coupons, reservations
from edge.inventory.facts import Kind, Movement
from edge.inventory.orders import take_goods
from edge.inventory.records import note
from tests.desk import STORE, A, B, Desk

ITEMS = (A, B)
COUPONS = ("c1", "c2")
STEPS = 160
TABLES = (
    "reservation_line", "reservation", "stock_move", "stock", "coupon", "ledger", "outbox", "sender", "sale", "paid",
    "meta",
)  # fmt: skip


@dataclass(slots=True)
class Till:
    """Sells what the shopper has in the hand, reachable or not. Uses a coupon only while it holds it."""

    name: str
    epoch: int = 1
    journal: list[Message] = field(default_factory=list)
    receipted: int = 0
    linked: bool = True
    coupons: dict[str, int] = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)
    """The last lending of each coupon that is over: an older answer on the wire lends nothing."""

    def write(self, kind: str, at: int, body: dict[str, Any]) -> None:
        seq = len(self.journal) + 1
        self.journal.append(Message(self.name, self.epoch, seq, at, kind, body, lambda: None))

    def lent(self, coupon: str, lending: int, *, careless: bool) -> None:
        if careless or lending > self.ended[coupon]:
            self.coupons[coupon] = lending


@dataclass(slots=True)
class HeadOffice:
    """What it ordered and what it believes. A customer is promised goods once they are aside."""

    rash: bool
    log: list[Entry] = field(default_factory=list)
    told: int = 0
    until: dict[str, int] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)
    coupon: dict[str, str] = field(default_factory=lambda: dict.fromkeys(COUPONS, "here"))
    misused: int = 0
    requests: Counter[tuple[str, int]] = field(default_factory=Counter)

    def hear(self, kind: str, body: dict[str, Any]) -> None:
        match kind:
            case "stock.reservation":
                if self.state.get(body["id"]) != "withdrawn":
                    self.state[body["id"]] = body["state"]
            case "coupon.returned":
                self.coupon[body["id"]] = "here"
            case "coupon.used":
                self.coupon[body["id"]] = "used"
            case "coupon.misused":
                self.misused += 1
            case "stock.request":
                self.requests[body["item"], body["crossing"]] += 1

    def promised(self, now: int) -> list[str]:
        """What customers may come for."""
        good = ("aside", "held") if self.rash else ("aside",)
        return [one for one, state in sorted(self.state.items()) if state in good and now < self.until[one]]


class Day:
    """One day from one seed. `rash`: head office promises too early; `careless`: tills take old answers."""

    def __init__(self, desk: Desk, seed: int, *, rash: bool = False, careless: bool = False) -> None:
        self.desk, self.chance, self.careless = desk, random.Random(seed), careless
        _wipe(desk)
        self.intake = Intake(desk.engine)
        self.hq, self.hq_linked = HeadOffice(rash), True
        self.tills = [Till(f"till-{number}") for number in range(1, 4)]
        self.shelf: Counter[str] = Counter()
        self.aside: dict[str, list[GoodsLine]] = {}
        self.lost: list[tuple[int, str, int]] = []
        self.counted: dict[str, int] = {}
        self.wire: list[tuple[Till, int, str, int]] = []
        self.redeemed: Counter[str] = Counter()
        self.oversold = self.served = self.numbers = 0

    def play(self) -> None:
        """Play the day, then let everything heal and settle."""
        for item in ITEMS:
            self._order(SetLevels(item=item, minimum=1, safety=4))
            self._deliver(item, self.chance.randint(3, 12))
        often = (
            *[self._sell] * 3, self._reserve, *[self._pick] * 3, *[self._collect] * 3, self._cancel, *[self._part] * 2,
            *[self._talk] * 3, *[self._pull] * 2, *[self._push] * 2, *[self._ask_coupon] * 2, *[self._answer] * 2,
            self._use_coupon, self._give_back, self._office_coupon, self._count, self._waste, self._more,
            self._lose_journal, self._later,
        )  # fmt: skip
        for _ in range(STEPS):
            self.desk.now += self.chance.randint(1, 20_000)
            self._expire()
            self.chance.choice(often)()
        self._heal()

    # People and goods.

    def _sell(self) -> None:
        till, item = self.chance.choice(self.tills), self.chance.choice(ITEMS)
        pieces = min(self.chance.randint(1, 3), self.shelf[item])
        if not pieces:
            return
        self.shelf[item] -= pieces
        line = {"item": item, "version": 1, "minor": 100, "quantity": pieces, "total_minor": 100 * pieces}
        body = {"receipt": f"r{self._next()}", "currency": "EUR", "lines": [line], "total_minor": 100 * pieces}
        till.write("sale", self.desk.now, body)

    def _reserve(self) -> None:
        number = f"o{self._next()}"
        items = self.chance.sample(ITEMS, self.chance.randint(1, 2))
        lines = tuple(GoodsLine(item=item, quantity=self.chance.randint(1, 4)) for item in items)
        until = self.desk.now + self.chance.randint(1, 3_600_000)
        self.hq.until[number] = until
        self._order(Reserve(id=number, until=until, lines=lines))

    def _pick(self) -> None:
        held = self._open("held")
        if not held:
            return
        order = self.chance.choice(held)
        lines = [
            GoodsLine(item=item, quantity=quantity)
            for item, quantity in self.desk.sql.execute(
                "SELECT item, quantity FROM reservation_line WHERE reservation = ? ORDER BY item", (order,)
            )
        ]
        if any(self.shelf[line.item] < line.quantity for line in lines):
            self.desk.do(lambda tx: reservations.missing(tx, order, "ana"))
            return
        for line in lines:
            self.shelf[line.item] -= line.quantity
        self.aside[order] = lines
        self.desk.do(lambda tx: reservations.set_aside(tx, order, "ana"))

    def _collect(self) -> None:
        """A customer comes with a promise of head office's."""
        promised = self.hq.promised(self.desk.now)
        if not promised:
            return
        order = self.chance.choice(promised)
        state = self.desk.do(lambda tx: reservations.state_of(tx, order))
        if state in ("held", "collected"):  # to be waited for; or by this customer, and head office has not heard of it
            return
        if state != "aside":
            self.oversold += 1
            return
        self.desk.do(lambda tx: reservations.collect(tx, order, "ana"))
        del self.aside[order]
        self.served += 1

    def _cancel(self) -> None:
        promised = [one for one in sorted(self.hq.until) if self.hq.state.get(one) != "withdrawn"]
        if promised and self.chance.random() < 0.3:
            order = self.chance.choice(promised)
            self.hq.state[order] = "withdrawn"
            self._order(Cancel(id=order))

    def _expire(self) -> None:
        self.desk.do(reservations.expire)
        self._put_back()

    def _put_back(self) -> None:
        """What was set aside and is wanted no more goes back to the shelf."""
        there = set(self._open("aside"))
        for order in [one for one in self.aside if one not in there]:
            for line in self.aside.pop(order):
                self.shelf[line.item] += line.quantity

    def _count(self) -> None:
        item = self.chance.choice(ITEMS)
        found = self._in_shop(item)
        self._note(Movement(f"count:{self._next()}", item, Kind.COUNT, self.desk.now, counted=found))
        self.counted[item] = self.desk.now

    def _waste(self) -> None:
        item = self.chance.choice(ITEMS)
        if self.shelf[item]:
            self.shelf[item] -= 1
            self._note(Movement(f"waste:{self._next()}", item, Kind.WASTE, self.desk.now, -1))

    def _more(self) -> None:
        self._deliver(self.chance.choice(ITEMS), self.chance.randint(1, 6))

    def _deliver(self, item: str, pieces: int) -> None:
        """Goods come in: booked by hand, or by head office's word, which may come much later."""
        self.shelf[item] += pieces
        number = f"d{self._next()}"
        if self.chance.random() < 0.5:
            self._note(Movement(f"delivery:{number}", item, Kind.DELIVERY, self.desk.now, pieces))
        else:
            line = GoodsLine(item=item, quantity=pieces)
            self._order(Delivered(id=number, at=self.desk.now, lines=(line,)))

    # Coupons.

    def _ask_coupon(self) -> None:
        till, coupon = self.chance.choice(self.tills), self.chance.choice(COUPONS)
        if not till.linked:
            return
        try:
            lending = self.desk.do(lambda tx: coupons.lend(tx, coupon, till.name, till.epoch)).number
        except ValueError:
            self.desk.sql.execute("ROLLBACK")
            return
        self.wire += [(till, till.epoch, coupon, lending)] * self.chance.randint(0, 3)

    def _answer(self) -> None:
        if self.wire:
            till, epoch, coupon, lending = self.wire.pop(self.chance.randrange(len(self.wire)))
            if epoch == till.epoch:
                till.lent(coupon, lending, careless=self.careless)

    def _use_coupon(self) -> None:
        till = self.chance.choice(self.tills)
        for coupon, lending in sorted(till.coupons.items()):
            self.redeemed[coupon] += 1
            self._end(till, coupon)
            body = {"coupon": coupon, "lending": lending, "receipt": f"r{self._next()}"}
            till.write("coupon.used", self.desk.now, body)

    def _give_back(self) -> None:
        till = self.chance.choice(self.tills)
        for coupon, lending in sorted(till.coupons.items()):
            self._end(till, coupon)
            till.write("coupon.returned", self.desk.now, {"coupon": coupon, "lending": lending})

    @staticmethod
    def _end(till: Till, coupon: str) -> None:
        till.ended[coupon] = max(till.ended[coupon], till.coupons.pop(coupon))

    def _office_coupon(self) -> None:
        """Head office lends, recalls, or redeems on line what it has."""
        coupon = self.chance.choice(COUPONS)
        match self.hq.coupon[coupon]:
            case "here" if self.chance.random() < 0.8:
                self.hq.coupon[coupon] = "lent"
                self._order(LendCoupon(id=coupon, minor_off=50, currency="EUR"))
            case "here":
                self.hq.coupon[coupon] = "used"
                self.redeemed[coupon] += 1
            case "lent":
                self._order(RecallCoupon(id=coupon))

    # Lines.

    def _part(self) -> None:
        if self.chance.random() < 0.4:
            self.hq_linked = not self.hq_linked
        else:
            till = self.chance.choice(self.tills)
            till.linked = not till.linked

    def _talk(self) -> None:
        """A till sends what is not receipted: some of it lost, some twice, not all in order."""
        till = self.chance.choice(self.tills)
        waiting = till.journal[till.receipted :]
        if not till.linked or not waiting:
            return
        sent = [one for one in waiting for _ in range(self.chance.choice((0, 1, 1, 2)))]
        if self.chance.random() < 0.3:
            self.chance.shuffle(sent)
        receipts = self.desk.do(lambda tx: self.intake(tx, sent))
        if receipts and self.chance.random() < 0.8:
            till.receipted = max(till.receipted, *(one.seq for one in receipts))

    def _pull(self) -> None:
        if not self.hq_linked:
            return
        last = int(self.desk.do(lambda tx: tx.get_meta("inbox.cursor", "0")))
        again = self.chance.randint(0, 1)
        for sequence in range(max(1, last + 1 - again), len(self.hq.log) + 1):
            goods = Goods(
                store=STORE, sequence=sequence, issued_at=self.desk.now, author="ana",
                entries=(self.hq.log[sequence - 1],),
            )  # fmt: skip
            envelope, keys = sign_goods(goods, self.desk.signer).decode(), self.desk.inbox.trusted.values()
            why = self.desk.do(lambda tx, n=sequence, e=envelope, k=keys: take_goods(tx, n, e, STORE, k, n))  # type: ignore[misc]
            assert not why, why
            self._put_back()

    def _push(self) -> None:
        if not self.hq_linked or (batch := self.desk.outbox.peek(self.desk.sql)) is None:
            return
        for event in batch.events:
            if event.seq > self.hq.told:
                self.hq.told = event.seq
                self.hq.hear(event.kind, event.body)
        if self.chance.random() < 0.8:  # else the answer is lost and the batch comes again
            self.desk.do(lambda tx: self.desk.outbox.confirm(tx.sql, batch.epoch, batch.events[-1].seq))

    def _later(self) -> None:
        self.desk.now += self.chance.randint(60_000, 400_000)
        self._expire()

    def _lose_journal(self) -> None:
        if self.chance.random() > 0.1:
            return
        till = self.chance.choice(self.tills)
        for event in till.journal[int(self._recorded(till)) :]:
            if event.kind == "sale":
                self.lost += [(event.at, line["item"], line["quantity"]) for line in event.body["lines"]]
        till.epoch, till.journal, till.receipted = till.epoch + 1, [], 0
        till.coupons.clear()
        till.ended.clear()

    def _recorded(self, till: Till) -> int:
        row = self.desk.sql.execute(
            "SELECT seq FROM sender WHERE device = ? AND epoch = ?", (till.name, till.epoch)
        ).fetchone()
        return row[0] if row else 0

    def _heal(self) -> None:
        self.hq_linked = True
        for till in self.tills:
            till.linked = True
            for _ in range(2):
                self.desk.do(lambda tx, all_of=list(till.journal): self.intake(tx, all_of))  # type: ignore[misc]
        self._pull()
        for _ in range(50):
            self._push()
            if self.desk.outbox.peek(self.desk.sql) is None:
                return
        raise AssertionError("head office was not told all")

    # What the checks ask.

    def expected(self, item: str) -> int:
        """Pieces in the shop, and those sold since the last count by a till that lost its journal."""
        since = self.counted.get(item, -1)
        return self._in_shop(item) + sum(pieces for at, what, pieces in self.lost if what == item and at > since)

    def _in_shop(self, item: str) -> int:
        kept = sum(line.quantity for lines in self.aside.values() for line in lines if line.item == item)
        return self.shelf[item] + kept

    def _open(self, state: str) -> list[str]:
        rows = self.desk.sql.execute("SELECT id FROM reservation WHERE state = ? ORDER BY id", (state,))
        return [row[0] for row in rows]

    def _note(self, move: Movement) -> None:
        self.desk.do(lambda tx: note(tx, [move]))

    def _order(self, entry: Entry) -> None:
        self.hq.log.append(entry)

    def _next(self) -> int:
        self.numbers += 1
        return self.numbers


def _wipe(desk: Desk) -> None:
    for table in TABLES:
        desk.sql.execute(f"DELETE FROM {table}")
    desk.outbox.reload(desk.sql)
    desk.now = 1_000_000
