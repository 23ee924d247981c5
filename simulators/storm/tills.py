"""Simulated tills: a price table, a journal and baskets, as docs/mqtt.md asks of them."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from simulators.storm.air import Air
from simulators.storm.purse import Purse
from simulators.storm.schedule import Shopper
from simulators.storm.truth import Judge
from simulators.storm.world import OPENING, World
from simulators.till import lease
from simulators.till.basket import Basket, NotForSaleError, SaleLine, words
from simulators.till.coupons import TakenOff
from simulators.till.journal import Event, MemberPrice, Price
from simulators.till.lease import Lease
from simulators.till.window import REPEAT_MS, Window, connected, due, receipt
from simulators.till.words import Prices, read_granted, read_prices, read_receipt, write, write_event

ASKS_EVERY_MS = 5_000
"""How often a till without a lease asks for one."""


class Broker(Protocol):
    """The gateway's end, as a till finds it."""

    def welcomes(self) -> bool:
        """Whether it listens."""

    def state_said(self, till: str, payload: bytes) -> None:
        """A birth or a will arrived."""

    def event_said(self, till: str, payload: bytes) -> None:
        """An event arrived."""

    def lease_asked(self, till: str, payload: bytes) -> None:
        """A till asks for a lease."""

    def coupon_asked(self, till: str, payload: bytes) -> None:
        """A till asks for a coupon."""


