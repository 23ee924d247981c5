"""Footfall: people by hour, and how many are inside now."""

from dataclasses import dataclass

from sqlite_utils import Database

from edge.views.day import QUARTER_MS, Day, day_of
from edge.views.footfall import read_inside


@dataclass(frozen=True, slots=True)
class Visitors:
    """Entries per hour of the wall clock (24 figures each). `inside`: entered less departed today, never below 0.

    `counted`: whether any camera has counted anything in the last nine days. `until_hour`: today's hour now.
    """

    today: tuple[int, ...]
    last_week: tuple[int, ...]
    inside: int
    entered: int
    last_week_so_far: int
    until_hour: int
    counted: bool


def read_visitors(database: Database, now: int, timezone: str) -> Visitors:
    """Today and the same weekday last week. "So far" compares with last week at the same time of day."""
    today, before = day_of(now, timezone), day_of(now, timezone, back=7)
    entered, departed = _by_hour(database, today, today.end)
    past, _ = _by_hour(database, before, before.end)
    so_far, _ = _by_hour(database, before, before.start + (now - today.start))
    counted = bool(sum(entered) + sum(departed) + sum(past)) or _any(database)
    return Visitors(
        tuple(entered),
        tuple(past),
        read_inside(database, now, timezone).now,
        sum(entered),
        sum(so_far),
        today.hour(now),
        counted,
    )


@dataclass(frozen=True, slots=True)
class VisitDay:
    """One whole day: when it began (UTC epoch milliseconds) and how many came in."""

    start: int
    entered: int


def read_days(database: Database, now: int, timezone: str, days: int = 8) -> list[VisitDay]:
    """The last days, oldest first, today included."""
    found = []
    for back in range(days - 1, -1, -1):
        day = day_of(now, timezone, back)
        row = database.conn.execute(
            "SELECT COALESCE(SUM(entered), 0) FROM visit WHERE minute >= ? AND minute < ?",
            (day.start, day.end),
        ).fetchone()
        found.append(VisitDay(day.start, row[0]))
    return found


def _by_hour(database: Database, day: Day, until: int) -> tuple[list[int], list[int]]:
    entered, departed = [0] * 24, [0] * 24
    for quarter, came, left in database.conn.execute(
        "SELECT minute / ?, SUM(entered), SUM(departed) FROM visit WHERE minute >= ? AND minute < ? GROUP BY 1",
        (QUARTER_MS, day.start, until),
    ):
        hour = day.hour(quarter * QUARTER_MS)
        entered[hour] += came
        departed[hour] += left
    return entered, departed


def _any(database: Database) -> bool:
    return database.conn.execute("SELECT 1 FROM visit LIMIT 1").fetchone() is not None
