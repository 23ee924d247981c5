"""What labels say of the stock: how few pieces are left, or when more come; and which of them say something else."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from edge.receiving.announced import next_due
from edge.store import Transaction

FEW = 5
"""At most so many are told of one by one, and only at or below the item's minimum."""
FEW_IN_PROMOTION = 20
"""A promotion says what remains of it sooner."""
REST_MS = 600_000
"""What a picture for a hint alone costs a label in rest: each wears its battery."""
SAVED_UP = FEW_IN_PROMOTION
"""Pictures that a label which rested may have one right after the other: all that is left may be told as it sells."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a label says of the stock. `left`: pieces; None: nothing. `back`: when a sold-out item comes, if known."""

    left: int | None = None
    back: int | None = None


@dataclass(frozen=True, slots=True)
class Hint:
    """A label that says something else of the stock than it should: `told` is right."""

    label: str
    item: str
    version: int
    told: Told


def left_to_tell(free: int, minimum: int | None, *, promotion: bool) -> int | None:
    """How many pieces a label says are left; None: nothing (pure). `free`: what is there and promised to nobody."""
    most = max(min(minimum, FEW) if minimum is not None else -1, FEW_IN_PROMOTION if promotion else -1)
    return max(0, free) if free <= most else None


def told_of(sql: sqlite3.Connection, item: str, version: int, now: int) -> Told:
    """What a label of this item and version says. Only of pieces, and of items under stock control."""
    row = sql.execute(
        "SELECT k.hand - k.reserved, k.minimum, p.was_minor IS NOT NULL FROM stock k JOIN price p ON p.item = k.item"
        " WHERE k.item = ? AND k.kept = 1 AND p.version = ? AND p.per = 'each'",
        (item, version),
    ).fetchone()
    return _told(sql, item, left_to_tell(row[0], row[1], promotion=bool(row[2])) if row else None, now)


def _told(sql: sqlite3.Connection, item: str, left: int | None, now: int) -> Told:
    return Told(left, next_due(sql, item, now) if left == 0 else None)


def due_hint(sql: sqlite3.Connection, now: int, skip: Collection[str]) -> Hint | None:
    """The label that needs its hint drawn anew most: what is out first. Reads only.

    Never one that has a price to learn, and none that was drawn too often for its hint of late.
    """
    rows = sql.execute(
        "SELECT b.device, b.item, s.version, h.left, h.back, k.hand - k.reserved, k.minimum, p.was_minor IS NOT NULL,"
        " k.kept = 1 AND p.per = 'each' FROM binding b"
        " JOIN device d ON d.id = b.device AND d.enrolled = 1 AND d.state = 'ready'"
        " JOIN showing s ON s.device = b.device AND s.item = b.item AND s.confirmed = 1 AND s.until IS NULL"
        " JOIN price p ON p.item = s.item AND p.version = s.version"
        " JOIN stock k ON k.item = b.item LEFT JOIN label_hint h ON h.device = b.device"
        " WHERE (h.at IS NULL OR h.at - ? NOT BETWEEN ? AND ?)"
        " AND (h.left IS NOT NULL OR k.level = 'minimum' OR p.was_minor IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM showing o WHERE o.device = b.device AND o.confirmed = 0)"
        " ORDER BY k.hand - k.reserved, b.device",
        (now, (SAVED_UP - 1) * REST_MS + 1, SAVED_UP * REST_MS),  # beyond: the clock was set back
    )
    for label, item, version, left, back, free, minimum, promotion, tells in rows:
        if label in skip:
            continue
        right = left_to_tell(free, minimum, promotion=bool(promotion)) if tells else None
        if (told := _told(sql, item, right, now)) != Told(left, back):
            return Hint(label, item, version, told)
    return None


def note_drawn(tx: Transaction, label: str, told: Told, cost_ms: int = 0) -> None:
    """What the label says now. `cost_ms`: how much rest it has to have for that; `at` is when it will have had all."""
    tx.sql.execute(
        "INSERT INTO label_hint (device, left, back, at) VALUES (?1, ?2, ?3, ?4 + ?5)"
        " ON CONFLICT (device) DO UPDATE SET left = ?2, back = ?3,"
        " at = CASE WHEN at BETWEEN ?4 AND ?6 THEN at ELSE ?4 END + ?5",
        (label, told.left, told.back, tx.now, cost_ms, tx.now + SAVED_UP * REST_MS),
    )


def note_redrawn(tx: Transaction, hint: Hint, digest: str) -> None:
    """A label shows the same version of its price with another hint."""
    note_drawn(tx, hint.label, hint.told, REST_MS)
    tx.record("label.redrawn", hint.label, {"item": hint.item, "version": hint.version, "pixels": digest})
    tx.sql.execute(
        "UPDATE twin SET reported = json_set(reported, '$.digest', ?) WHERE device = ?"
        " AND json_extract(reported, '$.item') = ? AND reported_version = ?",
        (digest, hint.label, hint.item, hint.version),
    )
