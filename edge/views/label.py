"""One label in full: what it shows, what it should show, and what happened to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from edge.views.labels import LabelRow, read_labels


@dataclass(frozen=True, slots=True)
class Happening:
    """A row of the ledger about one subject."""

    seq: int
    at: int
    kind: str
    subject: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LabelDetail:
    """A label, who bound it, what it is made of, and its latest history, newest first."""

    row: LabelRow
    bound_by: str
    bound_at: int | None
    covered_by: str
    covered_at: int | None
    model: str
    firmware: str
    address: str
    driver: str
    history: tuple[Happening, ...]


def read_label(database: Database, device: str, now: int, history: int = 40) -> LabelDetail | None:
    """One label in service, or None."""
    rows = read_labels(database, [device], now)
    if not rows:
        return None
    bound = database.conn.execute("SELECT by, at FROM binding WHERE device = ?", (device,)).fetchone()
    covered = database.conn.execute("SELECT by, at FROM covered WHERE device = ?", (device,)).fetchone()
    made = database.conn.execute(
        "SELECT model, firmware, address, driver FROM device WHERE id = ?", (device,)
    ).fetchone()
    model, firmware, address, driver = made
    return LabelDetail(
        row=rows[0],
        bound_by=bound[0] if bound else "",
        bound_at=bound[1] if bound else None,
        covered_by=covered[0] if covered else "",
        covered_at=covered[1] if covered else None,
        model=model,
        firmware=firmware,
        address=address,
        driver=driver,
        history=tuple(read_history(database, device, history)),
    )


def read_history(database: Database, subject: str, limit: int = 40) -> list[Happening]:
    """The newest ledger rows about a device or item."""
    rows = database.conn.execute(
        "SELECT seq, at, kind, subject, body FROM ledger WHERE subject = ? ORDER BY seq DESC LIMIT ?",
        (subject, limit),
    )
    return [Happening(seq, at, kind, about, json.loads(body)) for seq, at, kind, about, body in rows]


def pictures_of(database: Database, device: str) -> tuple[tuple[str, int], tuple[str, int]] | None:
    """(item, version) that the label last confirmed, and that it should show; ("", 0) where there is none."""
    row = database.conn.execute(
        "SELECT json_extract(reported, '$.item'), reported_version, json_extract(desired, '$.item'), desired_version"
        " FROM twin WHERE device = ?",
        (device,),
    ).fetchone()
    return None if row is None else ((row[0] or "", row[1]), (row[2] or "", row[3]))
