"""Tickets after the store of record was set back to a copy: head office may know of some that the copy does not."""

from cloud_sync.contract.attention import STANDING_KIND, STANDING_MOST, TicketsStanding
from cloud_sync.contract.events import EventClass
from edge.store import Transaction
from edge.store.transaction import GATEWAY

_STANDING = "tickets.standing"
_SKIPPED = 1_000
"""Numbers that are passed over: two people who speak of ticket 17 should mean the same one."""


def go_on_from_backup(tx: Transaction) -> None:
    """Open tickets that were forgotten would stay open at head office for ever: it is told which ones there are."""
    moved = tx.sql.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'ticket'", (_SKIPPED,))
    if not moved.rowcount:
        tx.sql.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('ticket', ?)", (_SKIPPED,))
    tx.set_meta(_STANDING, "untold")


def tell_standing(tx: Transaction) -> None:
    """Tell head office once after a restore. Raises QueueFull; then it is told later."""
    if tx.get_meta(_STANDING) != "untold":
        return
    rows = tx.sql.execute(
        "SELECT number FROM ticket WHERE closed_at IS NULL AND told != '' ORDER BY number DESC LIMIT ?",
        (STANDING_MOST,),
    )
    body = TicketsStanding(open=tuple(number for (number,) in rows))
    tx.tell(EventClass.PRICE, STANDING_KIND, GATEWAY, body.model_dump())
    tx.set_meta(_STANDING, "told")
