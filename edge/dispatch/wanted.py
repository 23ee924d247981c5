"""What is still to be sent, read from the books: the decisions of the dispatchers, without their tasks and radios."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from drivers.base import MemberRow, PriceRow
from edge.store import Transaction

Row = PriceRow | MemberRow
RowKey = tuple[str, int, bool]
ROWS_PER_MESSAGE = 200
ROWS_ON_THE_WAY = 1_000
REPEAT_AFTER_MS = 5_000
REPEAT_AT_MOST_MS = 60_000
"""Each further repeat waits twice as long, up to this. Every repeat that arrives is an answer in the till's journal,
and a gateway whose disk takes nothing cannot take the answers either: journals must not fill with them meanwhile."""

_LABELS = """
    SELECT s.device, s.item, s.version, EXISTS (
      SELECT 1 FROM showing o WHERE o.device = s.device AND o.until IS NULL AND (o.item != s.item OR o.minor < s.minor)
    ) FROM showing s
    JOIN binding b ON b.device = s.device AND b.item = s.item
    WHERE s.role = 'label' AND s.confirmed = 0
      AND s.n = (SELECT MAX(n) FROM showing WHERE device = s.device)
"""
_ROWS = """
    SELECT s.item, s.version, p.name, p.minor, p.currency, p.per
    FROM (SELECT item, MAX(version) AS version, n FROM showing WHERE device = ? AND confirmed = 0
          GROUP BY item ORDER BY n LIMIT ?) s
    JOIN price p ON p.item = s.item AND p.version = s.version
    WHERE NOT EXISTS (SELECT 1 FROM member m WHERE m.device = ? AND m.item = s.item)
      OR EXISTS (SELECT 1 FROM member m WHERE m.device = ? AND m.item = s.item AND m.confirmed = 1)
"""
"""A till that has to know a price for members takes that one first: until then they would pay what all pay."""
_MEMBERS = """
    SELECT item, MAX(version), minor FROM member WHERE device = ? AND confirmed = 0
    GROUP BY item ORDER BY MAX(version) LIMIT ?
"""


class Sent(NamedTuple):
    """A row on its way: when it was sent last, in milliseconds of any clock, and how many times by now."""

    at: int
    times: int

    def repeated_at(self) -> int:
        """When it is sent again, unless the till confirmed it by then."""
        return self.at + min(REPEAT_AFTER_MS << min(self.times - 1, 10), REPEAT_AT_MOST_MS)


@dataclass(frozen=True, slots=True)
class Job:
    """One label to bring up to date: the newest version that it may show."""

    label: str
    item: str
    version: int
    holds: bool = False
    """Whether a raise waits for it: the label may still show a lower price, or an item that it stood for before."""


def label_jobs(sql: sqlite3.Connection) -> dict[str, Job]:
    """Label → its job, for every label that has not confirmed what it was allowed last. Reads only."""
    return {label: Job(label, item, version, bool(holds)) for label, item, version, holds in sql.execute(_LABELS)}


def first_of(jobs: Mapping[str, Job]) -> set[str]:
    """The labels that go first: tills wait for them. A cut is at the tills already, and its label harms nobody."""
    return {label for label, job in jobs.items() if job.holds}


def till_rows(sql: sqlite3.Connection, till: str) -> list[Row]:
    """The rows that a till was allowed and has not confirmed, oldest first, a bounded number. Reads only."""
    members = [MemberRow(*row) for row in sql.execute(_MEMBERS, (till, ROWS_ON_THE_WAY))]
    return [*members, *(PriceRow(*row) for row in sql.execute(_ROWS, (till, ROWS_ON_THE_WAY, till, till)))]


def key(row: Row) -> RowKey:
    """What tells a row from every other: item, version, and whether it is for members."""
    return row.item, row.version, isinstance(row, MemberRow)


def due_rows(wanted: Sequence[Row], sent: Mapping[RowKey, Sent], now: int) -> tuple[list[Row], dict[RowKey, Sent]]:
    """Of the rows wanted: those to send now, and what is known of those that were sent before."""
    kept = {name: was for row in wanted if (was := sent.get(name := key(row))) is not None}
    due = [row for row in wanted if (was := kept.get(key(row))) is None or not was.at <= now < was.repeated_at()]
    return due, kept


def sent_now(rows: Sequence[Row], sent: Mapping[RowKey, Sent], now: int) -> dict[RowKey, Sent]:
    """What is known of these rows once they were sent."""
    return {name: Sent(now, sent[name].times + 1 if name in sent else 1) for name in map(key, rows)}


def note_sending(tx: Transaction, job: Job, digest: str) -> bool:
    """Write down what is about to be sent. Returns True when the label already shows these very pixels."""
    row = tx.sql.execute("SELECT reported FROM twin WHERE device = ?", (job.label,)).fetchone()
    if row and json.loads(row[0]).get("digest") == digest and not _sent_since(tx, job):
        return True
    tx.record("label.sending", job.label, {"item": job.item, "version": job.version, "pixels": digest})
    return False


def _sent_since(tx: Transaction, job: Job) -> bool:
    """Whether anything else went to the label after what it last confirmed, so that it may show something else."""
    row = tx.sql.execute(
        "SELECT COUNT(*) FROM showing WHERE device = ? AND confirmed = 0 AND NOT (item = ? AND version = ?)",
        (job.label, job.item, job.version),
    ).fetchone()
    return bool(row[0])
