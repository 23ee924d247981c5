"""Taking in what devices tell: each event recorded once, in each device's own order, whatever the network did."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cloud_sync.contract.events import U64, EventClass, Sale
from cloud_sync.queue.outbox import Pending
from drivers.base import Message
from edge import lanes
from edge.inventory import coupons
from edge.inventory.sales import Taken as Sold
from edge.inventory.sales import note_sales
from edge.prices import discounts
from edge.prices.engine import PriceEngine
from edge.prices.history import note_paid
from edge.proof.sold import write_line
from edge.store import Transaction
from edge.store.ledger import encode


class Taken(StrEnum):
    """What came of one message. All but GAP may be receipted."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    GAP = "gap"
    """An earlier event of the device is missing: nothing was taken, and the device will repeat from there."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the device may be told: everything of `epoch` up to `seq` is on disk."""

    taken: Taken
    device: str
    epoch: int
    seq: int


class _Applied(BaseModel):
    """Body of "prices.applied": the versions that a till's table holds now."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    rows: tuple[tuple[str, U64], ...] = Field(default=(), max_length=500)
    members: tuple[tuple[str, U64], ...] = Field(default=(), max_length=500)
    """The same of its prices for members."""


class _Heard(BaseModel):
    """Body of "discounts.applied": the version of the discount rules that a till holds now."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    version: U64


