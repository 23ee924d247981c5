"""What stock must come to, reckoned from all that happened at once: by when it happened, not by when it was heard."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Happened:
    """One movement as it was: `counted` for a count, `hand` and `reserved` for others."""

    id: str
    item: str
    kind: str
    at: int
    hand: int = 0
    reserved: int = 0
    counted: int | None = None


def fold(events: Iterable[Happened]) -> tuple[int, int, dict[str, int]]:
    """(hand, reserved, what each count found more than was there by the others). A count comes last of its moment."""
    hand = reserved = 0
    found: dict[str, int] = {}
    for one in sorted(events, key=lambda one: (one.at, one.counted is not None)):
        reserved += one.reserved
        if one.counted is None:
            hand += one.hand
        else:
            found[one.id], hand = one.counted - hand, one.counted
    return hand, reserved, found


def happened(sql: sqlite3.Connection, item: str) -> list[Happened]:
    """All that is on disk about an item: its movements, and the lines of the sales."""
    moves = [
        Happened(number, item, kind, at, hand, reserved, counted)
        for number, kind, at, hand, reserved, counted in sql.execute(
            "SELECT id, kind, at, hand, reserved, counted FROM stock_move WHERE item = ?", (item,)
        )
    ]
    for device, epoch, seq, at, lines in sql.execute("SELECT device, epoch, seq, at, lines FROM sale"):
        moves += [
            Happened(f"{device}:{epoch}:{seq}", item, "sale", at, -line[3])
            for line in json.loads(lines)["lines"]
            if line[0] == item
        ]
    return moves
