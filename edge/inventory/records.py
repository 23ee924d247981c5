"""Movements in the store of record: each written once, with the sums and whatever crossing follows from it."""

from collections.abc import Iterable, Sequence
from typing import Any

from cloud_sync.contract.events import EventClass
from cloud_sync.contract.goods import MAX_QUANTITY
from edge.inventory.facts import Balance, Kind, Movement
from edge.inventory.levels import Level, Levels, asks, step
from edge.store import Transaction

_TOLD = (Kind.DELIVERY, Kind.COUNT, Kind.WASTE)
"""Movements that head office hears of by themselves; a sale and a reservation have events of their own."""
_KEEPS = (Kind.DELIVERY, Kind.COUNT)
"""Movements by which an item comes under stock control."""
_BEFORE = "(at < :at OR (at = :at AND (kind != 'count' OR (:count AND id < :id))))"
_AFTER = "(at > :at OR (at = :at AND (NOT :count OR id > :id)))"


def note(tx: Transaction, moves: Iterable[Movement]) -> list[Movement]:
    """Write movements; returns the new ones. What they mean for the levels is decided after all of them."""
    new = [move for move in moves if _insert(tx, move)]
    if new:
        check_levels(tx, {move.item for move in new})
        tx.topics.add("stock")
    return new


def balance_of(tx: Transaction, item: str) -> Balance:
    """What the movements of an item come to."""
    row = tx.sql.execute("SELECT hand, reserved FROM stock WHERE item = ?", (item,)).fetchone()
    return Balance(*row) if row else Balance()


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
    """Bring levels up to date. Each crossing is one event for head office, in the transaction that crossed."""
    for item in sorted(items):
        hand, reserved, minimum, safety, at, crossings = tx.sql.execute(
            "SELECT hand, reserved, minimum, safety, level, crossings FROM stock WHERE item = ?", (item,)
        ).fetchone()
        before = Level(at)
        levels = None if safety is None else Levels(minimum, safety)
        after = step(before, hand - reserved, levels)
        if after is before:
            continue
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


def tell(tx: Transaction, kind: str, body: dict[str, Any]) -> None:
    """Tell head office. Of the class of sales: what is left of stock is made of both, so neither is ever shed."""
    tx.tell(EventClass.SALE, kind, "gateway", body)


def _insert(tx: Transaction, move: Movement) -> bool:
    """Write one movement and its sum; False for one that is known."""
    sql = tx.sql
    if sql.execute("SELECT 1 FROM stock_move WHERE id = ?", (move.id,)).fetchone():
        return False
    at = min(move.at, tx.now)  # a clock that is ahead must not put a sale behind a count to come
    where = {"item": move.item, "at": at, "id": move.id, "count": move.kind is Kind.COUNT}
    adds, book = move.hand, 0
    if move.counted is not None:
        (book,) = sql.execute(
            f"SELECT COALESCE(SUM(hand), 0) FROM stock_move WHERE item = :item AND {_BEFORE}",  # noqa: S608  ours
            where,
        ).fetchone()
        adds = move.counted - book
    sql.execute(
        "INSERT INTO stock_move VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (move.id, move.item, move.kind.value, at, tx.now, adds, move.reserved, move.counted, move.by, move.why),
    )
    counted = sql.execute(
        f"SELECT id FROM stock_move WHERE item = :item AND kind = 'count' AND {_AFTER} ORDER BY at, id LIMIT 1",  # noqa: S608
        where,
    ).fetchone()
    if counted:  # whoever counted afterwards saw it already: the count found less of a difference, no more
        sql.execute("UPDATE stock_move SET hand = hand - ? WHERE id = ?", (adds, counted[0]))
    sql.execute(
        "INSERT INTO stock (item, hand, reserved, heard_at, counted_at, kept) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (item) DO UPDATE SET hand = hand + excluded.hand, reserved = reserved + excluded.reserved,"
        " heard_at = excluded.heard_at, kept = MAX(kept, excluded.kept),"
        " counted_at = MAX(COALESCE(counted_at, excluded.counted_at), COALESCE(excluded.counted_at, counted_at))",
        (move.item, 0 if counted else adds, move.reserved, tx.now, at if where["count"] else None,
         move.kind in _KEEPS),
    )  # fmt: skip
    if move.kind in _TOLD:
        body: dict[str, Any] = {"id": move.id, "item": move.item, "kind": move.kind.value, "quantity": adds, "at": at}
        if move.counted is not None:
            body |= {"counted": move.counted, "book": book}
        tx.record("stock.moved", move.item, {**body, "by": move.by, "why": move.why})
        tell(tx, "stock.move", body)
    return True


def sale_moves(device: str, epoch: int, seq: int, at: int, lines: Sequence[tuple[str, int]]) -> list[Movement]:
    """What a sale of (item, quantity) takes out of the shop. One movement for an item that was scanned twice."""
    sold: dict[str, int] = {}
    for item, quantity in lines:
        sold[item] = sold.get(item, 0) + quantity
    return [
        Movement(f"sale:{device}:{epoch}:{seq}:{item}", item, Kind.SALE, at, hand=-quantity, by=device)
        for item, quantity in sold.items()
        if quantity <= MAX_QUANTITY  # what no shelf ever held would spoil the sums; the sale itself is on record
    ]
