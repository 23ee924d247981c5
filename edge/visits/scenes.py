"""What each camera looks for, as people drew it: kept by versions, so that it is on record who changed what."""

import sqlite3
from dataclasses import dataclass

from pydantic import ValidationError

from edge.store import Transaction
from edge.vision.scene import Scene
from edge.visits.aside import drawn_anew

KEPT = 200
"""Versions of one camera that are kept; the ledger keeps them all."""


class Stale(ValueError):
    """Somebody else has drawn in between. The text says who."""


@dataclass(frozen=True, slots=True)
class DrawnScene:
    """One version. `at`: UTC epoch milliseconds."""

    camera: str
    version: int
    scene: Scene
    at: int
    by: str


def read_scene(sql: sqlite3.Connection, camera: str) -> DrawnScene | None:
    """The newest version that this program can read; None when nobody has drawn one."""
    rows = sql.execute("SELECT version, body, at, by FROM scene WHERE camera = ? ORDER BY version DESC", (camera,))
    for version, body, at, by in rows:
        try:
            return DrawnScene(camera, version, Scene.model_validate_json(body), at, by)
        except ValidationError:
            continue  # drawn with a newer program: what came before it holds
    return None


def read_history(sql: sqlite3.Connection, camera: str, limit: int = 20) -> list[tuple[int, int, str]]:
    """Versions of a camera's scene, newest first: (version, at, by)."""
    rows = sql.execute(
        "SELECT version, at, by FROM scene WHERE camera = ? ORDER BY version DESC LIMIT ?", (camera, limit)
    )
    return [(int(version), int(at), str(by)) for version, at, by in rows]


def keep_scene(tx: Transaction, camera: str, scene: Scene, by: str, seen: int) -> int:
    """Keep a new version; returns its number. `seen`: the version that was drawn over, 0 for none.

    Raises Stale.
    """
    (last,) = tx.sql.execute("SELECT COALESCE(MAX(version), 0) FROM scene WHERE camera = ?", (camera,)).fetchone()
    if last != seen:
        (other,) = tx.sql.execute("SELECT by FROM scene WHERE camera = ? AND version = ?", (camera, last)).fetchone()
        raise Stale(f"{other} has changed what {camera} looks for in the meantime; look at it and draw again")
    body = scene.model_dump_json()
    tx.sql.execute("INSERT INTO scene VALUES (?, ?, ?, ?, ?)", (camera, last + 1, body, tx.now, by))
    tx.sql.execute("DELETE FROM scene WHERE camera = ? AND version <= ?", (camera, last + 1 - KEPT))
    drawn_anew(tx, camera)
    tx.record("scene.drawn", camera, {"version": last + 1, "by": by, "scene": scene.model_dump(mode="json")})
    tx.topics.add("scenes")
    return int(last) + 1
