"""The trace of a batch: where it came from, how it was kept, and what became of it, with what nobody can know.

Most sales do not say which batch they took: a plain barcode has none in it. So what is left of a batch, and who bought
of it, are given as what is certain and as what is possible.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from edge.coldchain.records import COARSE, FINE
from edge.views.receiving import SheetRow, read_sheet_row

MOST_RECEIPTS = 5_000
MOST_ITEMS = 50


@dataclass(frozen=True, slots=True)
class Excursion:
    """A fridge was out of its band for too long; `until` None: it still is."""

    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Stay:
    """A batch in a fridge. `coldest` and `warmest` None: nothing is on record of that time (any more).

    `measured_until` is where the curve ends; the stretches are five minutes, an hour for what is older than a week.
    """

    sheet: int
    fridge: str
    name: str
    since: int
    until: int | None
    coldest: int | None
    warmest: int | None
    measured_until: int | None
    excursions: tuple[Excursion, ...]


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of a receipt. `certain`: the till said that it was this batch."""

    receipt: str
    till: str
    at: int
    quantity: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """One batch of one item. Quantities count as the item's stock does.

    `sold`, `wasted`: of which the batch is on record. `unnamed`: what left the shop of this item since the batch came
    in, without a word about its batch. So between `left_least` and `left_most` are left.
    """

    item: str
    name: str
    batch: str
    sheets: tuple[SheetRow, ...]
    accepted: int
    held: int
    rejected: int
    stays: tuple[Stay, ...]
    sold: int
    wasted: int
    unnamed: int
    left_least: int
    left_most: int
    receipts: tuple[Bought, ...]
    more_receipts: int

    @property
    def came_at(self) -> int:
        """When its first sheet was opened."""
        return min(one.opened_at for one in self.sheets)


def trace(database: Database, batch: str, now: int, item: str = "") -> list[Trace]:
    """Every item that a batch of this number came in of; of one item only, when it is named."""
    rows = database.conn.execute(
        "SELECT item, GROUP_CONCAT(number) FROM receiving WHERE batch = ? AND state != 'dropped'"
        " AND (? = '' OR item = ?) GROUP BY item ORDER BY item LIMIT ?",
        (batch, item, item, MOST_ITEMS),
    ).fetchall()
    return [_trace(database, found, batch, sorted(map(int, numbers.split(","))), now) for found, numbers in rows]


def _trace(database: Database, item: str, batch: str, numbers: list[int], now: int) -> Trace:
    sheets = tuple(row for number in numbers if (row := read_sheet_row(database, number)) is not None)
    came = {
        state: sum(one.quantity for one in sheets if one.state == state) for state in ("accepted", "held", "rejected")
    }
    on_sale = [one.decided_at or one.signed_at or one.opened_at for one in sheets if one.state == "accepted"]
    bought, more, unnamed_sold = _bought(database, item, batch, min(on_sale), now) if on_sale else ([], 0, 0)
    sold = sum(one.quantity for one in bought if one.certain)
    wasted, unnamed_lost = _lost(database, item, batch, min(on_sale, default=now))
    unnamed = unnamed_sold + unnamed_lost
    left_most = max(0, came["accepted"] - sold - wasted)
    hand = database.conn.execute("SELECT hand FROM stock WHERE item = ? AND kept = 1", (item,)).fetchone()
    if hand:
        left_most = min(left_most, max(0, hand[0]))
    return Trace(
        item, sheets[0].name, batch, sheets, came["accepted"], came["held"], came["rejected"],
        tuple(_stay(database, one, row, now) for one in sheets for row in _stays(database, one.number)),
        sold, wasted, unnamed, min(left_most, max(0, came["accepted"] - sold - wasted - unnamed)), left_most,
        tuple(bought), more,
    )  # fmt: skip


