"""What cameras tell, written into the store of record: each crossing once, each running total as far as it grew."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.store import Transaction
from edge.vision.facts import Crossing, Totals
from edge.vision.line import Direction, LineKind
from edge.vision.scene import CELLS_ACROSS

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
QUARTER_MS = 15 * MINUTE_MS
MINUTES_KEPT_MS = 35 * DAY_MS
"""So long zones and the floor are kept by minutes and quarters; older figures are hours."""
_ADD_VISIT = (
    "INSERT INTO visit (camera, line, minute, entered, departed, again, parties, staff)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (camera, line, minute) DO UPDATE SET"
    " entered = entered + excluded.entered, departed = departed + excluded.departed, again = again + excluded.again,"
    " parties = parties + excluded.parties, staff = staff + excluded.staff, sent = 0"
)
_GROW_ZONE = (
    "INSERT INTO zone_minute VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (camera, zone, minute, epoch) DO UPDATE SET visits = MAX(visits, excluded.visits),"
    " dwell_ms = MAX(dwell_ms, excluded.dwell_ms), waited = MAX(waited, excluded.waited),"
    " waited_ms = MAX(waited_ms, excluded.waited_ms), longest_ms = MAX(longest_ms, excluded.longest_ms),"
    " most = MAX(most, excluded.most)"
)
_GROW_CELL = (
    "INSERT INTO heat VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (camera, quarter, x, y, epoch) DO UPDATE SET"
    " visits = MAX(visits, excluded.visits), dwell_ms = MAX(dwell_ms, excluded.dwell_ms)"
)


@dataclass(frozen=True, slots=True)
class Excused:
    """A crossing that was told, and turned out to be a member of staff."""

    crossing: Crossing


def count_crossings(tx: Transaction, crossings: Sequence[Crossing]) -> list[None]:
    """A lane of the store of record: add crossings to their minutes, each once."""
    for one in crossings:
        row = tx.sql.execute(
            "SELECT seq FROM sender WHERE device = ? AND epoch = ?", (one.camera, one.epoch)
        ).fetchone()
        if row and one.n <= row[0]:
            continue
        tx.sql.execute("INSERT OR REPLACE INTO sender VALUES (?, ?, ?)", (one.camera, one.epoch, one.n))
        _add(tx, one, 1)
    return [None] * len(crossings)


def excuse(tx: Transaction, excused: Sequence[Excused]) -> list[None]:
    """A lane: take crossings back that were told before a badge said that they were staff."""
    for one in excused:
        _add(tx, one.crossing, -1)
        if one.crossing.kind is LineKind.ENTRANCE:
            _add_visit(tx, one.crossing, staff=1)
    return [None] * len(excused)


def take_totals(tx: Transaction, told: Sequence[Totals]) -> list[int]:
    """A lane: let zones and cells grow. What is older than what minutes are kept for is passed over, and counted."""
    passed_over = []
    for one in told:
        horizon = tx.now - MINUTES_KEPT_MS
        zones = [total for total in one.zones if total.minute >= horizon]
        cells = [
            total
            for total in one.cells
            if total.quarter >= horizon and 0 <= total.x < CELLS_ACROSS and 0 <= total.y < CELLS_ACROSS
        ]
        tx.sql.executemany(
            _GROW_ZONE,
            [
                (one.camera, z.zone, z.minute, one.epoch, MINUTE_MS, z.kind.value, z.visits, z.dwell_ms, z.waited,
                 z.waited_ms, z.longest_ms, z.most)
                for z in zones
            ],
        )  # fmt: skip
        tx.sql.executemany(
            _GROW_CELL,
            [(one.camera, c.quarter, c.x, c.y, one.epoch, QUARTER_MS, c.visits, c.dwell_ms) for c in cells],
        )
        tx.topics.add("visits")
        passed_over.append(len(one.zones) + len(one.cells) - len(zones) - len(cells))
    return passed_over


def _add(tx: Transaction, one: Crossing, sign: int) -> None:
    tx.topics.add("visits")
    if one.kind is LineKind.PASSAGE:
        if not one.staff:
            tx.sql.execute(
                "INSERT INTO passing VALUES (?, ?, ?, ?)"
                " ON CONFLICT (camera, line, minute) DO UPDATE SET passed = passed + excluded.passed",
                (one.camera, one.line, _minute(one), sign),
            )
    elif one.staff:
        _add_visit(tx, one, staff=sign)
    elif one.direction is Direction.OUT:
        _add_visit(tx, one, departed=sign)
    else:
        _add_visit(tx, one, entered=sign, again=sign * one.again, parties=sign * (not one.joined))


def _add_visit(
    tx: Transaction,
    one: Crossing,
    entered: int = 0,
    departed: int = 0,
    again: int = 0,
    parties: int = 0,
    staff: int = 0,
) -> None:
    tx.sql.execute(_ADD_VISIT, (one.camera, one.line, _minute(one), entered, departed, again, parties, staff))


def _minute(one: Crossing) -> int:
    return one.at // MINUTE_MS * MINUTE_MS
