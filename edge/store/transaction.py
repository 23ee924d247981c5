"""What a piece of work may do inside the writer's transaction."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cloud_sync.contract.events import ChangeOutcome, EventClass, RowOutcome
from cloud_sync.queue.outbox import Mark, Outbox, Pending
from edge.store.ledger import Head, encode, read_head, row_hash

GATEWAY = "gateway"
"""Subject of ledger rows about the gateway itself."""
CLOCK_BACK = "clock.back"
"""Kind of the row that notes that the gateway's clock was set back."""
CLOCK_TOLERANCE_MS = 50
"""The clock may lose this much between two rows without a note: it is being slowed, not set back."""


class Transaction:
    """One group commit in the making. Works share it; each runs inside its own savepoint.

    Nothing that `after` was given runs unless the commit succeeded.
    """

    def __init__(self, connection: sqlite3.Connection, outbox: Outbox, now: int, steady: int | None = None) -> None:
        self.sql = connection
        self.now = now
        """The gateway's time when the group began, UTC epoch milliseconds. A clock may jump: good for dates only."""
        self.steady = now if steady is None else steady
        """Milliseconds that passed while a gateway ran: never jumps, stands still while none runs. For waits."""
        self._outbox = outbox
        self._head: Head | None = None
        self._after: list[Callable[[], None]] = []
        self._outcomes: list[tuple[int, RowOutcome]] = []
        self.topics: set[str] = set()
        """What changed, in words that listeners know; see `edge.store.store.Store.listen`."""

    def record(self, kind: str, subject: str, body: Mapping[str, Any]) -> None:
        """Append a row to the ledger."""
        self.record_many([(kind, subject, body)])

    def record_many(self, facts: Sequence[tuple[str, str, Mapping[str, Any]]]) -> None:
        """Append rows of (kind, subject, body) to the ledger, in this order."""
        if self._head is None:
            self._head = read_head(self.sql)
            self._note_the_clock()
        seq, prev, rows = self._head.seq, self._head.hash, []
        for kind, subject, body in facts:
            seq, text = seq + 1, encode(body)
            digest = row_hash(prev, seq, self.now, kind, subject, text)
            rows.append((seq, self.now, kind, subject, text, prev, digest))
            prev = digest
        self.sql.executemany("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self._head = Head(seq, prev)

    def _note_the_clock(self) -> None:
        """Say so in the ledger when the clock was set back since the last row: its times are then not in order."""
        if (back := self._set_back()) is not None:
            self.record(CLOCK_BACK, GATEWAY, back)
        self.set_meta("ledger.clock", f"{self.now}:{self.steady}")

    def _set_back(self) -> dict[str, int] | None:
        """How the clock was set back since the ledger's last row, if it was.

        The time that never jumps tells how far the clock had come before, and so which times it may have shown twice.
        """
        at, _, steady = self.get_meta("ledger.clock").partition(":")
        if not at:
            return None
        quiet = max(0, self.steady - int(steady))
        before = int(at) + quiet
        if self.now >= before - CLOCK_TOLERANCE_MS:
            return None
        return {"before": before, "after": self.now, "quiet": quiet}

    def tell(
        self,
        cls: EventClass,
        kind: str,
        device: str,
        body: Mapping[str, Any],
        *,
        at: int | None = None,
        device_epoch: int | None = None,
        device_seq: int | None = None,
    ) -> None:
        """Queue an event for head office. Raises QueueFull when only events that are never shed are left."""
        at = self.now if at is None else at
        self.tell_many([Pending(cls, kind, device, device_epoch, device_seq, at, self.now, encode(body))])

    def tell_many(self, events: Sequence[Pending]) -> None:
        """Queue events for head office, in this order; all or, raising QueueFull, none."""
        self._outbox.put_many(self.sql, events)
        self.topics.add("outbox")

    def tell_outcome(self, sequence: int, item: str, outcome: RowOutcome) -> None:
        """Report how a row of a change fares; rows of one change travel together."""
        self._outcomes.append((sequence, outcome))
        self.topics.add("prices")

    def tell_refusal(self, sequence: int, why: str) -> None:
        """Report that a whole change was refused, when its rows cannot be believed or need no telling apart."""
        body = ChangeOutcome(sequence=sequence, outcome_of_all=RowOutcome(item="*", outcome="refused", why=why[:300]))
        self.tell(EventClass.PRICE, "price.outcome", "gateway", body.model_dump(exclude_defaults=True))
        self.topics.add("prices")

    def after(self, action: Callable[[], None]) -> None:
        """Run this once the commit is on disk, on the writer's thread: short and non-blocking."""
        self._after.append(action)

    def get_meta(self, key: str, default: str = "") -> str:
        """A value of the small key-value table."""
        row = self.sql.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else default

    def set_meta(self, key: str, value: str) -> None:
        """Set a value of the small key-value table."""
        self.sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # The writer's side.

    def mark(self) -> "_Mark":
        """Where a work begins, so that `back_to` can undo what it left in memory."""
        return self._head, len(self._after), len(self._outcomes), self._outbox.mark()

    def back_to(self, mark: "_Mark") -> None:
        """Forget what a failed work left in memory; the savepoint undoes the rest."""
        self._head, actions, outcomes, queued = mark
        del self._after[actions:]
        del self._outcomes[outcomes:]
        self._outbox.back_to(queued)

    def finish(self) -> None:
        """Write what was gathered over the whole group; called right before the commit."""
        together: dict[int, list[RowOutcome]] = {}
        for sequence, outcome in self._outcomes:
            together.setdefault(sequence, []).append(outcome)
        for sequence, rows in together.items():
            body = ChangeOutcome(sequence=sequence, rows=tuple(rows)).model_dump(exclude_defaults=True)
            self.tell(EventClass.PRICE, "price.outcome", "gateway", body)
        self._outcomes = []
        if self._head is None and self._set_back() is not None:
            self._head = read_head(self.sql)
            self._note_the_clock()

    def committed(self) -> list[Callable[[], None]]:
        """What is to run now that the commit is on disk."""
        return self._after


_Mark = tuple[Head | None, int, int, Mark]
