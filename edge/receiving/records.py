"""Receiving sheets on disk: each step with its ledger row, its movement of stock and its EPCIS event at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from edge.epcis import book
from edge.epcis.events import Disposition, Lot, Reading, Site, Step, object_event, readings
from edge.inventory.facts import Kind, Movement
from edge.inventory.records import note
from edge.receiving.announced import is_expected
from edge.receiving.config import band_of
from edge.receiving.machine import (
    Accept,
    Drop,
    Event,
    Hold,
    Keeps,
    Measured,
    Objection,
    Reject,
    Release,
    Rules,
    Sheet,
    State,
    objections,
    step,
)
from edge.store import Transaction

MOST_READINGS = 500
_COLUMNS = "state, item, batch, expires, quantity, keeps, source, delivery, place, fridge, coldest, warmest, humidity"


@dataclass(frozen=True, slots=True)
class Arrived:
    """What somebody finds at the door. `quantity`: pieces, or grams, millilitres or millimetres, as the item is sold.

    `expires` is an ISO date or ""; `delivery` and `place` name the announced line, if there is one.
    """

    item: str
    batch: str
    quantity: int
    keeps: Keeps
    expires: str = ""
    source: str = ""
    delivery: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A sheet as it is on disk."""

    number: int
    arrived: Arrived
    sheet: Sheet
    fridge: str


@dataclass(frozen=True, slots=True)
class Registrar:
    """Writes sheets for one shop."""

    site: Site
    rules: Rules

    def open(self, tx: Transaction, arrived: Arrived, by: str) -> int:
        """Open a sheet; returns its number. An announced line is checked in once. Raises ValueError."""
        if arrived.delivery and not is_expected(tx, arrived.delivery, arrived.place):
            raise ValueError(f"line {arrived.place + 1} of delivery {arrived.delivery} is not expected any more")
        cursor = tx.sql.execute(
            "INSERT INTO receiving (state, item, batch, expires, quantity, keeps, source, delivery, place, opened_at,"
            " opened_by) VALUES ('open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (arrived.item, arrived.batch, arrived.expires, arrived.quantity, arrived.keeps.value, arrived.source,
             arrived.delivery, arrived.place, tx.now, by),
        )  # fmt: skip
        number = int(cursor.lastrowid or 0)
        self._record(tx, "opened", number, arrived, {"by": by})
        return number

    def measure(self, tx: Transaction, number: int, said: Sequence[Reading], by: str) -> None:
        """Add readings to an open sheet. Raises ValueError."""
        kept = read_sheet(tx, number)
        (known,) = tx.sql.execute("SELECT COUNT(*) FROM receiving_reading WHERE receiving = ?", (number,)).fetchone()
        if known + len(said) > MOST_READINGS:
            raise ValueError(f"a sheet holds {MOST_READINGS} readings")
        sheet = kept.sheet
        for one in said:
            sheet = step(sheet, Measured(one.centi, one.humidity), self._today(tx), self.rules)
        tx.sql.executemany(
            "INSERT INTO receiving_reading VALUES (?, ?, ?, ?, ?, ?)",
            [(number, known + n, one.at, one.centi, one.humidity, one.sensor) for n, one in enumerate(said, start=1)],
        )
        tx.sql.execute(
            "UPDATE receiving SET coldest = ?, warmest = ?, humidity = ? WHERE number = ?",
            (sheet.coldest, sheet.warmest, sheet.humidity, number),
        )
        told = [[one.at, one.centi, one.humidity, one.sensor] for one in said]
        self._record(tx, "measured", number, kept.arrived, {"by": by, "readings": told})

    def sign(self, tx: Transaction, number: int, event: Accept | Hold, fridge: str, by: str) -> State:
        """Sign an open sheet; what is accepted is in stock from this commit on. Raises ValueError."""
        kept, after, against = self._step(tx, number, event)
        self._known_fridge(tx, fridge)
        why = event.why.strip() if isinstance(event, Hold) else ""
        why = "; ".join(part for part in (", ".join(against), why) if part)
        tx.sql.execute(
            "UPDATE receiving SET state = ?, signed_at = ?, signed_by = ?, why = ?, fridge = ? WHERE number = ?",
            (after.state.value, tx.now, by, why, fridge, number),
        )
        if fridge:
            tx.sql.execute("INSERT INTO batch_stay VALUES (?, ?, ?, NULL)", (number, tx.now, fridge))
        if after.state is State.ACCEPTED:
            self._take_in(tx, kept, by)
        fact = {"by": by, "why": why, "coldest": after.coldest, "warmest": after.warmest, "humidity": after.humidity}
        self._record(tx, after.state.value, number, kept.arrived, fact)
        self._tell(tx, kept, Step.RECEIVING, _disposition(after.state, against), measured=True)
        return after.state

    def decide(self, tx: Transaction, number: int, event: Release | Reject | Drop, by: str) -> State:
        """Decide on a sheet that is held, or drop an open one. Raises ValueError."""
        kept, after, _ = self._step(tx, number, event)
        why = "" if isinstance(event, Drop) else event.why.strip()
        tx.sql.execute(
            "UPDATE receiving SET state = ?, decided_at = ?, decided_by = ?, decided = ? WHERE number = ?",
            (after.state.value, tx.now, by, why, number),
        )
        if after.state is State.ACCEPTED:
            self._take_in(tx, kept, by)
        elif after.state is State.REJECTED:
            tx.sql.execute("UPDATE batch_stay SET until = ? WHERE receiving = ? AND until IS NULL", (tx.now, number))
        word = "released" if isinstance(event, Release) else after.state.value
        self._record(tx, word, number, kept.arrived, {"by": by, "why": why})
        if after.state is not State.DROPPED:
            self._tell(tx, kept, Step.INSPECTING, _disposition(after.state, ()), measured=False)
        return after.state

    def move(self, tx: Transaction, number: int, fridge: str, by: str) -> None:
        """The batch lies elsewhere now; "" for a place that nobody measures. Raises ValueError."""
        kept = read_sheet(tx, number)
        self._known_fridge(tx, fridge)
        if kept.sheet.state not in (State.ACCEPTED, State.HELD):
            raise ValueError(f"the sheet is {kept.sheet.state}")
        tx.sql.execute("UPDATE batch_stay SET until = ? WHERE receiving = ? AND until IS NULL", (tx.now, number))
        if fridge:
            tx.sql.execute("INSERT OR REPLACE INTO batch_stay VALUES (?, ?, ?, NULL)", (number, tx.now, fridge))
        self._record(tx, "moved", number, kept.arrived, {"by": by, "fridge": fridge})

    def _step(self, tx: Transaction, number: int, event: Event) -> tuple[Kept, Sheet, tuple[Objection, ...]]:
        kept, today = read_sheet(tx, number), self._today(tx)
        return kept, step(kept.sheet, event, today, self.rules), objections(kept.sheet, today, self.rules)

    def _take_in(self, tx: Transaction, kept: Kept, by: str) -> None:
        """From now on it is stock. A delivery that head office books by itself has the same names and counts once."""
        came = kept.arrived
        name = f"{came.delivery}:{came.place}" if came.delivery else f"sheet-{kept.number}"
        note(tx, [Movement(f"delivery:{name}", came.item, Kind.DELIVERY, tx.now, came.quantity, by=by, why=came.batch)])

    def _tell(self, tx: Transaction, kept: Kept, what: Step, disposition: Disposition, *, measured: bool) -> None:
        came = kept.arrived
        said = [
            Reading(*row)
            for row in tx.sql.execute(
                "SELECT at, centi, humidity, sensor FROM receiving_reading WHERE receiving = ? ORDER BY n",
                (kept.number,),
            )
        ]
        event = object_event(
            self.site, f"receiving-{kept.number}-{what}", tx.now, what, disposition,
            [Lot(came.item, came.batch, came.quantity, unit_of(tx, came.item))],
            readings(self.site, said if measured else ()), papers=came.delivery,
        )  # fmt: skip
        book.write(tx, event, tx.now)

    def _record(self, tx: Transaction, word: str, number: int, came: Arrived, more: dict[str, Any]) -> None:
        body = {"sheet": number, "item": came.item, "batch": came.batch, "expires": came.expires}
        body |= {"quantity": came.quantity, "keeps": came.keeps.value, "source": came.source}
        tx.record(f"receiving.{word}", f"receiving-{number}", body | more)
        tx.topics.add("receiving")

    def _known_fridge(self, tx: Transaction, fridge: str) -> None:
        if fridge and not tx.sql.execute("SELECT 1 FROM fridge WHERE id = ?", (fridge,)).fetchone():
            raise ValueError(f"there is no fridge {fridge}")

    def _today(self, tx: Transaction) -> date:
        return today(tx.now, self.site.timezone)