class _Coupon(BaseModel):
    """Body of "coupon.used" and "coupon.returned": which coupon, by which lending.

    Where it was used: `receipt`, and what it took off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    coupon: str = Field(max_length=40)
    lending: U64
    receipt: str = Field(default="", max_length=64)
    minor: U64 = 0


@dataclass(frozen=True, slots=True)
class Intake:
    """A lane of the store of record (see `Store.post`) for messages from devices that keep a journal."""

    engine: PriceEngine

    def __call__(self, tx: Transaction, messages: Sequence[Message]) -> list[Receipt]:
        """Record messages in the order of arrival; returns a receipt for each."""
        batch = _Batch(tx)
        receipts = [self._take(batch, message) for message in messages]
        batch.write()
        return receipts

    def meet(self, tx: Transaction, device: str, epoch: int, oldest: int | None = None) -> None:
        """A device said which journal it keeps, and what it still holds of it.

        With a new journal it forgot its prices: they are sent to it again. Events that this store of record lacks and
        that the journal no longer holds were receipted by a gateway whose disk was set back since; they may well be at
        head office. Waiting for them would stop the device for ever, so the ledger says which they were.
        """
        last = _recorded(tx, device, epoch)
        if oldest is not None and oldest > last + 1:
            tx.record("till.gap", device, {"epoch": epoch, "from": last + 1, "to": oldest - 1})
            tx.sql.execute("INSERT OR REPLACE INTO sender VALUES (?, ?, ?)", (device, epoch, oldest - 1))
        before = tx.get_meta(_journal(device))
        if before != str(epoch):
            tx.set_meta(_journal(device), str(epoch))
            tx.topics.add("sendings")
            if before:
                self.engine.till_forgot(tx, device, epoch)

    def _take(self, batch: "_Batch", message: Message) -> Receipt:
        last = batch.last(message.device, message.epoch)
        if message.seq <= last:
            return Receipt(Taken.REPEATED, message.device, message.epoch, last)
        if message.seq != last + 1:
            return Receipt(Taken.GAP, message.device, message.epoch, last)
        self._record(batch, message)
        batch.cursors[message.device, message.epoch] = message.seq
        return Receipt(Taken.RECORDED, message.device, message.epoch, message.seq)

    def _record(self, batch: "_Batch", message: Message) -> None:
        """Write the fact, its ledger row and its report, by kind. What cannot be read is kept as it is."""
        try:
            match message.kind:
                case "sale":
                    batch.sell(message, Sale.model_validate(message.body))
                case "prices.applied":
                    self._apply(batch, message, _Applied.model_validate(message.body))
                case "discounts.applied":
                    self._hear(batch, message, _Heard.model_validate(message.body))
                    batch.tell(message, EventClass.TELEMETRY, message.kind, message.body)
                case "coupon.used" | "coupon.returned":
                    self._coupon(batch, message, _Coupon.model_validate(message.body))
                case "lane.state":
                    lanes.take_state(batch.tx, message)
                    batch.tell(message, EventClass.TELEMETRY, message.kind, message.body)
                case "lane.visit":
                    lanes.take_visit(batch.tx, message)
                    batch.tell(message, EventClass.VISIT, message.kind, message.body)
                case "lane.payment":
                    lanes.take_payment(batch.tx, message)
                    batch.tell(message, EventClass.TELEMETRY, message.kind, message.body)
                case "lane.staff":
                    batch.facts.append((message.kind, message.device, lanes.staff_fact(message)))
                    batch.tell(message, EventClass.SALE, message.kind, message.body)
                case _:
                    batch.tell(message, EventClass.TELEMETRY, message.kind, message.body)
        except ValidationError as error:
            fault = error.errors()[0]
            why = f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"[:200]
            kept = {"kind": message.kind, "why": why, "body": message.body}
            batch.facts.append(("device.unreadable", message.device, kept))
            batch.tell(message, EventClass.SALE, "unreadable", kept)

    def _apply(self, batch: "_Batch", message: Message, applied: _Applied) -> None:
        batch.write()  # what was sold before stands before this in the ledger
        tx = batch.tx
        if tx.get_meta(_journal(message.device)) in ("", str(message.epoch)):  # else it speaks of a table that is gone
            self.engine.till_applied(tx, message.device, applied.rows, applied.members)

    def _hear(self, batch: "_Batch", message: Message, heard: _Heard) -> None:
        batch.write()  # what was sold before stands before this in the ledger
        if journal_of(batch.tx.sql, message.device) in (0, message.epoch):
            discounts.till_heard(batch.tx, message.device, message.epoch, heard.version)

    def _coupon(self, batch: "_Batch", message: Message, told: _Coupon) -> None:
        batch.write()  # the sale that it belongs to stands before it
        if message.kind == "coupon.used":
            coupons.used(batch.tx, told.coupon, message.device, message.epoch, told.lending, told.receipt, told.minor)
        else:
            coupons.given_back(batch.tx, told.coupon, message.device, message.epoch, told.lending)


class _Batch:
    """What a run of messages comes to, written in few statements. `cursors`: how far each journal is on record."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.cursors: dict[tuple[str, int], int] = {}
        self.facts: list[tuple[str, str, Mapping[str, Any]]] = []
        self._sales: list[tuple[object, ...]] = []
        self._paid: set[tuple[str, int, int]] = set()
        self._events: list[Pending] = []
        self._sold: list[Sold] = []

    def last(self, device: str, epoch: int) -> int:
        """The last event of this journal that was taken; 0 when none."""
        known = self.cursors.get((device, epoch))
        if known is None:
            known = self.cursors[device, epoch] = _recorded(self.tx, device, epoch)
        return known

    def sell(self, message: Message, sale: Sale) -> None:
        """A sale: its row, its ledger row, its report."""
        lines = [write_line(line) for line in sale.lines]
        fact: dict[str, Any] = {"receipt": sale.receipt, "at": message.at, "total": sale.total_minor, "lines": lines}
        if sale.coupons:
            fact["coupons"] = [[one.coupon, one.minor] for one in sale.coupons]
        self.facts.append(("sale", message.device, fact))
        self._paid.update([line[:3] for line in lines])
        self._sales.append(
            (message.device, message.epoch, message.seq, sale.receipt, message.at, sale.currency, sale.total_minor,
             encode({"lines": lines}))
        )  # fmt: skip
        self._sold.append((message.at, [(line.item, line.quantity) for line in sale.lines]))
        self.tell(message, EventClass.SALE, "sale", message.body)

    def tell(self, message: Message, cls: EventClass, kind: str, body: Mapping[str, Any]) -> None:
        """Report it to head office."""
        self._events.append(
            Pending(cls, kind[:40], message.device, message.epoch, message.seq, message.at, self.tx.now, encode(body))
        )

    def write(self) -> None:
        """Put all of it into the transaction."""
        tx = self.tx
        rows = [(device, epoch, seq) for (device, epoch), seq in self.cursors.items() if seq]
        tx.sql.executemany("INSERT OR REPLACE INTO sender VALUES (?, ?, ?)", rows)
        if self.facts:
            tx.record_many(self.facts)
        if self._sales:
            tx.sql.executemany("INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._sales)
            note_paid(tx, self._paid)
            note_sales(tx, self._sold)
            tx.topics.add("sales")
        if self._events:
            tx.tell_many(self._events)
        self.facts, self._sales, self._events, self._paid, self._sold = [], [], [], set(), []


def _recorded(tx: Transaction, device: str, epoch: int) -> int:
    """The last event of this journal that is on record; 0 when none."""
    row = tx.sql.execute("SELECT seq FROM sender WHERE device = ? AND epoch = ?", (device, epoch)).fetchone()
    return row[0] if row else 0


def journal_of(sql: sqlite3.Connection, device: str) -> int:
    """The epoch of the journal that a device keeps now, as far as it is on record; 0 when it never said. Reads only."""
    row = sql.execute("SELECT value FROM meta WHERE key = ?", (_journal(device),)).fetchone()
    return int(row[0]) if row else 0


def _journal(device: str) -> str:
    """Under which key the epoch of the journal that the device keeps now is noted."""
    return f"journal.{device}"
