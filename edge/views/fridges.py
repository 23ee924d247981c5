"""Fridges and freezers: how each is, and its curve."""

from dataclasses import dataclass

from sqlite_utils import Database

from edge.coldchain.records import FINE

MOST = 200


@dataclass(frozen=True, slots=True)
class Point:
    """The coldest and the warmest reading of five minutes, hundredths of a degree Celsius."""

    at: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Fridge:
    """One fridge. Temperatures are hundredths of a degree Celsius, times UTC epoch milliseconds."""

    id: str
    name: str
    place: str
    sensor: str
    low: int | None
    high: int
    look: str
    since: int
    centi: int | None
    read_at: int | None
    humidity: int | None
    outside_ms: int
    curve: tuple[Point, ...]


def read_fridges(database: Database, now: int, for_ms: int = 86_400_000) -> list[Fridge]:
    """Those that need somebody first. `for_ms`: how much of the curve."""
    rows = database.conn.execute(
        "SELECT id, name, place, sensor, low, high, look, look_at, centi, read_at, humidity, outside_ms FROM fridge"
        " ORDER BY CASE look WHEN 'excursion' THEN 0 WHEN 'silent' THEN 1 WHEN 'outside' THEN 2 ELSE 3 END, name"
        " LIMIT ?",
        (MOST,),
    ).fetchall()
    return [
        Fridge(
            fridge,
            name,
            place,
            sensor,
            low,
            high,
            look,
            since,
            centi,
            read_at,
            humidity,
            outside_ms,
            _curve(database, fridge, now - for_ms),
        )
        for fridge, name, place, sensor, low, high, look, since, centi, read_at, humidity, outside_ms in rows
    ]


def _curve(database: Database, fridge: str, start: int) -> tuple[Point, ...]:
    rows = database.conn.execute(
        "SELECT at, low, high FROM cold_curve WHERE fridge = ? AND step = ? AND at >= ? ORDER BY at",
        (fridge, FINE, start),
    )
    return tuple(Point(*row) for row in rows)
