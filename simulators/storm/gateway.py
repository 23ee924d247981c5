"""The gateway: the real core on a virtual machine, with virtual lines to tills, labels and head office."""

from collections import deque
from collections.abc import Callable, Set

from cloud_sync.contract.events import Batch
from cloud_sync.contract.feed import FeedEntry
from cloud_sync.contract.goods import is_goods
from edge.chores import tell_head
from edge.clock.trust import from_office
from edge.inventory.orders import take_goods
from edge.inventory.reservations import expire
from edge.prices.inbox import cursor
from edge.store import StoreError, Transaction
from simulators.storm.air import Air
from simulators.storm.box import Box
from simulators.storm.label_side import LabelSide
from simulators.storm.labels import Label
from simulators.storm.office import STORE, HeadOffice
from simulators.storm.parts import Parts
from simulators.storm.till_side import TillSide
from simulators.storm.tills import Till
from simulators.storm.truth import Books
from simulators.storm.uplink import Uplink
from simulators.storm.world import Violation, World

TICK_MS = 150_000
"""Rarer than in a real shop; timed prices are woken for by themselves."""
OFFICE_EVERY_MS = 60_000
"""How often head office's word of the time is taken over."""
ALL = frozenset({"sendings"})


class Gateway(Box):
    """One shop's gateway."""

    def __init__(self, world: World, air: Air, books: Books, office: HeadOffice, parts: Parts) -> None:
        super().__init__(world, books, parts)
        self._air, self._office = air, office
        self.tills: dict[str, Till] = {}
        self.labels: dict[str, Label] = {}
        self._to_do: deque[Callable[[Transaction], None]] = deque()
        """What people have to do at the gateway, in the order in which they set about it."""
        self.boot()

    def begin(self) -> None:
        """Build every part anew."""
        self._till_side = TillSide(self, self._air, self.tills)
        self._label_side = LabelSide(self, self.labels)
        self._link: Uplink | None = None
        self._look_at: dict[str, int] = {}
        self._wakes_at = -1
        self._office_at = -OFFICE_EVERY_MS
        self.enter(self._open)

    def gone(self) -> None:
        """The broker ended with the process."""
        for till in self.tills.values():
            till.disconnected(0)

    def _open(self) -> None:
        try:
            self.do(lambda tx: self._till_side.leases.resume(tx, self.world.now))
        except StoreError:
            self.later(1_000, self._open)
            return
        self._link = Uplink(self, self._office, self._air, self.world)
        self._tick()
        self.ring()
        for number, till in enumerate(self.tills.values()):
            self.world.after(300 + 700 * number, till.connect)

    def ring(self, topics: Set[str] = ALL) -> None:
        """Something may have to be sent: look soon, once for all that rang; see the dispatchers for the topics."""
        for side, of in ((self._till_side, "tills"), (self._label_side, "labels")):
            if topics & {"sendings", of} and self._look_at.get(of) != self.world.now + 20:
                self._look_at[of] = self.world.now + 20
                self.later(20, side.look)

    def _tick(self) -> None:
        """The chores."""
        self.later(TICK_MS, self._tick)
        try:
            self.do(self._chores)
        except StoreError:
            return

    def _chores(self, tx: Transaction) -> None:
        self.watch.look(tx)
        self.parts.engine.tick(tx)
        for _ in self._till_side.leases.sweep(tx, self.parts.engine, self.world.now):
            self.world.reach("lease ended")
        for _ in range(expire(tx)):
            self.world.reach("order expired")
        tell_head(tx)

    # Head office.

    def peek(self, limit: int) -> Batch | None:
        """The oldest events that wait."""
        return self.outbox.peek(self.sql, limit)

    def confirm(self, epoch: int, seq: int) -> int:
        """Forget what head office has."""
        return self.do(lambda tx: self.outbox.confirm(tx.sql, epoch, seq))

    def cursor(self) -> int:
        """The last change that was dealt with."""
        return cursor(Transaction(self.sql, self.outbox, 0))

    def take(self, entry: FeedEntry, head: int) -> None:
        """Deal with a change, and wake for its time; or with an order about goods."""
        engine = self.parts.engine
        if is_goods(entry.envelope):
            trusted = self.parts.inbox.trusted.values()
            if why := self.do(lambda tx: take_goods(tx, entry.sequence, entry.envelope, STORE, trusted, head)):
                raise Violation("goods", f"an order of head office was refused: {why}")
            return
        self.do(lambda tx: engine.settle(tx, self.parts.inbox.take(tx, entry.sequence, entry.envelope).items))
        self._wake_at(self.world.now + 10)

    def office_said(self, date: int, took: int) -> None:
        """Head office dated an answer that has just arrived."""
        now = self.world.now
        if now - self._office_at < OFFICE_EVERY_MS:
            return
        self._office_at = now
        try:
            self.do(lambda tx: self.watch.hear(tx, from_office(date, now - took, now)))
        except StoreError:
            self.world.reach("word of the time lost")

    def _wake_at(self, at: int) -> None:
        """Look at the prices that wait, unless that will happen before."""
        if not self.world.now < self._wakes_at <= at:
            self._wakes_at = at
            self.later(at - self.world.now, self._due, at)

    def _due(self, at: int) -> None:
        if at != self._wakes_at:
            return

        def work(tx: Transaction) -> int | None:
            self.parts.engine.tick(tx)
            return self.parts.engine.next_due(tx)

        try:
            due = self.do(work)
        except StoreError:
            self._wake_at(self.world.now + 2_000)
            return
        if due is not None:
            self._wake_at(self.world.now + max(0, due - self.clock()) + 10)

    def woken(self) -> None:
        """Head office's word came through."""
        if self._link is not None:
            self._link.woken()

    def line_broke(self) -> None:
        """The line to head office was cut."""
        if self._link is not None:
            self._link.line_broke()

    # Tills.

    def welcomes(self) -> bool:
        """Whether the broker listens."""
        return self.up

    def state_said(self, till: str, payload: bytes) -> None:
        """A birth or a will arrived."""
        self.enter(self._till_side.hear_state, till, payload)

    def event_said(self, till: str, payload: bytes) -> None:
        """An event arrived."""
        self.enter(self._till_side.hear_event, till, payload)

    def lease_asked(self, till: str, payload: bytes) -> None:
        """A till asks for a lease."""
        self.enter(self._till_side.hear_ask, till, payload)

    def coupon_asked(self, till: str, payload: bytes) -> None:
        """A till asks for a coupon."""
        self.enter(self._till_side.hear_coupon, till, payload)

    def woke(self, label: str) -> None:
        """A label gives a sign of life after it was away."""
        self._label_side.woke(label)

    # People.

    def bind(self, label: str, item: str) -> None:
        """A person binds a label, and tries again until the gateway says yes."""

        def work(tx: Transaction) -> None:
            tx.sql.execute("UPDATE device SET enrolled = 1 WHERE id = ?", (label,))
            self.parts.engine.bind(tx, label, item, "ana")

        self.insist(work)

    def enrol_till(self, till: str) -> None:
        """A person puts a till into service, with an empty table."""

        def work(tx: Transaction) -> None:
            tx.sql.execute("UPDATE device SET enrolled = 1 WHERE id = ?", (till,))
            self.parts.engine.till_joined(tx, till)

        self.insist(work)

    def up_to_date(self, head: int) -> bool:
        """Whether the gateway runs and has dealt with so much of head office's log."""
        return self.up and self.cursor() >= head

    def retire(self, label: str) -> None:
        """A person vouches that the label is off the shelf."""
        self.insist(lambda tx: self.parts.engine.retire(tx, label, "ana", "taken away"))

    def decide(self, approve: bool) -> None:
        """People decide on everything that is held for approval: two of them, for some jumps need two."""

        def work(tx: Transaction) -> None:
            held = tx.sql.execute("SELECT item, version FROM price WHERE phase = 'held' ORDER BY version, item")
            for item, version in held.fetchall():
                self.world.reach("price decided by a person")
                for person in ("ana", "mara"):
                    (self.parts.engine.approve if approve else self.parts.engine.reject)(tx, item, version, person)

        self.insist(work)

    def insist(self, work: Callable[[Transaction], None]) -> None:
        """People press each button until it worked, whatever happens to the gateway meanwhile, one after another."""
        self._to_do.append(work)
        if len(self._to_do) == 1:
            self._press()

    def _press(self) -> None:
        while self._to_do:
            left = len(self._to_do)
            self.enter(self._work_off)
            if len(self._to_do) == left:
                self.world.after(5_000, self._press)
                return

    def _work_off(self) -> None:
        try:
            self.do(self._to_do[0])
        except StoreError:
            return
        self._to_do.popleft()
