"""What sales take out of stock: summed over all that a commit brings, and added once for each item.

A sale is on record with all of its lines already, each once (see `edge.intake`), so it needs no movement beside it.
This is in the way of every sale: a thousand of them in one commit cost little more than one.
"""

from collections.abc import Collection, Iterable

from cloud_sync.contract.goods import MAX_QUANTITY
from edge.inventory.book import was_seen
from edge.inventory.records import check_levels, lessen_difference
from edge.store import Transaction
from edge.store.ledger import encode

Line = tuple[str, int]
"""(item, quantity)."""
Taken = tuple[int, Iterable[Line]]
"""What one sale took, and when."""


def note_sales(tx: Transaction, sales: Collection[Taken]) -> None:
    """Take what was sold out of stock. Each sale may be given once only."""
    counted = _counted_since(tx, min(at for at, _ in sales))
    sold: dict[str, int] = {}
    for at, lines in sales:
        for item, quantity in lines:
            if quantity > MAX_QUANTITY:
                continue  # what no shelf ever held would spoil the sums; the sale itself is on record
            if counted and was_seen(at, counted.get(item)):
                sold.setdefault(item, 0)
                lessen_difference(tx, item, at, -quantity)
            else:
                sold[item] = sold.get(item, 0) + quantity
    tx.sql.execute(  # one statement for all: each of its own would begin and end a savepoint
        "INSERT INTO stock (item, hand, heard_at) SELECT key, -value, ? FROM json_each(?) WHERE 1"
        " ON CONFLICT (item) DO UPDATE SET hand = hand + excluded.hand, heard_at = excluded.heard_at",
        (tx.now, encode(sold)),
    )
    check_levels(tx, sold)
    tx.topics.add("stock")


def _counted_since(tx: Transaction, moment: int) -> dict[str, int]:
    """The items that were counted at that moment or later, and when."""
    rows = tx.sql.execute("SELECT item, counted_at FROM stock WHERE counted_at >= ?", (moment,))
    return dict(rows.fetchall())
