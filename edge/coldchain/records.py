"""Fridges on disk: how each is, its curve, and the ledger's word on every excursion."""

from collections.abc import Sequence

from drivers.base import Measure
from edge.coldchain.config import FridgeConfig
from edge.coldchain.machine import Cold, Look, Passed, Read, step
from edge.store import Transaction

FINE, COARSE = 300_000, 3_600_000
KEEP = {FINE: 7 * 86_400_000, COARSE: 400 * 86_400_000}
_COLUMNS = "centi, heard, counted, outside_ms, look"


def keep_fridges(tx: Transaction, fridges: Sequence[FridgeConfig]) -> None:
    """Take over what the configuration says; fridges that are gone from it are forgotten with their curves."""
    known = {one.id for one in fridges}
    for (fridge,) in tx.sql.execute("SELECT id FROM fridge").fetchall():
        if fridge not in known:
            tx.sql.execute("DELETE FROM fridge WHERE id = ?", (fridge,))
    for one in fridges:
        band = one.limits()
        tx.sql.execute(
            "INSERT INTO fridge (id, name, place, sensor, low, high, look_at, heard, counted)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name,"
            " place = excluded.place, sensor = excluded.sensor, low = excluded.low, high = excluded.high",
            (one.id, one.name or one.id, one.place, one.sensor, band.low, band.high, tx.now, tx.steady, tx.steady),
        )
    tx.topics.add("fridges")


def let_pass(tx: Transaction, one: FridgeConfig) -> tuple[Look, Look]:
    """Let time pass at a fridge; returns how it was and how it is."""
    before = _read(tx, one.id)
    return before.look, _keep(tx, one, before, step(before, Passed(), tx.steady, one.limits()))


def take_reading(tx: Transaction, one: FridgeConfig, centi: int, humidity: int | None) -> tuple[Look, Look]:
    """A sensor said how cold a fridge is; returns how it was and how it is."""
    before = _read(tx, one.id)
    after = _keep(tx, one, before, step(before, Read(centi), tx.steady, one.limits()))
    tx.sql.execute(
        "UPDATE fridge SET read_at = ?, humidity = COALESCE(?, humidity) WHERE id = ?", (tx.now, humidity, one.id)
    )
    for length, kept in KEEP.items():
        tx.sql.execute(
            "INSERT INTO cold_curve VALUES (?, ?, ?, ?, ?) ON CONFLICT (fridge, step, at) DO UPDATE SET"
            " low = MIN(low, excluded.low), high = MAX(high, excluded.high)",
            (one.id, length, tx.now // length * length, centi, centi),
        )
        tx.sql.execute(
            "DELETE FROM cold_curve WHERE fridge = ? AND step = ? AND at < ?", (one.id, length, tx.now - kept)
        )
    tx.topics.add("fridges")
    return before.look, after


def in_centi(measure: Measure) -> int | None:
    """A measure as hundredths of a degree Celsius; None when it is no believable temperature."""
    if not isinstance(measure.value, int):
        return None
    match measure.unit:
        case "c°C":
            centi = measure.value
        case "m°C":
            centi = round(measure.value / 10)
        case _:
            return None
    return centi if -9_000 <= centi <= 9_000 else None


def _read(tx: Transaction, fridge: str) -> Cold:
    centi, heard, counted, outside_ms, look = tx.sql.execute(
        f"SELECT {_COLUMNS} FROM fridge WHERE id = ?",  # noqa: S608
        (fridge,),
    ).fetchone()
    return Cold(centi, heard, counted, outside_ms, look == Look.EXCURSION, look == Look.SILENT)


def _keep(tx: Transaction, one: FridgeConfig, before: Cold, after: Cold) -> Look:
    """Write a fridge's state. The beginning and the end of an excursion go into the ledger."""
    look = after.look
    tx.sql.execute(
        "UPDATE fridge SET centi = ?, heard = ?, counted = ?, outside_ms = ?, look = ? WHERE id = ?",
        (after.centi, after.heard, after.at, after.outside_ms, look.value, one.id),
    )
    if look is before.look:
        return look
    tx.sql.execute("UPDATE fridge SET look_at = ? WHERE id = ?", (tx.now, one.id))
    tx.topics.add("fridges")
    if Look.EXCURSION in (look, before.look):
        kind = "cold.excursion" if look is Look.EXCURSION else "cold.back"
        band = one.limits()
        tx.record(kind, one.id, {"centi": after.centi, "low": band.low, "high": band.high, "sensor": one.sensor})
    return look
