"""What was in force and what was paid, kept in the transaction that makes it so: the answer to "what was the low?"."""

from collections.abc import Iterable, Sequence

from edge.law.lows import Paid, Record, Span
from edge.store import Transaction

CHUNK = 250
"""Items in one statement; SQLite bounds the parameters of a statement."""


def note_offers(tx: Transaction, items: Iterable[str]) -> None:
    """Write down what came in force for these items and what ceased, after devices confirmed or left.

    A version is in force from the first confirmation of any till or label until none may present it any more.
    """
    wanted = list(items)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        marks = ",".join("?" * len(part))
        tx.sql.execute(
            "INSERT INTO offered (item, version, minor, began)"  # noqa: S608  only "?" is put into the text
            " SELECT s.item, s.version, MIN(s.minor), ? FROM showing s"
            f" WHERE s.item IN ({marks}) AND s.confirmed = 1 AND s.until IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM offered o WHERE o.item = s.item AND o.version = s.version"
            "   AND o.ended IS NULL)"
            " GROUP BY s.item, s.version ON CONFLICT (item, version, began) DO UPDATE SET ended = NULL",
            (tx.now, *part),
        )
        tx.sql.execute(
            f"UPDATE offered SET ended = ? WHERE item IN ({marks}) AND ended IS NULL"  # noqa: S608
            " AND NOT EXISTS (SELECT 1 FROM showing s WHERE s.item = offered.item AND s.version = offered.version"
            "   AND s.until IS NULL)",
            (tx.now, *part),
        )


def note_paid(tx: Transaction, lines: Iterable[tuple[str, int, int]]) -> None:
    """Write down at what prices something was sold: (item, version, price) of each line.

    Timed by the gateway: a till's clock is believed for display only, and one that is wrong must not hide a low.
    """
    tx.sql.executemany(
        "INSERT INTO paid (item, version, minor, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (item, version, minor) DO UPDATE SET at = MAX(at, excluded.at)",
        [(*line, tx.now) for line in lines],
    )


def read_records(tx: Transaction, items: Sequence[str]) -> dict[str, Record]:
    """All that is on record of each of these items; an empty record where there is nothing."""
    spans: dict[str, list[Span]] = {item: [] for item in items}
    paid: dict[str, list[Paid]] = {item: [] for item in items}
    for item in spans:
        spans[item] += [
            Span(*row)
            for row in tx.sql.execute(
                "SELECT o.version, o.minor, o.began, o.ended, p.was_minor FROM offered o"
                " LEFT JOIN price p ON p.item = o.item AND p.version = o.version WHERE o.item = ?",
                (item,),
            )
        ]
        paid[item] += [
            Paid(*row) for row in tx.sql.execute("SELECT version, minor, at FROM paid WHERE item = ?", (item,))
        ]
    return {item: Record(tuple(spans[item]), tuple(paid[item])) for item in spans}
