"""When this box itself was off, told by the gap before a gateway's first look; kept as changes of device `gateway`."""

from edge.store import Transaction
from edge.store.transaction import GATEWAY

GAP_MS = 60_000
"""A gateway looks every few seconds; a restart that takes less than this is no gap."""
KEEP_MS = 60 * 86_400_000
_SEEN = "alarms.seen"


def note_presence(tx: Transaction, *, began: bool) -> None:
    """Note that the box is there, and, when this gateway began just now, how long none was.

    Steady time stands still while the box is off, so it tells a gap from a clock that was set forward.
    """
    at, _, steady = tx.get_meta(_SEEN).partition(":")
    if not at:
        _change(tx, tx.now, "ready")
    elif began:
        left = int(at) + max(0, tx.steady - int(steady))
        if tx.now - left >= GAP_MS:
            _change(tx, left, "lost")
            _change(tx, tx.now, "ready")
    tx.set_meta(_SEEN, f"{tx.now}:{tx.steady}")


def forget_changes(tx: Transaction) -> None:
    """Forget old changes of state, but for the last one before: it says how the device was since."""
    before = tx.now - KEEP_MS
    tx.sql.execute(
        "DELETE FROM device_change WHERE at < ? AND n NOT IN"
        " (SELECT MAX(n) FROM device_change WHERE at < ? GROUP BY device)",
        (before, before),
    )


def _change(tx: Transaction, at: int, state: str) -> None:
    tx.sql.execute("INSERT INTO device_change (device, at, state) VALUES (?, ?, ?)", (GATEWAY, at, state))
