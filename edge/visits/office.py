"""What head office hears of visitors: people per line and minute."""

from cloud_sync.contract.events import EventClass
from edge.store import Transaction


def tell_visits(tx: Transaction) -> None:
    """Queue every minute that changed since head office was last told: running totals, the later word replaces."""
    grown = tx.sql.execute(
        "SELECT camera, line, minute, entered, departed FROM visit WHERE sent = 0 ORDER BY minute"
    ).fetchall()
    for camera, line, minute, entered, departed in grown:
        body = {"line": line, "minute": minute, "entered": entered, "left": departed}
        tx.tell(EventClass.VISIT, "visit.minute", camera, body, at=minute)
        tx.sql.execute("UPDATE visit SET sent = 1 WHERE camera = ? AND line = ? AND minute = ?", (camera, line, minute))
