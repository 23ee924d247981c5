"""Zones, passers-by and people inside, over any span of time. Times are UTC epoch milliseconds, `end` not included."""

from dataclasses import dataclass

from sqlite_utils import Database

from edge.views.day import day_of
from edge.visits.inside import inside

MOST = 2_000


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """One zone over a span. Durations are milliseconds; the averages are None where nobody was."""

    camera: str
    zone: str
    kind: str
    """"browse", "queue" or "staff"."""
    visits: int
    dwell_ms: int
    """Of all visits together."""
    waited: int
    """Visits that ended within the span."""
    waited_ms: int
    """How long those had lasted."""
    longest_ms: int
    most: int
    """People at a time."""

    @property
    def average_ms(self) -> float | None:
        """How long a visit, or a wait in a queue, lasted on average."""
        return self.waited_ms / self.waited if self.waited else None


@dataclass(frozen=True, slots=True)
class ZoneStep:
    """One step of a zone's curve."""

    at: int
    visits: int
    dwell_ms: int
    waited: int
    waited_ms: int
    longest_ms: int
    most: int


@dataclass(frozen=True, slots=True)
class Visits:
    """People over all lines in a span."""

    entered: int
    departed: int
    again: int
    """Of those who entered: had been out for a moment only."""
    parties: int
    """Groups, and people who came alone."""
    staff: int
    """Crossings of staff; in no other figure."""
    passed: int
    """People who passed by outside; 0 where no line counts them."""

    @property
    def capture(self) -> float | None:
        """The part of those who passed by that came in, 0..1; None where nobody was counted passing."""
        return min(1.0, (self.entered - self.again) / self.passed) if self.passed else None


@dataclass(frozen=True, slots=True)
class Inside:
    """People in the shop today: now, the most of the day, and the curve of (when, how many)."""

    now: int
    most: int
    curve: tuple[tuple[int, int], ...]


def read_zones(database: Database, start: int, end: int) -> list[ZoneFigures]:
    """Every zone that anything was counted in, the busiest first."""
    rows = database.conn.execute(
        "SELECT camera, zone, kind, SUM(visits), SUM(dwell_ms), SUM(waited), SUM(waited_ms), MAX(longest_ms), MAX(most)"
        " FROM zone_minute WHERE minute >= ? AND minute < ? GROUP BY camera, zone, kind"
        " ORDER BY SUM(visits) DESC, camera, zone LIMIT ?",
        (start, end, MOST),
    )
    return [ZoneFigures(*row) for row in rows]


def read_zone_curve(database: Database, camera: str, zone: str, start: int, end: int, step: int) -> list[ZoneStep]:
    """One zone by steps of so many milliseconds from `start`; steps in which nothing happened are there too."""
    count = min(MOST, -(-(end - start) // step))
    steps = {at: ZoneStep(at, 0, 0, 0, 0, 0, 0) for at in range(start, start + count * step, step)}
    rows = database.conn.execute(
        "SELECT ? + (minute - ?) / ? * ?, SUM(visits), SUM(dwell_ms), SUM(waited), SUM(waited_ms), MAX(longest_ms),"
        " MAX(most) FROM zone_minute WHERE camera = ? AND zone = ? AND minute >= ? AND minute < ? GROUP BY 1",
        (start, start, step, step, camera, zone, start, start + count * step),
    )
    return list((steps | {row[0]: ZoneStep(*row) for row in rows}).values())


def read_visits(database: Database, start: int, end: int) -> Visits:
    """Over all entrances and passages."""
    figures: tuple[int, int, int, int, int] = database.conn.execute(
        "SELECT COALESCE(SUM(entered), 0), COALESCE(SUM(departed), 0), COALESCE(SUM(again), 0),"
        " COALESCE(SUM(parties), 0), COALESCE(SUM(staff), 0) FROM visit WHERE minute >= ? AND minute < ?",
        (start, end),
    ).fetchone()
    (passed,) = database.conn.execute(
        "SELECT COALESCE(SUM(passed), 0) FROM passing WHERE minute >= ? AND minute < ?", (start, end)
    ).fetchone()
    return Visits(*figures, passed)


def read_inside(database: Database, now: int, timezone: str, back: int = 0) -> Inside:
    """Today, or the day `back` days before. Begins with nobody at midnight of the shop's own clock."""
    day = day_of(now, timezone, back)
    rows = database.conn.execute(
        "SELECT minute, SUM(entered), SUM(departed) FROM visit WHERE minute >= ? AND minute < ? GROUP BY 1 ORDER BY 1",
        (day.start, day.end),
    )
    curve = tuple(inside(rows))
    return Inside(curve[-1][1] if curve else 0, max((people for _, people in curve), default=0), curve)
