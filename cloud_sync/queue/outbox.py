"""The outbox: events waiting for head office, kept in the store of record's own database.

Works on a connection that the caller's transaction owns, so that a fact and its report are one commit.
Bounded in bytes: when full, telemetry is shed first, then visits; sales and price events are never shed but
refused, so that the device that holds them keeps them.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from cloud_sync.contract.events import SHED_ORDER, Batch, Event, EventClass
from cloud_sync.contract.feed import MAX_BATCH_BYTES

OVERHEAD = 160
"""Bytes charged per event on top of its texts: columns, index entries, page slack."""
MAX_BODY_BYTES = MAX_BATCH_BYTES // 2
"""A longer body could never travel, and would hold up everything behind it."""
UNREADABLE = "unreadable"
"""Kind of the event that stands in for a stored row that is no event; its body quotes what was found."""

_CLASS = {cls: cls.value for cls in EventClass}
"""An enum's value costs more to read than all the rest of a row."""
_INSERT = "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_OLDEST = (
    "SELECT seq, cls, kind, device, device_epoch, device_seq, at, received_at, CAST(body AS BLOB), bytes"
    " FROM outbox ORDER BY seq LIMIT ?"
)
_SLACK = 64
"""Shedding frees at least 1/64 of the limit: a queue that stays full is not searched at every event."""


class QueueFull(Exception):
    """Only events that are never shed are left, and there is no room for more."""


