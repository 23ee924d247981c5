"""People by quarters of an hour: who came, left, passed by, and how many were inside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from edge.views.day import QUARTER_MS, day_of
from edge.visits.inside import inside


@dataclass(frozen=True, slots=True)
class Step:
    """A quarter of an hour that began at `at`, UTC epoch milliseconds. `inside`: the most people at a time."""

    at: int
    entered: int = 0
    departed: int = 0
    again: int = 0
    parties: int = 0
    passed: int = 0
    inside: int = 0


def read_steps(database: Database, spans: Sequence[tuple[int, int]], timezone: str) -> list[Step]:
    """Every quarter of these spans, also those in which nobody came."""
    found: list[Step] = []
    for start, end in spans:
        steps = {at: Step(at) for at in range(start // QUARTER_MS * QUARTER_MS, end, QUARTER_MS)}
        rows = database.conn.execute(
            "SELECT minute / ? * ?, SUM(entered), SUM(departed), SUM(again), SUM(parties) FROM visit"
            " WHERE minute >= ? AND minute < ? GROUP BY 1",
            (QUARTER_MS, QUARTER_MS, start, end),
        )
        steps |= {row[0]: Step(*row) for row in rows}
        for at, passed in database.conn.execute(
            "SELECT minute / ? * ?, SUM(passed) FROM passing WHERE minute >= ? AND minute < ? GROUP BY 1",
            (QUARTER_MS, QUARTER_MS, start, end),
        ):
            steps[at] = replace(steps[at], passed=passed)
        full = _inside(database, start, end, timezone)
        found += [replace(step, inside=full.get(at, 0)) for at, step in sorted(steps.items())]
    return found


def _inside(database: Database, start: int, end: int, timezone: str) -> dict[int, int]:
    """Quarter → the most people inside at a time. Every day begins with nobody."""
    most: dict[int, int] = {}
    at = start
    while at < end:
        day = day_of(at, timezone)
        rows = database.conn.execute(
            "SELECT minute, SUM(entered), SUM(departed) FROM visit WHERE minute >= ? AND minute < ?"
            " GROUP BY 1 ORDER BY 1",
            (day.start, min(day.end, end)),
        )
        curve = [(day.start, 0), *inside(rows)]
        for (when, people), (until, _) in zip(curve, [*curve[1:], (min(day.end, end), 0)], strict=True):
            for quarter in range(when // QUARTER_MS * QUARTER_MS, until, QUARTER_MS):
                most[quarter] = max(most.get(quarter, 0), people)
        at = day.end
    return most
