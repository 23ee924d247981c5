"""Taking in what devices tell: each event recorded once, in each device's own order, whatever the network did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cloud_sync.contract.events import U64, EventClass, Sale
from drivers.base import Message
from edge.prices.engine import PriceEngine
from edge.store import Transaction
from edge.store.ledger import encode
from edge.vision.facts import Crossing
from edge.vision.line import Direction


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
    rows: tuple[tuple[str, U64], ...] = Field(max_length=500)


@dataclass(frozen=True, slots=True)
class Intake:
    """A lane of the store of record (see `Store.post`) for messages from devices that keep a journal."""

    engine: PriceEngine

    def __call__(self, tx: Transaction, messages: Sequence[Message]) -> list[Receipt]:
        """Record messages in the order of arrival; returns a receipt for each."""
        return [self._take(tx, message) for message in messages]

    def _take(self, tx: Transaction, message: Message) -> Receipt:
        last = _recorded(tx, message.device, message.epoch)
        if message.seq <= last:
            return Receipt(Taken.REPEATED, message.device, message.epoch, last)
        if message.seq != last + 1:
            return Receipt(Taken.GAP, message.device, message.epoch, last)
        _record_upto(tx, message.device, message.epoch, message.seq)
        self._record(tx, message)
        return Receipt(Taken.RECORDED, message.device, message.epoch, message.seq)

    def meet(self, tx: Transaction, device: str, epoch: int) -> None:
        """A device said which journal it keeps. With a new one it forgot its prices: they are sent to it again."""
        before = tx.get_meta(_journal(device))
        if before != str(epoch):
            tx.set_meta(_journal(device), str(epoch))
            if before:
                self.engine.till_forgot(tx, device, epoch)

    def _record(self, tx: Transaction, message: Message) -> None:
        """Write the fact, its ledger row and its report, by kind. What cannot be read is kept as it is."""
        handlers: dict[str, Callable[[Transaction, Message], None]] = {
            "sale": self._sale,
            "prices.applied": self._applied,
        }
        handler = handlers.get(message.kind)
        try:
            if handler is None:
                self._tell(tx, message, EventClass.TELEMETRY)
            else:
                handler(tx, message)
        except ValidationError as error:
            fault = error.errors()[0]
            why = f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"[:200]
            kept = {"kind": message.kind, "why": why, "body": dict(message.body)}
            tx.record("device.unreadable", message.device, kept)
            tx.tell(
                EventClass.SALE, "unreadable", message.device, kept,
                at=message.at, device_epoch=message.epoch, device_seq=message.seq,
            )  # fmt: skip

    def _sale(self, tx: Transaction, message: Message) -> None:
        sale = Sale.model_validate(message.body)
        lines = [[line.item, line.version, line.minor, line.quantity, line.total_minor] for line in sale.lines]
        tx.record(
            "sale", message.device,
            {"receipt": sale.receipt, "at": message.at, "total": sale.total_minor, "lines": lines},
        )  # fmt: skip
        tx.sql.execute(
            "INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (message.device, message.epoch, message.seq, sale.receipt, message.at, sale.currency, sale.total_minor,
             encode({"lines": lines})),
        )  # fmt: skip
        self._tell(tx, message, EventClass.SALE)
        tx.topics.add("sales")

    def _applied(self, tx: Transaction, message: Message) -> None:
        rows = _Applied.model_validate(message.body).rows
        if tx.get_meta(_journal(message.device)) in ("", str(message.epoch)):  # else it speaks of a table that is gone
            self.engine.till_applied(tx, message.device, rows)

    @staticmethod
    def _tell(tx: Transaction, message: Message, cls: EventClass) -> None:
        body: dict[str, Any] = dict(message.body)
        tx.tell(
            cls, message.kind[:40], message.device, body,
            at=message.at, device_epoch=message.epoch, device_seq=message.seq,
        )  # fmt: skip


def _recorded(tx: Transaction, device: str, epoch: int) -> int:
    """The last event of this journal that is on record; 0 when none."""
    row = tx.sql.execute("SELECT seq FROM sender WHERE device = ? AND epoch = ?", (device, epoch)).fetchone()
    return row[0] if row else 0


def _record_upto(tx: Transaction, device: str, epoch: int, seq: int) -> None:
    tx.sql.execute("INSERT OR REPLACE INTO sender VALUES (?, ?, ?)", (device, epoch, seq))


def _journal(device: str) -> str:
    """Under which key the epoch of the journal that the device keeps now is noted."""
    return f"journal.{device}"


def count_crossings(tx: Transaction, crossings: Sequence[Crossing]) -> list[None]:
    """A lane of the store of record: add crossings to their minutes, each once."""
    for one in crossings:
        if one.n <= _recorded(tx, one.camera, one.epoch):
            continue
        _record_upto(tx, one.camera, one.epoch, one.n)
        entered = one.direction is Direction.IN
        tx.sql.execute(
            "INSERT INTO visit (camera, line, minute, entered, departed) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (camera, line, minute) DO UPDATE"
            " SET entered = entered + excluded.entered, departed = departed + excluded.departed",
            (one.camera, one.line, one.at // 60_000 * 60_000, int(entered), int(not entered)),
        )
        tx.topics.add("visits")
    return [None] * len(crossings)


def tell_visits(tx: Transaction) -> None:
    """Queue the running totals of every minute that grew since head office was last told. The later word replaces."""
    grown = tx.sql.execute(
        "SELECT camera, line, minute, entered, departed FROM visit WHERE sent != entered + departed ORDER BY minute"
    ).fetchall()
    for camera, line, minute, entered, departed in grown:
        body = {"line": line, "minute": minute, "entered": entered, "left": departed}
        tx.tell(EventClass.VISIT, "visit.minute", camera, body, at=minute)
        tx.sql.execute(
            "UPDATE visit SET sent = entered + departed WHERE camera = ? AND line = ? AND minute = ?",
            (camera, line, minute),
        )
