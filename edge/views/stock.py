"""What is in stock and what is to be picked, as the console and tablets show it. Every figure has its age."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlite_utils import Database

from edge.pickup.clock import Haste, haste
from edge.pickup.codes import MOST_TRIES

MOST_ORDERS = 200
_NAME = "COALESCE((SELECT name FROM price p WHERE p.item = {}.item ORDER BY version DESC LIMIT 1), '')"


class Only(StrEnum):
    """Which items to show."""

    ALL = "all"
    LOW = "low"
    OUT = "out"
    WRONG = "wrong"
    """The book says less than nothing: something was sold that no delivery brought."""


_WHERE = {Only.ALL: "1", Only.LOW: "level != 'enough'", Only.OUT: "hand <= reserved", Only.WRONG: "hand < 0"}


@dataclass(frozen=True, slots=True)
class StockRow:
    """One item. `heard_at`: when its last movement was recorded. `difference`: of the last count, against the book."""

    item: str
    name: str
    hand: int
    reserved: int
    level: str
    minimum: int | None
    safety: int | None
    heard_at: int
    counted_at: int | None
    counted: int | None
    difference: int | None

    @property
    def free(self) -> int:
        """What may still be promised."""
        return self.hand - self.reserved


@dataclass(frozen=True, slots=True)
class StockSums:
    """Counts of items. `as_of`: up to then every till's sales are in the figures (UTC epoch milliseconds)."""

    items: int
    low: int
    out: int
    wrong: int
    as_of: int

    @property
    def out_rate(self) -> Fraction | None:
        """The share of items that are out of stock; None without items."""
        return Fraction(self.out, self.items) if self.items else None


@dataclass(frozen=True, slots=True)
class Order:
    """An order to pick, or to hand out. `lines`: (item, name, quantity)."""

    id: str
    state: str
    at: int
    until: int
    haste: Haste
    lines: tuple[tuple[str, str, int], ...]
    by_code: bool
    locked: bool


@dataclass(frozen=True, slots=True)
class Orders:
    """Customers' orders: to put aside, of these how many are soon or already late, and to hand out."""

    to_pick: int
    soon: int
    late: int
    to_give: int


def sum_stock(database: Database, now: int, items: Sequence[str] = ()) -> StockSums:
    """Counts over all items under stock control, or over a list of them (what is unknown on it is out of stock)."""
    marks = ",".join("?" * len(items))
    where = f"item IN ({marks})" if items else "kept = 1"
    row = database.conn.execute(
        "SELECT COUNT(*), COALESCE(SUM(level != 'enough'), 0), COALESCE(SUM(hand <= reserved), 0),"  # noqa: S608  marks
        f" COALESCE(SUM(hand < 0), 0) FROM stock WHERE {where}",
        tuple(items),
    ).fetchone()
    strangers = len(set(items)) - row[0] if items else 0
    return StockSums(row[0] + strangers, row[1], row[2] + strangers, row[3], as_of(database, now))


def as_of(database: Database, now: int) -> int:
    """Up to when all tills were heard: now, or when the one was last seen that has been silent longest."""
    (silent,) = database.conn.execute(
        "SELECT MIN(COALESCE(seen_at, state_at)) FROM device"
        " WHERE role = 'till' AND enrolled = 1 AND state IN ('lost', 'fault', 'asleep')"
    ).fetchone()
    return now if silent is None else min(now, int(silent))


def list_stock(
    database: Database, only: Only = Only.ALL, text: str = "", start: int = 0, size: int = 50
) -> tuple[int, list[StockRow]]:
    """How many there are, and a page of them: what needs somebody first, then by name."""
    name = _NAME.format("s")
    found = f"FROM (SELECT s.*, {name} AS name FROM stock s WHERE kept = 1) WHERE {_WHERE[only]}"  # noqa: S608  ours
    given: tuple[object, ...] = ()
    if text:
        found += " AND (instr(lower(name), lower(?)) OR instr(item, ?))"
        given = (text, text)
    (total,) = database.conn.execute(f"SELECT COUNT(*) {found}", given).fetchone()
    rows = database.conn.execute(
        "SELECT item, name, hand, reserved, level, minimum, safety, heard_at, counted_at"
        f" {found} ORDER BY level = 'minimum' DESC, level = 'safety' DESC, name, item LIMIT ? OFFSET ?",
        (*given, size, start),
    ).fetchall()
    return int(total), [_row(database, row) for row in rows]


def list_orders(database: Database, now: int) -> list[Order]:
    """Orders that wait for somebody, the oldest first."""
    orders = database.conn.execute(
        "SELECT id, state, at, until, code, tries FROM reservation WHERE state IN ('held', 'aside')"
        " ORDER BY state = 'aside', at, id LIMIT ?",
        (MOST_ORDERS,),
    ).fetchall()
    return [
        Order(order, state, at, until, haste(max(0, now - at)), _lines(database, order), bool(code),
              tries >= MOST_TRIES)
        for order, state, at, until, code, tries in orders
    ]  # fmt: skip


def count_orders(database: Database, now: int) -> Orders:
    """For the overview."""
    waiting = database.conn.execute("SELECT state, at FROM reservation WHERE state IN ('held', 'aside')").fetchall()
    hastes = [haste(max(0, now - at)) for state, at in waiting if state == "held"]
    return Orders(len(hastes), hastes.count(Haste.SOON), hastes.count(Haste.LATE), len(waiting) - len(hastes))


def _row(database: Database, row: tuple[Any, ...]) -> StockRow:
    last = database.conn.execute(
        "SELECT counted, hand FROM stock_move WHERE item = ? AND kind = 'count' ORDER BY at DESC, id DESC LIMIT 1",
        (row[0],),
    ).fetchone()
    counted, difference = last or (None, None)
    return StockRow(*(*row, counted, difference))


def _lines(database: Database, order: str) -> tuple[tuple[str, str, int], ...]:
    name = _NAME.format("l")
    rows = database.conn.execute(
        f"SELECT item, {name}, quantity FROM reservation_line l WHERE reservation = ? ORDER BY item",  # noqa: S608
        (order,),
    )
    return tuple((item, name, quantity) for item, name, quantity in rows)
