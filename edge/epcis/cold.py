"""Excursions of fridges as EPCIS events: what the sensor said, and which batches lay there, as far as anybody said."""

from dataclasses import dataclass

from cloud_sync.contract.epcis import iso
from edge.coldchain.config import FridgeConfig
from edge.coldchain.machine import Look
from edge.coldchain.records import FINE
from edge.epcis import book
from edge.epcis.events import Disposition, Lot, Site, Step, object_event, report
from edge.receiving.records import unit_of
from edge.store import Transaction

MOST_LOTS = 100


@dataclass(frozen=True, slots=True)
class ColdEvents:
    """Tells of the beginning and the end of an excursion, in the transaction that found it."""

    site: Site

    def __call__(self, tx: Transaction, fridge: FridgeConfig, before: Look, after: Look) -> None:
        """A fridge looks otherwise than before."""
        if Look.EXCURSION not in (before, after):
            return
        began = after is Look.EXCURSION
        (centi,) = tx.sql.execute("SELECT centi FROM fridge WHERE id = ?", (fridge.id,)).fetchone()
        device = self.site.own(fridge.sensor)
        if began:
            metadata = {"time": iso(tx.now), "deviceID": device}
            said = report("Temperature", "CEL", centi, alarm=True)
        else:
            since = _began(tx, fridge.id)
            low, high = tx.sql.execute(
                "SELECT COALESCE(MIN(low), ?), COALESCE(MAX(high), ?) FROM cold_curve"
                " WHERE fridge = ? AND step = ? AND at >= ?",
                (centi, centi, fridge.id, FINE, since // FINE * FINE),
            ).fetchone()
            metadata = {"startTime": iso(since), "endTime": iso(tx.now), "deviceID": device}
            said = report("Temperature", "CEL", centi, low, high)
        event = object_event(
            self.site, f"cold-{fridge.id}-{tx.now}-{'began' if began else 'ended'}", tx.now, Step.SENSOR_REPORTING,
            Disposition.UNKNOWN, _lots(tx, fridge.id), [{"sensorMetadata": metadata, "sensorReport": [said]}],
            spot=fridge.id,
        )  # fmt: skip
        book.write(tx, event, tx.now)


def _began(tx: Transaction, fridge: str) -> int:
    """When the excursion that ends now began, by the ledger."""
    row = tx.sql.execute(
        "SELECT at FROM ledger WHERE subject = ? AND kind = 'cold.excursion' ORDER BY seq DESC LIMIT 1", (fridge,)
    ).fetchone()
    return int(row[0]) if row else tx.now


def _lots(tx: Transaction, fridge: str) -> list[Lot]:
    """Batches that may still lie in the fridge: of what is on sale, no more than the book says is there."""
    rows = tx.sql.execute(
        "SELECT r.item, r.batch, SUM(r.quantity), MAX(r.state = 'held'), COALESCE(MAX(s.hand), 0)"
        " FROM batch_stay b JOIN receiving r ON r.number = b.receiving LEFT JOIN stock s ON s.item = r.item"
        " WHERE b.fridge = ? AND b.until IS NULL GROUP BY r.item, r.batch ORDER BY MAX(b.since) DESC LIMIT ?",
        (fridge, MOST_LOTS),
    ).fetchall()
    there = [(item, batch, came if held else min(came, hand)) for item, batch, came, held, hand in rows]
    return [Lot(item, batch, left, unit_of(tx, item)) for item, batch, left in there if left > 0]
