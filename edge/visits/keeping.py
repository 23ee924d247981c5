"""How long what cameras counted is kept, and the chores of it: minutes become hours, and old hours go."""

import asyncio
import logging
from collections.abc import Callable

from cloud_sync.queue.outbox import QueueFull
from edge.store import Store, StoreError, Transaction
from edge.visits.counting import DAY_MS, HOUR_MS, MINUTES_KEPT_MS
from edge.visits.office import tell_days

log = logging.getLogger(__name__)

KEPT_MS = 400 * DAY_MS
"""Hours of zones and of the floor, and minutes at lines: more than a year, for the same week of last year."""
CHORES_SECONDS = 900.0
_HOURS_OF_ZONES = (
    "INSERT INTO zone_minute SELECT camera, zone, minute / :hour * :hour, 0, :hour, MAX(kind), SUM(visits),"
    " SUM(dwell_ms), SUM(waited), SUM(waited_ms), MAX(longest_ms), MAX(most) FROM zone_minute"
    " WHERE minute >= :start AND minute < :end AND step < :hour GROUP BY camera, zone, minute / :hour"
)
_HOURS_OF_THE_FLOOR = (
    "INSERT INTO heat SELECT camera, quarter / :hour * :hour, x, y, 0, :hour, SUM(visits), SUM(dwell_ms) FROM heat"
    " WHERE quarter >= :start AND quarter < :end AND step < :hour GROUP BY camera, quarter / :hour, x, y"
)


class VisitChores:
    """Runs until cancelled. `least`: the floor for small cells, as it is now."""

    def __init__(self, store: Store, timezone: str, least: Callable[[], int]) -> None:
        self._store, self._timezone, self._least = store, timezone, least

    async def run(self) -> None:
        """Do the chores again and again; what the disk refuses is done at the next turn."""
        while True:
            try:
                await self._store.do(lambda tx: tell_days(tx, self._timezone, self._least()))
                while await self._store.do(make_hours):
                    await asyncio.sleep(0.1)
                await self._store.do(forget)
            except (StoreError, QueueFull) as error:
                log.warning("the chores of footfall wait for the disk: %s", error)
            await asyncio.sleep(CHORES_SECONDS)


def make_hours(tx: Transaction) -> bool:
    """Add up the oldest day of minutes and quarters that is past its time; says whether there was one.

    Nothing is taken any more for so long ago (see `counting.take_totals`), so that no hour is added up twice.
    """
    horizon = (tx.now - MINUTES_KEPT_MS) // HOUR_MS * HOUR_MS
    (oldest,) = tx.sql.execute(
        "SELECT MIN(at) FROM (SELECT MIN(minute) AS at FROM zone_minute WHERE step < :hour AND minute < :end"
        " UNION ALL SELECT MIN(quarter) FROM heat WHERE step < :hour AND quarter < :end)",
        {"hour": HOUR_MS, "end": horizon},
    ).fetchone()
    if oldest is None:
        return False
    start = oldest // HOUR_MS * HOUR_MS
    span = {"hour": HOUR_MS, "start": start, "end": min(start + DAY_MS, horizon)}
    tx.sql.execute(_HOURS_OF_ZONES, span)
    tx.sql.execute("DELETE FROM zone_minute WHERE minute >= :start AND minute < :end AND step < :hour", span)
    tx.sql.execute(_HOURS_OF_THE_FLOOR, span)
    tx.sql.execute("DELETE FROM heat WHERE quarter >= :start AND quarter < :end AND step < :hour", span)
    return True


def forget(tx: Transaction) -> None:
    """What is past all time."""
    end = tx.now - KEPT_MS
    for table, column in (("visit", "minute"), ("passing", "minute"), ("zone_minute", "minute"), ("heat", "quarter")):
        tx.sql.execute(f"DELETE FROM {table} WHERE {column} < ?", (end,))  # noqa: S608  # names of our own
    tx.sql.execute("DELETE FROM footfall_told WHERE day < ?", (end,))