class EventTooLong(ValueError):
    """The event could never be sent. Nothing of it was queued."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An event about to be queued. `body` is a JSON object."""

    cls: EventClass
    kind: str
    device: str
    device_epoch: int | None
    device_seq: int | None
    at: int
    received_at: int
    body: str


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits: events, bytes, when the oldest was received (None when empty), events shed so far."""

    events: int
    bytes: int
    oldest_at: int | None
    shed: int


@dataclass(frozen=True, slots=True)
class Mark:
    """The bookkeeping at one moment, for `Outbox.back_to`."""

    next_seq: int
    held: tuple[tuple[str, int], ...]


class Outbox:
    """The queue's bookkeeping. One per store of record; used on the writer's thread only.

    `epoch` is the gateway's: fixed at the creation of its database, new after a restore from a backup.
    """

    def __init__(self, epoch: int, limit_bytes: int) -> None:
        self.epoch = epoch
        self.limit_bytes = limit_bytes
        self.next_seq = 1
        self._lives: list[tuple[int, int]] = []
        """(Epoch, last sequence) of lives before a restore whose events still wait: they travel under their epoch."""
        self._held: dict[str, int] = {}
        """Bytes queued per class."""

    @property
    def held_bytes(self) -> int:
        """Bytes queued, counted as `limit_bytes` counts them."""
        return sum(self._held.values())

    def reload(self, sql: sqlite3.Connection) -> None:
        """Count again from the database: at the start, and after a commit that failed.

        A sequence is never used twice, though sent rows are deleted: head office's cursor is kept in `meta`.
        """
        (last,) = sql.execute("SELECT COALESCE(MAX(seq), 0) FROM outbox").fetchone()
        self.next_seq = max(last, self._meta(sql, "outbox.confirmed"), self._meta(sql, "outbox.shed_to")) + 1
        self._held = dict(sql.execute("SELECT cls, SUM(bytes) FROM outbox GROUP BY cls"))
        self._lives = _read_lives(sql)

    @staticmethod
    def begin_life(sql: sqlite3.Connection, former: int, epoch: int) -> None:
        """The database was restored from a copy: what is queued from now on belongs to `epoch`, the gateway's new one.

        What the copy holds was numbered in the epoch `former`, and head office may have it: under that epoch it can
        tell. For a database that no outbox has open; numbers go on, so that no two events ever share one.
        """
        (last,) = sql.execute("SELECT COALESCE(MAX(seq), 0) FROM outbox").fetchone()
        last = max(last, Outbox._meta(sql, "outbox.confirmed"), Outbox._meta(sql, "outbox.shed_to"))
        lives = [*_read_lives(sql), (former, last)]
        sql.execute("INSERT OR REPLACE INTO meta VALUES ('outbox.lives', ?)", (json.dumps(lives),))
        sql.execute("INSERT OR REPLACE INTO meta VALUES ('epoch', ?)", (str(epoch),))
        Outbox._set_meta(sql, "outbox.confirmed", last)

    def mark(self) -> Mark:
        """Where the bookkeeping stands; take it together with a savepoint."""
        return Mark(self.next_seq, tuple(self._held.items()))

    def back_to(self, mark: Mark) -> None:
        """Follow a rollback to the savepoint that `mark` was taken with. Quick, however long the queue."""
        self.next_seq, self._held = mark.next_seq, dict(mark.held)

    def put(self, sql: sqlite3.Connection, event: Pending) -> int:
        """Queue one event and return its sequence. Raises QueueFull or EventTooLong."""
        return self.put_many(sql, (event,))

    def put_many(self, sql: sqlite3.Connection, events: Sequence[Pending]) -> int:
        """Queue events in this order and return the last sequence.

        Raises QueueFull or EventTooLong before anything is written or shed.
        """
        rows, held = [], dict(self._held)
        seq = self.next_seq
        for event in events:
            length = _length(event)
            cls = _CLASS[event.cls]
            held[cls] = held.get(cls, 0) + length
            rows.append(
                (seq, cls, event.kind, event.device, event.device_epoch, event.device_seq,
                 event.at, event.received_at, event.body, length)
            )  # fmt: skip
            seq += 1
        missing = sum(held.values()) - self.limit_bytes
        if missing > 0:
            for cls, freed in self._make_room(sql, missing).items():
                held[cls] -= freed
        try:
            sql.executemany(_INSERT, rows)
        except (OverflowError, ValueError):
            sql.execute("DELETE FROM outbox WHERE seq >= ?", (self.next_seq,))  # a number no database can hold
            self.reload(sql)
            raise
        self.next_seq, self._held = seq, held
        return seq - 1

    def peek(self, sql: sqlite3.Connection, limit: int = 500, limit_bytes: int = MAX_BATCH_BYTES // 2) -> Batch | None:
        """The oldest events as a batch, or None when nothing waits. Reads only: any connection will do.

        A row that cannot be read travels as an event of kind UNREADABLE: it must not block those behind it.
        """
        events: list[Event] = []
        size, epoch, upto = 0, self.epoch, 0
        for row in sql.execute(_OLDEST, (limit,)):
            if not events:
                epoch, upto = self._life_of(row[0])
            size += row[9]
            if events and (size > limit_bytes or 0 < upto < row[0]):
                break
            events.append(_event(row))
        return Batch(epoch=epoch, events=tuple(events)) if events else None

    def _life_of(self, seq: int) -> tuple[int, int]:
        """The epoch that an event belongs to, and the last sequence of it; 0 when there is none yet."""
        return next(((epoch, upto) for epoch, upto in self._lives if seq <= upto), (self.epoch, 0))

    def confirm(self, sql: sqlite3.Connection, epoch: int, seq: int) -> int:
        """Head office has everything up to `seq`: forget it. Returns how many events left the queue."""
        former = dict(self._lives).get(epoch)
        if former is not None:
            seq = min(seq, former)  # head office may have more of that life than the copy does
        elif epoch != self.epoch or seq >= self.next_seq:
            return 0  # an answer about another life of this gateway
        count = 0
        sent = "SELECT cls, COUNT(*), SUM(bytes) FROM outbox WHERE seq <= ? GROUP BY cls"
        for cls, events, size in sql.execute(sent, (seq,)).fetchall():
            count += events
            self._held[cls] -= size
        if count:
            sql.execute("DELETE FROM outbox WHERE seq <= ?", (seq,))
        if seq > self._meta(sql, "outbox.confirmed"):
            self._set_meta(sql, "outbox.confirmed", seq)
        return count

    @staticmethod
    def depth(sql: sqlite3.Connection) -> Depth:
        """How much waits. Reads only: any connection will do."""
        events, size = sql.execute("SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM outbox").fetchone()
        oldest = sql.execute("SELECT received_at FROM outbox ORDER BY seq LIMIT 1").fetchone()
        return Depth(events, size, oldest[0] if oldest else None, Outbox._meta(sql, "outbox.shed"))

    def _make_room(self, sql: sqlite3.Connection, missing: int) -> dict[str, int]:
        """Shed the oldest events of the least valuable class first. Returns the bytes freed per class.

        Raises QueueFull before anything is shed when all that may be shed is not enough.
        """
        if missing > sum(self._held.get(cls.value, 0) for cls in SHED_ORDER):
            raise QueueFull(
                f"the queue holds {self.held_bytes} of {self.limit_bytes} bytes, and what is left may not"
                " be shed. Nothing was taken; the devices keep their events until the line to head office is back."
            )
        freed: dict[str, int] = {}
        for cls in SHED_ORDER:
            if missing > 0 and self._held.get(cls.value):
                freed[cls.value] = self._shed(sql, cls, max(missing, self.limit_bytes // _SLACK))
                missing -= freed[cls.value]
        return freed

    def _shed(self, sql: sqlite3.Connection, cls: EventClass, wanted: int) -> int:
        """Delete the oldest events of a class until `wanted` bytes, or all, are gone. Returns the bytes."""
        freed = count = last = 0
        for seq, length in sql.execute("SELECT seq, bytes FROM outbox WHERE cls = ? ORDER BY seq", (cls.value,)):
            freed, count, last = freed + length, count + 1, seq
            if freed >= wanted:
                break
        sql.execute("DELETE FROM outbox WHERE cls = ? AND seq <= ?", (cls.value, last))
        self._set_meta(sql, "outbox.shed", self._meta(sql, "outbox.shed") + count)
        self._set_meta(sql, "outbox.shed_to", max(last, self._meta(sql, "outbox.shed_to")))
        return freed

    @staticmethod
    def _meta(sql: sqlite3.Connection, key: str) -> int:
        row = sql.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return int(row[0]) if row else 0

    @staticmethod
    def _set_meta(sql: sqlite3.Connection, key: str, value: int) -> None:
        sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, str(value)))


def _read_lives(sql: sqlite3.Connection) -> list[tuple[int, int]]:
    """Lives before this one that still have events here."""
    row = sql.execute("SELECT value FROM meta WHERE key = 'outbox.lives'").fetchone()
    (oldest,) = sql.execute("SELECT COALESCE(MIN(seq), 0) FROM outbox").fetchone()
    return [(epoch, upto) for epoch, upto in json.loads(row[0]) if 0 < oldest <= upto] if row else []


def _length(event: Pending) -> int:
    """Bytes that an event is charged. Raises EventTooLong, and ValueError for text that is no Unicode."""
    text, names = event.body, event.kind + event.device
    body = len(text) if text.isascii() else len(text.encode())
    if body > MAX_BODY_BYTES:
        raise EventTooLong(f"{event.device}: an event of {body} bytes; head office takes {MAX_BODY_BYTES} at most")
    return body + (len(names) if names.isascii() else len(names.encode())) + OVERHEAD


def _event(row: tuple[Any, ...]) -> Event:
    seq, cls, kind, device, device_epoch, device_seq, at, received_at, body, _ = row
    try:
        return Event(
            seq=seq, cls=cls, kind=kind, device=device, device_epoch=device_epoch, device_seq=device_seq,
            at=at, received_at=received_at, body=from_json(body, allow_inf_nan=False),
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        return Event(
            seq=seq, cls=_known_class(cls), kind=UNREADABLE, device="gateway", at=_known_time(at),
            received_at=_known_time(received_at), body={"why": str(error)[:300], "row": repr(row)[:2000]},
        )  # fmt: skip


def _known_class(cls: object) -> EventClass:
    return EventClass(cls) if cls in {known.value for known in EventClass} else EventClass.TELEMETRY


def _known_time(at: object) -> int:
    return at if isinstance(at, int) and 0 <= at <= 2**53 else 0
