"""The plan on record. Metres run from its upper left corner, right and down; several cameras share one plan."""

import sqlite3
from dataclasses import dataclass

from edge.store import Transaction
from edge.store.ledger import encode
from edge.vision.scene import PLAN_M

LEAST_CM, MOST_CM = 100, round(PLAN_M * 100)
"""From a kiosk to the largest floor that a camera's scene may name."""


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """`picture`: a PNG of the whole plan, or None for an empty sheet."""

    version: int
    wide_cm: int
    deep_cm: int
    picture: bytes | None = None
    at: int | None = None
    by: str = ""

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and depth in metres."""
        return self.wide_cm / 100, self.deep_cm / 100


BLANK = FloorPlan(0, 2_000, 1_500)
"""Until somebody draws a better one: 20 by 15 metres."""


def read_plan(connection: sqlite3.Connection) -> FloorPlan:
    """The newest plan."""
    row = connection.execute(
        "SELECT version, wide_cm, deep_cm, picture, at, by FROM floor_plan ORDER BY version DESC LIMIT 1"
    ).fetchone()
    return FloorPlan(*row) if row else BLANK


def keep_plan(tx: Transaction, wide_cm: int, deep_cm: int, picture: bytes | None, by: str) -> int:
    """Keep a new version, and who made it. Only the newest keeps its picture. Raises ValueError for a bad size."""
    for size in (wide_cm, deep_cm):
        if not LEAST_CM <= size <= MOST_CM:
            raise ValueError(f"a floor plan is {LEAST_CM // 100} to {MOST_CM // 100} m wide and deep")
    version = read_plan(tx.sql).version + 1
    tx.sql.execute("UPDATE floor_plan SET picture = NULL")
    tx.sql.execute("INSERT INTO floor_plan VALUES (?, ?, ?, ?, ?, ?)", (version, wide_cm, deep_cm, picture, tx.now, by))
    body = {"version": version, "wide_cm": wide_cm, "deep_cm": deep_cm, "picture": picture is not None}
    tx.sql.execute("INSERT INTO audit (at, who, did, body) VALUES (?, ?, 'draw-plan', ?)", (tx.now, by, encode(body)))
    tx.topics.add("cameras")
    return version
