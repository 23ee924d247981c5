"""The gateway's end of the lines to tills: what the dispatcher, the sink and the lease desk do, without their tasks."""

from collections.abc import Mapping

from drivers.base import CouponLent, MemberRow, Message
from edge.dispatch import wanted
from edge.dispatch.coupons import decide
from edge.dispatch.wanted import ROWS_PER_MESSAGE
from edge.intake import Intake, Receipt, Taken, journal_of
from edge.prices.leases import Leases
from edge.store import StoreError
from simulators.storm.air import Air
from simulators.storm.box import Box
from simulators.storm.tills import Till
from simulators.storm.world import Violation

LEASE_MS = 480_000
"""Longer than in a real shop, so that asking for leases is not most of what happens on a day."""

RETRY_MS = 3_000
"""How long an event waits before it is offered to a full disk again; longer than in a real shop, as above."""


class TillSide:
    """Lives as long as one life of the gateway."""

    def __init__(self, box: Box, air: Air, tills: Mapping[str, Till]) -> None:
        self.leases = Leases(LEASE_MS)
        self._box, self._air, self._tills = box, air, tills
        self._intake = Intake(box.parts.engine)
        self._ready: dict[str, int] = {}
        """Till → the connection on which it is there."""
        self._epochs: dict[str, int] = {}
        """Till → the journal that it keeps now."""
        self._on_the_way: dict[str, dict[wanted.RowKey, wanted.Sent]] = {}
        self._waiting: set[tuple[str, int, int]] = set()
        """Events that the disk would not take, and that are offered again."""
        self._look_at = -1

    def hear_state(self, till: str, payload: bytes) -> None:
        """A birth or a will."""
        said = self._box.parts.words.read_state(payload)
        if not hasattr(said, "epoch"):
            if self._ready.get(till) == said.session:
                del self._ready[till]
                self._box.world.say("gateway", f"{till} is lost")
                self._box.note_state(till, "lost")
                self._box.world.reach("till lost")
            return
        self._ready[till], self._epochs[till] = said.session, said.epoch
        self._box.note_state(till, "ready")
        self._on_the_way.pop(till, None)
        self._meet(till, said.epoch, said.oldest)
        self._box.ring({"tills"})

    def _meet(self, till: str, epoch: int, oldest: int | None) -> None:
        try:
            self._box.do(lambda tx: self._intake.meet(tx, till, epoch, oldest))
        except StoreError:
            self._box.later(RETRY_MS, self._meet_again, till, epoch, oldest)

    def _meet_again(self, till: str, epoch: int, oldest: int | None) -> None:
        if self._epochs.get(till) == epoch:
            self._meet(till, epoch, oldest)

    def hear_event(self, till: str, payload: bytes) -> None:
        """An event of a journal."""
        said = self._box.parts.words.read_event(payload)
        message = Message(till, said.epoch, said.seq, said.at, said.kind, said.body, lambda: None)
        self._record(message)

    def _record(self, message: Message) -> None:
        """Record, then acknowledge. What the disk would not take is kept and offered again."""
        key = message.device, message.epoch, message.seq
        try:
            (receipt,) = self._box.do(lambda tx: self._intake(tx, [message]))
        except StoreError:
            if key not in self._waiting:
                self._waiting.add(key)
                self._box.later(RETRY_MS, self._again, message, key)
            return
        self._owe(receipt)

    def _again(self, message: Message, key: tuple[str, int, int]) -> None:
        self._waiting.discard(key)
        self._record(message)

    def _owe(self, receipt: Receipt) -> None:
        self._box.world.reach(f"event {receipt.taken}")
        if receipt.taken is not Taken.GAP or receipt.seq:
            self._send(receipt.device, "receipt", self._box.parts.words.write_receipt(receipt.epoch, receipt.seq))

    def _send(self, till: str, leaf: str, payload: bytes) -> None:
        self._box.disk.reached("before a sending")
        connection = self._ready.get(till)
        if connection is not None:
            self._air.carry(till, self._tills[till].hear, connection, leaf, payload)
        self._box.disk.reached("after a sending")

    def hear_ask(self, till: str, payload: bytes) -> None:
        """A till asks for a lease."""
        n = self._box.parts.words.read_lease(payload)
        try:
            granted = self._box.do(lambda tx: self.leases.ask(tx, self._box.parts.engine, till, self._box.world.now))
        except StoreError:
            return
        self._box.world.reach("lease granted" if granted else "lease refused")
        if granted:
            self._send(till, "granted", self._box.parts.words.write_granted(n, LEASE_MS))

    def hear_coupon(self, till: str, payload: bytes) -> None:
        """A till asks for a coupon."""
        ask = self._box.parts.words.read_coupon(till, payload)
        try:
            (answer,) = self._box.do(lambda tx: decide(tx, [ask]))
        except StoreError:
            return
        self._box.world.reach("coupon lent" if isinstance(answer, CouponLent) else "coupon refused")
        self._send(till, "lent", self._box.parts.words.write_lent(answer))

    def look(self) -> None:
        """Send each till what it was allowed and has not confirmed."""
        now = self._box.world.now
        looks = []
        for till in sorted(self._ready):
            if journal_of(self._box.sql, till) != self._epochs[till]:
                looks.append(now + wanted.REPEAT_AFTER_MS)
                continue
            rows = wanted.till_rows(self._box.sql, till)
            due, on_the_way = wanted.due_rows(rows, self._on_the_way.get(till, {}), now)
            self._on_the_way[till] = on_the_way
            for start in range(0, len(due), ROWS_PER_MESSAGE):
                part = due[start : start + ROWS_PER_MESSAGE]
                for row in part:
                    charge = (till, row.item, row.version, row.minor, isinstance(row, MemberRow))
                    if charge not in self._box.books.may_charge:
                        raise Violation("I4", f"version {row.version} of {row.item} goes to {till} before the ledger")
                for payload in self._box.parts.words.write_prices(part, self._epochs[till]):
                    self._send(till, "prices", payload)
                on_the_way.update(wanted.sent_now(part, on_the_way, now))
            looks += [sent.repeated_at() for sent in on_the_way.values()]
        if looks and (self._look_at <= now or min(looks) < self._look_at):
            self._look_at = min(looks)
            self._box.later(self._look_at - now, self.look)
