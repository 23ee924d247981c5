"""Deliveries that head office announced: what the goods entrance expects, until somebody opens a sheet for it."""

import sqlite3

from cloud_sync.contract.goods import Announce
from edge.store import Transaction

KEEP_MS = 60 * 86_400_000
"""What did not come within so long after it was due is not expected any more."""
UNCHECKED = (
    "NOT EXISTS (SELECT 1 FROM receiving r"
    " WHERE r.delivery = a.delivery AND r.place = a.place AND r.state != 'dropped')"
)
"""Lines of `announced a` that no sheet names yet, as SQL."""


def take_in(tx: Transaction, coming: Announce) -> None:
    """Expect a delivery; a later word about the same one replaces the lines that nobody has checked in."""
    tx.sql.execute(f"DELETE FROM announced AS a WHERE delivery = ? AND {UNCHECKED}", (coming.id,))  # noqa: S608  ours
    tx.sql.executemany(
        "INSERT OR IGNORE INTO announced VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                coming.id,
                place,
                line.item,
                line.quantity,
                line.batch,
                line.expires,
                line.keeps,
                coming.source,
                coming.due,
            )
            for place, line in enumerate(coming.lines)
        ],
    )
    tx.sql.execute("DELETE FROM announced WHERE due < ?", (tx.now - KEEP_MS,))
    tx.record("receiving.announced", coming.id, {"source": coming.source, "lines": len(coming.lines)})
    tx.topics.add("receiving")


def next_due(sql: sqlite3.Connection, item: str, now: int) -> int | None:
    """When more of an item is announced for, of what is still to come; None: nobody said. Reads only."""
    (due,) = sql.execute(
        f"SELECT MIN(a.due) FROM announced a WHERE a.item = ? AND a.due >= ? AND {UNCHECKED}",  # noqa: S608  ours
        (item, now),
    ).fetchone()
    return None if due is None else int(due)


def is_expected(tx: Transaction, delivery: str, place: int) -> bool:
    """Whether nobody has checked this line in yet."""
    row = tx.sql.execute(
        f"SELECT 1 FROM announced a WHERE delivery = ? AND place = ? AND {UNCHECKED}",  # noqa: S608  ours
        (delivery, place),
    ).fetchone()
    return row is not None