def _bought(database: Database, item: str, batch: str, since: int, until: int) -> tuple[list[Bought], int, int]:
    """Receipts with this batch, or with the item and no batch; how many more of them there are; and what these sold."""
    rows = database.conn.execute(
        "SELECT receipt, device, at, lines FROM sale WHERE at >= ? AND at <= ? AND instr(lines, ?) ORDER BY at",
        (since, until, f'"{item}"'),
    )
    found: list[Bought] = []
    more = unnamed = 0
    for receipt, till, at, lines in rows:
        for quantity, named in _lines(json.loads(lines).get("lines", ()), item):
            if named not in ("", batch):
                continue
            unnamed += 0 if named else quantity
            if named or len(found) < MOST_RECEIPTS:
                found.append(Bought(receipt, till, at, quantity, bool(named)))
            else:
                more += 1
    return sorted(found, key=lambda one: (not one.certain, one.at)), more, unnamed


def _lines(rows: Iterable[list[object]], item: str) -> Iterable[tuple[int, str]]:
    """(quantity, batch) of the lines of one item; see `edge.proof.sold`."""
    for row in rows:
        if row[0] == item and isinstance(row[3], int):
            more = row[5] if len(row) > 5 and isinstance(row[5], dict) else {}
            yield row[3], str(more.get("batch", ""))


def _lost(database: Database, item: str, batch: str, since: int) -> tuple[int, int]:
    """What was thrown away of the batch, and what else left the shelf without a sale and without a batch's name."""
    sql = database.conn
    (named,) = sql.execute(
        "SELECT COALESCE(SUM(quantity), 0) FROM batch_waste WHERE batch = ? AND item = ?", (batch, item)
    ).fetchone()
    (unnamed,) = sql.execute(
        "SELECT COALESCE(-SUM(hand), 0) FROM stock_move WHERE item = ? AND at >= ? AND kind IN ('waste', 'collected')"
        " AND id NOT IN (SELECT move FROM batch_waste)",
        (item, since),
    ).fetchone()
    return int(named), int(unnamed)


def _stays(database: Database, number: int) -> list[tuple[str, int, int | None]]:
    rows = database.conn.execute(
        "SELECT fridge, since, until FROM batch_stay WHERE receiving = ? ORDER BY since", (number,)
    )
    return list(rows)


def _stay(database: Database, sheet: SheetRow, row: tuple[str, int, int | None], now: int) -> Stay:
    fridge, since, until = row
    end, sql = until or now, database.conn
    name = sql.execute("SELECT name FROM fridge WHERE id = ?", (fridge,)).fetchone()
    low, high, last = sql.execute(
        "SELECT MIN(low), MAX(high), MAX(at + step) FROM cold_curve WHERE fridge = :fridge AND ("
        " (step = :fine AND at >= :since / :fine * :fine AND at < :end)"
        " OR (step = :coarse AND at >= :since / :coarse * :coarse AND at < :end AND at + :coarse <="
        "   COALESCE((SELECT MIN(at) FROM cold_curve WHERE fridge = :fridge AND step = :fine), :end)))",
        {"fridge": fridge, "fine": FINE, "coarse": COARSE, "since": since, "end": end},
    ).fetchone()
    excursions = _excursions(database, fridge, since, end)
    measured = None if last is None else min(last, end)
    return Stay(sheet.number, fridge, name[0] if name else fridge, since, until, low, high, measured, excursions)


def _excursions(database: Database, fridge: str, since: int, end: int) -> tuple[Excursion, ...]:
    """Excursions that the ledger has of the fridge, as far as they touch the stay."""
    rows = database.conn.execute(
        "SELECT at, kind FROM ledger WHERE subject = ? AND kind IN ('cold.excursion', 'cold.back') ORDER BY seq",
        (fridge,),
    )
    found: list[Excursion] = []
    for at, kind in rows:
        if kind == "cold.excursion":
            found.append(Excursion(at, None))
        elif found and found[-1].until is None:
            found[-1] = Excursion(found[-1].since, at)
    return tuple(one for one in found if one.since < end and (one.until is None or one.until > since))