def read_sheet(tx: Transaction, number: int) -> Kept:
    """A sheet from disk. Raises ValueError when there is none."""
    row = tx.sql.execute(f"SELECT {_COLUMNS} FROM receiving WHERE number = ?", (number,)).fetchone()  # noqa: S608  ours
    if row is None:
        raise ValueError(f"there is no sheet {number}")
    state, item, batch, expires, quantity, keeps, source, delivery, place, fridge, coldest, warmest, humidity = row
    arrived = Arrived(item, batch, quantity, Keeps(keeps), expires, source, delivery, place)
    return Kept(number, arrived, make_sheet(state, arrived.keeps, expires, coldest, warmest, humidity), fridge)


def make_sheet(
    state: str, keeps: Keeps, expires: str, coldest: int | None, warmest: int | None, humidity: int | None
) -> Sheet:
    """A sheet of the machine from its columns."""
    low, high = band_of(keeps)
    return Sheet(State(state), low, high, date.fromisoformat(expires) if expires else None, coldest, warmest, humidity)


def today(now: int, timezone: str) -> date:
    """The date on the shop's clock."""
    return datetime.fromtimestamp(now / 1000, tz=ZoneInfo(timezone)).date()


_UNITS = {"kg": "GRM", "l": "MLT", "m": "MMT"}
"""UN/ECE codes of the thousandths in which measured goods are counted."""


def unit_of(tx: Transaction, item: str) -> str:
    """The unit in which an item's stock is counted, by how it is sold; "" for pieces."""
    row = tx.sql.execute("SELECT per FROM price WHERE item = ? ORDER BY version DESC LIMIT 1", (item,)).fetchone()
    return _UNITS.get(row[0], "") if row else ""


def _disposition(state: State, against: Sequence[Objection]) -> Disposition:
    match state:
        case State.ACCEPTED:
            return Disposition.IN_PROGRESS
        case State.REJECTED:
            return Disposition.RETURNED
    return Disposition.EXPIRED if Objection.EXPIRED in against else Disposition.NON_SELLABLE
