"""Where on the floor plan people were and for how long, over any spans of time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import numpy.typing as npt
from sqlite_utils import Database

from edge.views.day import day_of
from edge.vision.ground import CELL_M
from edge.vision.scene import CELLS_ACROSS

Span = tuple[int, int]
"""From, to: UTC epoch milliseconds, the end not included."""
HOUR_MS = 3_600_000
BODY_M = 0.3
"""Standard deviation of the room that a body takes, metres."""


@dataclass(frozen=True, slots=True)
class Heat:
    """A grid over the floor plan. Row 0, column 0 is its upper left corner; every cell is `cell_m` metres wide."""

    cell_m: float
    dwell_s: npt.NDArray[np.float64]
    """Seconds that people were in each cell, all of them together: (rows, columns)."""
    visits: npt.NDArray[np.int64]
    """How often somebody came into the cell."""

    def smooth(self) -> npt.NDArray[np.float64]:
        """The dwell for a picture: each stay spread over the room that a body takes. Sums up to the same."""
        if not self.dwell_s.size:
            return self.dwell_s
        across = (BODY_M / self.cell_m, BODY_M / self.cell_m)
        spread = cv2.GaussianBlur(self.dwell_s, (0, 0), *across, borderType=cv2.BORDER_REFLECT)
        return np.asarray(spread, np.float64)

    @property
    def empty(self) -> bool:
        """Whether nobody was anywhere."""
        return not self.visits.any() and not self.dwell_s.any()


def read_heat(
    database: Database, spans: Iterable[Span], cameras: Sequence[str] = (), plan_m: tuple[float, float] | None = None
) -> Heat:
    """All of it in these spans. `cameras`: only these; () is all. `plan_m`: width and height of the plan in metres, to
    which the grid is cut or filled; None fits it to where people were. Cameras that see the same place add up.
    """
    dwell, visits = np.zeros((CELLS_ACROSS, CELLS_ACROSS)), np.zeros((CELLS_ACROSS, CELLS_ACROSS), np.int64)
    where = f" AND camera IN ({', '.join('?' * len(cameras))})" if cameras else ""
    for start, end in spans:
        rows = database.conn.execute(
            "SELECT y, x, SUM(dwell_ms), SUM(visits) FROM heat WHERE quarter >= ? AND quarter < ?"  # noqa: S608  # question marks
            f"{where} GROUP BY y, x",
            (start, end, *cameras),
        ).fetchall()
        if rows:
            y, x, stayed, came = (np.array(column) for column in zip(*rows, strict=True))
            dwell[y, x] += stayed / 1000
            visits[y, x] += came
    if plan_m is None:
        rows_used, columns_used = (np.flatnonzero((dwell + visits).any(axis=axis)) for axis in (1, 0))
        height, width = (int(used[-1]) + 1 if len(used) else 0 for used in (rows_used, columns_used))
    else:
        width, height = (min(CELLS_ACROSS, int(np.ceil(side / CELL_M))) for side in plan_m)
    return Heat(CELL_M, dwell[:height, :width], visits[:height, :width])


def hour_of_days(now: int, timezone: str, hour: int, days: int) -> list[Span]:
    """An hour of the wall clock on each of the last `days` days, today included. A day may lack an hour."""
    zone, spans = ZoneInfo(timezone), []
    for back in range(days):
        day = day_of(now, timezone, back)
        date = datetime.fromtimestamp(day.start / 1000, tz=UTC).astimezone(zone).date()
        begins = datetime(date.year, date.month, date.day, hour, tzinfo=zone)
        start = int(begins.timestamp() * 1000)
        if datetime.fromtimestamp(start / 1000, tz=UTC).astimezone(zone).hour == hour:
            spans.append((start, start + HOUR_MS))
    return spans
