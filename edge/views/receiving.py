"""The goods entrance: what is expected, what is being checked, what is held, and what was signed last."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlite_utils import Database

from edge.receiving.announced import UNCHECKED
from edge.receiving.machine import Keeps, Missing, Objection, Rules, Sheet, missing, objections
from edge.receiving.records import make_sheet

MOST = 200
LAST_SIGNED = 30
_NAME = "COALESCE((SELECT name FROM price p WHERE p.item = {}.item ORDER BY version DESC LIMIT 1), '')"
_COLUMNS = (
    "batch, expires, quantity, keeps, source, delivery, fridge, coldest, warmest, humidity, opened_at, opened_by,"
    " signed_at, signed_by, why, decided_at, decided_by, decided"
)
_SHEET = f"SELECT number, state, item, {_NAME.format('r')}, {_COLUMNS} FROM receiving r"  # noqa: S608  ours


@dataclass(frozen=True, slots=True)
class Expected:
    """A line of a delivery that head office announced."""

    delivery: str
    place: int
    item: str
    name: str
    quantity: int
    batch: str
    expires: str
    keeps: str
    source: str
    due: int


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One sheet. Temperatures are hundredths of a degree Celsius, times UTC epoch milliseconds."""

    number: int
    state: str
    item: str
    name: str
    batch: str
    expires: str
    quantity: int
    keeps: str
    source: str
    delivery: str
    fridge: str
    coldest: int | None
    warmest: int | None
    humidity: int | None
    opened_at: int
    opened_by: str
    signed_at: int | None
    signed_by: str
    why: str
    decided_at: int | None
    decided_by: str
    decided: str

    @property
    def sheet(self) -> Sheet:
        """The same for the machine."""
        return make_sheet(self.state, Keeps(self.keeps), self.expires, self.coldest, self.warmest, self.humidity)

    def missing(self) -> tuple[Missing, ...]:
        """What has to be measured or noted before it can be signed."""
        return missing(self.sheet)

    def objections(self, today: date, rules: Rules) -> tuple[Objection, ...]:
        """What speaks against it today."""
        return objections(self.sheet, today, rules)


@dataclass(frozen=True, slots=True)
class Entrance:
    """Everything that the page shows."""

    expected: tuple[Expected, ...]
    open: tuple[SheetRow, ...]
    held: tuple[SheetRow, ...]
    signed: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits at the entrance: `due` lines that should be here, sheets that are open, batches that are held."""

    due: int
    open: int
    held: int


def read_entrance(database: Database) -> Entrance:
    """What waits first comes first."""
    sql = database.conn
    expected = sql.execute(
        f"SELECT delivery, place, item, {_NAME.format('a')}, quantity, batch, expires, keeps, source, due"  # noqa: S608
        f" FROM announced a WHERE {UNCHECKED} ORDER BY due, delivery, place LIMIT ?",
        (MOST,),
    ).fetchall()
    return Entrance(
        tuple(Expected(*row) for row in expected),
        _sheets(database, "state = 'open' ORDER BY number", MOST),
        _sheets(database, "state = 'held' ORDER BY signed_at", MOST),
        _sheets(database, "state IN ('accepted', 'rejected') ORDER BY number DESC", LAST_SIGNED),
    )


def read_sheet_row(database: Database, number: int) -> SheetRow | None:
    """One sheet; None when there is none."""
    row = database.conn.execute(_SHEET + " WHERE number = ?", (number,)).fetchone()
    return SheetRow(*row) if row else None


def read_readings(database: Database, number: int) -> list[dict[str, Any]]:
    """The readings of a sheet, in order."""
    rows = database.conn.execute(
        "SELECT at, centi, humidity, sensor FROM receiving_reading WHERE receiving = ? ORDER BY n", (number,)
    )
    return [dict(zip(("at", "centi", "humidity", "sensor"), row, strict=True)) for row in rows]


def count_waiting(database: Database, now: int) -> Waiting:
    """For the overview."""
    sql = database.conn
    (due,) = sql.execute(f"SELECT COUNT(*) FROM announced a WHERE due <= ? AND {UNCHECKED}", (now,)).fetchone()  # noqa: S608
    (opened, held) = sql.execute(
        "SELECT COALESCE(SUM(state = 'open'), 0), COALESCE(SUM(state = 'held'), 0) FROM receiving"
        " WHERE state IN ('open', 'held')"
    ).fetchone()
    return Waiting(due, opened, held)


def _sheets(database: Database, which: str, most: int) -> tuple[SheetRow, ...]:
    rows = database.conn.execute(f"{_SHEET} WHERE {which} LIMIT ?", (most,)).fetchall()
    return tuple(SheetRow(*row) for row in rows)
