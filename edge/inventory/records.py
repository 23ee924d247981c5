"""Movements in the store of record: each written once, with the sums and whatever crossing follows from it."""

import json
from collections.abc import Iterable
from typing import Any

from cloud_sync.contract.events import EventClass
from edge.inventory.book import Book, enter
from edge.inventory.facts import Balance, Kind, Movement
from edge.inventory.levels import Level, Levels, asks, step
from edge.store import Transaction

_TOLD = (Kind.DELIVERY, Kind.COUNT, Kind.WASTE)
"""Movements that head office hears of by themselves; a sale and a reservation have events of their own."""
_KEEPS = (Kind.DELIVERY, Kind.COUNT)
"""Movements by which an item comes under stock control."""


def note(tx: Transaction, moves: Iterable[Movement]) -> list[Movement]:
    """Write movements; returns the new ones. What they mean for the levels is decided after all of them.

    Sales are none of these: see `edge.inventory.sales`.
    """
    new = [move for move in moves if _insert(tx, move)]
    if new:
        check_levels(tx, {move.item for move in new})
        tx.topics.add("stock")
    return new


def balance_of(tx: Transaction, item: str) -> Balance:
    """What the movements of an item come to."""
    return _book_of(tx, item).balance


def set_levels(tx: Transaction, item: str, levels: Levels, by: str) -> None:
    """Set an item's levels; a level that is crossed by it asks at once."""
    tx.sql.execute(
        "INSERT INTO stock (item, heard_at, kept, minimum, safety) VALUES (?, ?, 1, ?, ?)"
        " ON CONFLICT (item) DO UPDATE SET kept = 1, minimum = excluded.minimum, safety = excluded.safety",
        (item, tx.now, levels.minimum, levels.safety),
    )
    tx.record("stock.levels", item, {"minimum": levels.minimum, "safety": levels.safety, "by": by})
    check_levels(tx, [item])
    tx.topics.add("stock")


def check_levels(tx: Transaction, items: Iterable[str]) -> None:
    """Bring levels up to date. Each crossing is one event for head office, in the transaction that crossed.

    Only items at or below their marks, or not yet clear of them, are looked at one by one.
    """
    rows = tx.sql.execute(
        "SELECT s.item, hand, reserved, minimum, safety, level, crossings"
        " FROM json_each(?) JOIN stock s ON s.item = value"
        " WHERE safety IS NOT NULL AND (hand - reserved <= safety OR level != 'enough') ORDER BY s.item",
        (json.dumps(list(items)),),
    ).fetchall()
    for row in rows:
        _judge(tx, *row)


def tell(tx: Transaction, kind: str, body: dict[str, Any]) -> None:
    """Tell head office. Of the class of sales: what is left of stock is made of both, so neither is ever shed."""
    tx.tell(EventClass.SALE, kind, "gateway", body)


def lessen_difference(tx: Transaction, item: str, at: int, adds: int) -> None:
    """Somebody counted at `at` or later, and saw a movement that comes only now: so much less was a difference."""
    tx.sql.execute(
        "UPDATE stock_move SET hand = hand - ? WHERE id = (SELECT id FROM stock_move"
        " WHERE item = ? AND kind = 'count' AND at >= ? ORDER BY at, id LIMIT 1)",
        (adds, item, at),
    )


def _judge(
    tx: Transaction, item: str, hand: int, reserved: int, minimum: int, safety: int, level: str, crossings: int
) -> None:
    before = Level(level)
    after = step(before, hand - reserved, Levels(minimum, safety))
    if after is before:
        return
    asked = asks(before, after)
    crossings += asked
    tx.sql.execute("UPDATE stock SET level = ?, crossings = ? WHERE item = ?", (after.value, crossings, item))
    if asked:
        body = {
            "item": item, "level": after.value, "crossing": crossings, "hand": hand, "reserved": reserved,
            "minimum": minimum, "safety": safety,
        }  # fmt: skip
        tx.record("stock.asked", item, body)
        tell(tx, "stock.request", body)


def _book_of(tx: Transaction, item: str) -> Book:
    row = tx.sql.execute("SELECT hand, reserved, counted_at FROM stock WHERE item = ?", (item,)).fetchone()
    return Book(*row) if row else Book()


def _insert(tx: Transaction, move: Movement) -> bool:
    """Write one movement and its sum; False for one that is known."""
    sql = tx.sql
    if sql.execute("SELECT 1 FROM stock_move WHERE id = ?", (move.id,)).fetchone():
        return False
    before = _book_of(tx, move.item)
    noted = enter(before, move)
    after = noted.book
    sql.execute(
        "INSERT INTO stock_move VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (move.id, move.item, move.kind.value, move.at, tx.now, noted.adds, move.reserved, move.counted, move.by,
         move.why),
    )  # fmt: skip
    if noted.seen and noted.adds:
        lessen_difference(tx, move.item, move.at, noted.adds)
    sql.execute(
        "INSERT INTO stock (item, hand, reserved, heard_at, counted_at, kept) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (item) DO UPDATE SET hand = excluded.hand, reserved = excluded.reserved,"
        " heard_at = excluded.heard_at, counted_at = excluded.counted_at, kept = MAX(kept, excluded.kept)",
        (move.item, after.hand, after.reserved, tx.now, after.counted_at, move.kind in _KEEPS),
    )
    if move.kind in _TOLD:
        body: dict[str, Any] = {
            "id": move.id, "item": move.item, "kind": move.kind.value, "quantity": noted.adds, "at": move.at,
        }  # fmt: skip
        if move.counted is not None:
            body |= {"counted": move.counted, "book": before.hand}
        tx.record("stock.moved", move.item, {**body, "by": move.by, "why": move.why})
        tell(tx, "stock.move", body)
    return True
