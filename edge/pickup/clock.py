"""The half hour in which an order has to be put aside: a warning at 25 minutes, late at 30."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from edge.alarms.rules import Measure, Observation
from edge.inventory.records import tell
from edge.store import Transaction

MINUTE = 60_000
WARN_MS = 25 * MINUTE
LATE_MS = 30 * MINUTE
MOST = 500


class Haste(StrEnum):
    """How an order stands that nobody has put aside yet."""

    IN_TIME = "in-time"
    SOON = "soon"
    LATE = "late"


def haste(waited_ms: int) -> Haste:
    """From how long it has waited, by the time that never jumps (pure)."""
    if waited_ms >= LATE_MS:
        return Haste.LATE
    return Haste.SOON if waited_ms >= WARN_MS else Haste.IN_TIME


def orders(tx: Transaction) -> Mapping[Measure, Sequence[Observation]]:
    """For alarms: orders that nobody has put aside yet and that are to be done soon, or late."""
    waiting = tx.sql.execute(
        "SELECT id, began FROM reservation WHERE state = 'held' AND began <= ? ORDER BY began, id LIMIT ?",
        (tx.steady - WARN_MS, MOST),
    )
    return {Measure.ORDER: [Observation(Measure.ORDER, order, haste(tx.steady - began)) for order, began in waiting]}


def tell_late(tx: Transaction) -> None:
    """Put each order's warning and its breach into the ledger once, and tell head office."""
    waiting = tx.sql.execute(
        "SELECT id, began, warned FROM reservation WHERE state = 'held' AND began <= ? ORDER BY id",
        (tx.steady - WARN_MS,),
    ).fetchall()
    for order, began, warned in waiting:
        now = haste(tx.steady - began)
        if now == warned:
            continue
        tx.sql.execute("UPDATE reservation SET warned = ? WHERE id = ?", (now.value, order))
        tx.record("pickup.waits", order, {"haste": now.value})
        tell(tx, "pickup.waits", {"id": order, "haste": now.value})
        tx.topics.add("stock")