class Till:
    """One self-checkout. Its disk is safe unless it is swapped; its clock drifts."""

    def __init__(self, name: str, world: World, air: Air, judge: Judge, broker: Broker) -> None:
        self.name = name
        self.table: dict[str, Price] = {}
        self.members: dict[str, MemberPrice] = {}
        self.journal: dict[int, Event] = {}
        self.epoch = 0
        self.seq = 0
        self.connection = 0
        """Number of the connection that stands; 0 when none does."""
        self.closed = False
        """Staff closed it."""
        self.sold: dict[int, dict[int, dict[str, Any]]] = {}
        """Epoch → sequence → every sale ever rung up."""
        self.receipted: dict[int, int] = {}
        """Epoch → how far the gateway has acknowledged."""
        self.redeems: Callable[[str, str], None] = lambda _coupon, _till: None
        """Hears of each coupon that is taken for money."""
        self._world, self._air, self._judge, self._broker = world, air, judge, broker
        self._dice = world.dice(name)
        self._drift_ppm = self._dice.randrange(-200, 201)
        self._offset = self._dice.randrange(-90_000, 90_001)
        self._sessions = 0
        self._window = Window(0, 0, 0)
        self._pump_at: int | None = None
        self._lease = Lease()
        self._baskets: dict[int, Basket] = {}
        self.purse = Purse(self)
        self._new_journal()

    def _new_journal(self) -> None:
        self.epoch = self._dice.randrange(1, 2**53)
        self.seq = 0
        self.table, self.members, self.journal, self._baskets = {}, {}, {}, {}
        self._window = Window(0, 0, self.steady())
        self.sold[self.epoch], self.receipted[self.epoch] = {}, 0
        self._lease = Lease()
        self.purse.lost()
        self._judge.wiped(self.name)
        self._judge.sellers[self.name] = self.may_sell

    def clock(self) -> int:
        """Its own wall clock, UTC epoch milliseconds."""
        return OPENING + self.steady() + self._offset

    def steady(self) -> int:
        """Its own monotonic clock, in milliseconds."""
        return self._world.now + self._world.now * self._drift_ppm // 1_000_000

    def may_sell(self) -> bool:
        """Whether its lease lets it sell, and staff."""
        return not self.closed and self._lease.live(self.steady())

    def _ask_when_due(self, connection: int) -> None:
        """Ask the gateway for leave to go on selling; counted from the asking, not from the answer."""
        if connection != self.connection:
            return
        if lease.due(self._lease, self.steady()):
            self._lease = lease.ask(self._lease, self.steady())
            self._air.carry(self.name, self._broker.lease_asked, self.name, write({"n": self._lease.n}))
        again = self._lease.length // 3 if self.may_sell() else ASKS_EVERY_MS
        self._world.after(again + 1, self._ask_when_due, connection)

    def _granted(self, payload: bytes) -> None:
        stopped = not self.may_sell()
        self._lease = lease.granted(self._lease, *read_granted(payload))
        if stopped and self.may_sell():
            self._world.reach("till sells again")
            self._judge.sells_again(self.name)

    # The line.

    def connect(self) -> None:
        """Try to reach the gateway."""
        if self.connection or not self._air.stands(self.name) or not self._broker.welcomes():
            return
        self._sessions += 1
        self.connection = self._sessions
        self._world.say(self.name, "is connected")
        birth = {
            "state": "online", "session": self.connection, "epoch": self.epoch, "kind": "till", "name": self.name,
            "seq": self.seq, "oldest": min(self.journal, default=self.seq + 1),
        }  # fmt: skip
        self._air.carry(self.name, self._broker.state_said, self.name, write(birth), sure=True)
        self._window = connected(self._window, self.steady())
        self._pump()
        self._ask_when_due(self.connection)

    def disconnected(self, noticed_after: int) -> None:
        """The connection broke; the gateway, if it still runs, reads the will some time later."""
        if self.connection:
            will = write({"state": "offline", "session": self.connection})
            self._world.after(noticed_after, self._broker.state_said, self.name, will)
            self.connection = 0

    def hear(self, connection: int, leaf: str, payload: bytes) -> None:
        """A message from the gateway; one of an earlier connection died with it."""
        if connection != self.connection:
            return
        if leaf == "prices":
            prices = read_prices(payload)
            if prices.epoch in (None, self.epoch):  # else they are for a journal that is gone
                self._take(prices)
        elif leaf == "receipt":
            self._receipted(payload)
        elif leaf == "granted":
            self._granted(payload)
        elif leaf == "lent":
            self.purse.hear(payload)

    def ask_for_coupon(self, payload: bytes) -> bool:
        """Send a question for a coupon; whether there is a line at all."""
        if self.connection:
            self._air.carry(self.name, self._broker.coupon_asked, self.name, payload)
        return self.connection > 0

    def _take(self, prices: Prices) -> None:
        held: dict[str, int] = {}
        for member in prices.members:
            if self.newer(member, self.members.get(member.item)):
                self.members[member.item] = member
                what = f"charges members {member.minor} for {member.item} (version {member.version})"
                self._world.say(self.name, what)
                self._judge.holds_for_members(self.name, member.item, member.version, member.minor)
        for row in prices.rows:
            before = self.table.get(row.item)
            if self.newer(row, before):
                self.table[row.item] = row
                self._world.say(self.name, f"charges {row.minor} for {row.item} (version {row.version})")
                self._judge.holds(self.name, row.item, row.version, row.minor)
            held[row.item] = self.table[row.item].version
        said = {"rows": [[item, version] for item, version in held.items()]}
        if prices.members:
            said["members"] = [[row.item, self.members[row.item].version] for row in prices.members]
        self.write("prices.applied", said)

    @staticmethod
    def newer(row: Price | MemberPrice, before: Price | MemberPrice | None) -> bool:
        """Versions never go back."""
        return before is None or row.version > before.version

    def _receipted(self, payload: bytes) -> None:
        said = read_receipt(payload)
        if said.epoch != self.epoch:
            return
        after = receipt(self._window, said.seq, self.seq, self.steady())
        if after is not self._window:
            for seq in range(self._window.receipted + 1, said.seq + 1):
                self.journal.pop(seq, None)
            self._window = after
            self.receipted[self.epoch] = said.seq
            self._pump()

    def write(self, kind: str, body: dict[str, Any]) -> None:
        """Put an event into the journal, and send it."""
        self.seq += 1
        self.journal[self.seq] = Event(self.seq, self.clock(), kind, body)
        self._pump()

    def _pump(self) -> None:
        """Send what is due, and look again when it may have to be repeated."""
        if not self.connection:
            return
        self._window, after, upto = due(self._window, self.seq, self.steady())
        for seq in range(after + 1, upto + 1):
            payload = write_event(self.epoch, self.journal[seq])
            self._air.carry(self.name, self._broker.event_said, self.name, payload)
        if self._window.receipted < self.seq and self._pump_at is None:
            self._pump_at = self._world.now + REPEAT_MS + 10
            self._world.at(self._pump_at, self._look_again, self.connection)

    def _look_again(self, _connection: int) -> None:
        self._pump_at = None
        self._pump()

    # The shop.

    def wipe(self) -> None:
        """Its disk is swapped: what was not receipted is lost, and so is the price table."""
        self._world.say(self.name, "begins a new journal, its disk was swapped")
        self.disconnected(0)
        self._new_journal()
        self._world.after(2_000, self.connect)

    def scan(self, shopper: Shopper, items: Sequence[str]) -> None:
        """A shopper's items are scanned."""
        if not self.may_sell():
            self._world.reach("shopper sent to another till")
            return
        basket = self.basket()
        for item in items:
            try:
                row = self.table.get(item)
                price = basket.scan(item, shopper.grams if row is not None and row.per != "each" else 1)
            except NotForSaleError:
                self._world.reach("item without a price")
            else:
                self._judge.sells(self.name, item, price.minor, price.minor, "is scanned")
                member = self.members.get(item)
                if shopper.member and member is not None:
                    least = min(price.minor, member.minor)
                    self._judge.sells(self.name, item, least, price.minor, "is scanned", member=True)
        self._baskets[shopper.number] = basket
        if shopper.coupon:
            self.purse.want(shopper.coupon)

    def basket(self) -> Basket:
        """An empty basket that looks prices up in the till's own table."""
        return Basket(self.table.get, self.members.get)

    def pay(self, shopper: Shopper) -> dict[str, Any] | None:
        """The shopper pays what the basket says; returns the sale, if it came to one."""
        basket = self._baskets.pop(shopper.number, None)
        if basket is None or not self.may_sell():
            self.purse.give_back(shopper.coupon)
            return None
        basket.member = shopper.member
        if not basket.scanned:
            self.purse.give_back(shopper.coupon)
            return None
        if shopper.haggles:
            self._change_price(basket, shopper.haggles)
        lines = basket.lines()
        for line, scanned in zip(lines, basket.scanned, strict=True):
            was = scanned.price.minor
            if shopper.member and scanned.member is not None:
                was = min(was, scanned.member.minor)
            self._judge.sells(self.name, line.item, line.minor, was, "pays", member=shopper.member)
            if line.member:
                self._world.reach("member's price charged")
            self._judge.adds_up(self.name, line.item, line.minor, line.quantity, line.total_minor)
        self._world.reach("sale")
        off = self.purse.show(basket, shopper.coupon)
        body = self._sale(basket.currency, lines, off)
        self.write("sale", body)
        self.sold[self.epoch][self.seq] = body
        self.purse.use(body["receipt"], off)
        return body

    def _change_price(self, basket: Basket, percent: int) -> None:
        """A member of staff wants the first line at another price; the till agrees only where that is less."""
        before = basket.lines()[0].minor
        try:
            basket.lower(0, before * percent // 100, "ana", "dented")
        except NotForSaleError:
            self._world.reach("till refused to raise a price by hand")
        else:
            self._world.reach("price lowered by hand")

    def _sale(self, currency: str, lines: Sequence[SaleLine], off: Sequence[TakenOff]) -> dict[str, Any]:
        coupons = {"coupons": [{"coupon": one.coupon, "minor": one.minor} for one in off]} if off else {}
        return {
            "receipt": f"{self.name}-{self.epoch % 10_000}-{self.seq + 1}",
            "currency": currency,
            "lines": [words(line) for line in lines],
            "total_minor": sum(line.total_minor for line in lines) - sum(one.minor for one in off),
            **coupons,
        }  # fmt: skip
