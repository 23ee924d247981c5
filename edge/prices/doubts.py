"""What the price engine makes of a label that was seen to show something else than it said.

A label's word that is proved wrong counts no longer: the label may show what was read, so that raises wait for it as
for any other label that shows less; and its picture is sent once more. A reading never lets anything go ahead here:
that takes the label's own word, as ever.
"""

from edge.store import Transaction
from edge.store.ledger import encode


def doubt_label(tx: Transaction, label: str, item: str, version: int, minor: int | None, *, again: bool) -> None:
    """The label shows this version of this item, against its own word. `again`: send it once more what it should show.

    `minor` is None where nobody knows what that version costs.
    """
    (last,) = tx.sql.execute("SELECT COALESCE(MAX(n), 0) FROM showing WHERE device = ?", (label,)).fetchone()
    if minor is not None:
        tx.sql.execute(
            "INSERT INTO showing (device, role, item, version, minor, n, confirmed, at)"
            " VALUES (?1, 'label', ?2, ?3, ?4, ?5, 0, ?6) ON CONFLICT (device, item, version)"
            " DO UPDATE SET n = ?5, confirmed = 0, until = NULL",
            (label, item, version, minor, last + 1, tx.now),
        )
    # What the label should show stays the last that it was sent: what is sent again is this, never what was read.
    tx.sql.execute(
        "UPDATE showing SET n = ?1, confirmed = CASE WHEN ?2 THEN 0 ELSE confirmed END, until = NULL"
        " WHERE device = ?3 AND item = (SELECT item FROM binding WHERE device = ?3) AND version ="
        " (SELECT MAX(s.version) FROM showing s JOIN binding b ON b.device = s.device AND b.item = s.item"
        "  WHERE s.device = ?3 AND NOT (s.item = ?4 AND s.version = ?5))",
        (last + 2, again, label, item, version),
    )
    _report(tx, label, item, version)
    tx.topics.update(("sendings", "labels"))


def end_doubt(tx: Transaction, label: str, item: str, version: int) -> None:
    """The label was seen to show what it said it shows: what was read before is gone, but for the grace window."""
    row = tx.sql.execute(
        "SELECT n FROM showing WHERE device = ? AND item = ? AND version = ? AND confirmed = 1 AND until IS NULL",
        (label, item, version),
    ).fetchone()
    if row is None:
        return  # its picture is on its way again: the label's own word will end it
    tx.sql.execute(
        "UPDATE showing SET until = COALESCE(until, ?) WHERE device = ? AND n < ?", (tx.steady, label, row[0])
    )
    _report(tx, label, item, version)
    tx.topics.add("labels")


def _report(tx: Transaction, label: str, item: str, version: int) -> None:
    """Put into the twin what was seen; without the digest of a picture, so that none counts as sent already."""
    tx.sql.execute(
        "UPDATE twin SET reported = ?, reported_version = ? WHERE device = ?",
        (encode({"item": item, "version": version}), version, label),
    )
