"""Cameras that were moved since their scene was drawn, whose lines and zones lie elsewhere in the shop now."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from edge.store import Transaction
from edge.vision.detector import Aside
from edge.vision.facts import CameraMoved


@dataclass(frozen=True, slots=True)
class MovedCamera:
    """`by`: since its scene was drawn. `at`: when it was last moved, UTC epoch milliseconds."""

    camera: str
    by: Aside
    at: int

    @property
    def per_mille(self) -> int:
        """Of the picture's width or height, whichever is more."""
        return round(1000 * max(map(abs, self.by)))


def note_moved(tx: Transaction, moved: Sequence[CameraMoved]) -> list[None]:
    """A lane of the store of record: add up by how much each camera was moved."""
    for one in moved:
        tx.sql.execute(
            "INSERT INTO camera_aside VALUES (?, ?, ?, ?) ON CONFLICT (camera) DO UPDATE SET"
            " right = right + excluded.right, down = down + excluded.down, at = excluded.at",
            (one.camera, one.right, one.down, one.at),
        )
        tx.record("camera.moved", one.camera, {"right": round(one.right, 4), "down": round(one.down, 4)})
        tx.topics.add("cameras")
    return [None] * len(moved)


def drawn_anew(tx: Transaction, camera: str) -> None:
    """Its scene was drawn on the picture as it is now."""
    tx.sql.execute("DELETE FROM camera_aside WHERE camera = ?", (camera,))


def read_moved(sql: sqlite3.Connection) -> dict[str, MovedCamera]:
    """Every camera that was moved since its scene was drawn, in service or not."""
    rows = sql.execute("SELECT camera, right, down, at FROM camera_aside")
    return {camera: MovedCamera(camera, (right, down), at) for camera, right, down, at in rows}
