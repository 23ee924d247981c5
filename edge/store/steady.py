"""Time that never jumps: milliseconds during which a gateway ran, carried over restarts.

Grace windows are counted in it. A wall clock that jumps ahead must not end a window early, and the monotonic clock of a
process begins anew with it; so the count is kept with the commits, and goes on from the last kept value. What was not
kept is counted again: a window may last longer than it should, never shorter.
"""

import sqlite3
from collections.abc import Callable

KEEP_EVERY_MS = 1_000
_KEY = "steady"


def kept_steady(connection: sqlite3.Connection) -> int:
    """The value that was kept last; 0 in a new database."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    return int(row[0]) if row else 0


class Steady:
    """Counts on from `start` by a monotonic clock in milliseconds."""

    def __init__(self, start: int, monotonic: Callable[[], int]) -> None:
        self._start = start
        self._kept = start
        self._monotonic = monotonic
        self._begin = monotonic()

    def now(self) -> int:
        """Milliseconds counted so far."""
        return self._start + max(0, self._monotonic() - self._begin)

    def keep(self, connection: sqlite3.Connection, value: int) -> None:
        """Write the count into the transaction that is about to be committed, at most once a second."""
        if value - self._kept >= KEEP_EVERY_MS:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, str(value)))
            self._kept = value
