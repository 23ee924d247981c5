"""Prices: how far each got, and what it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from edge.views.labels import escape_like

PHASES = ("held", "waiting", "active", "landed", "superseded", "refused")


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price of one item. Money in minor units; `before_minor` is the newest older price that was in force."""

    item: str
    version: int
    name: str
    minor: int
    before_minor: int | None
    was_minor: int | None
    currency: str
    per: str
    phase: str
    why: str
    author: str
    effective_at: int
    received_at: int
    changed_at: int
    labels: int
    """Labels bound to the item."""
    member_minor: int | None
    """What members pay; None where that is the price itself."""
    until: int | None
    """When the promotion ends; None for what is none, or has no end."""
    ends: int | None
    """The version of the promotion that this price follows."""
    batch_by: int | None
    """By when all of its batch begins or none of it; None for what is in no batch, or has begun."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that a price on its way waits for. `label`: else a till."""

    device: str
    name: str
    place: str
    label: bool
    state: str
    why: str
    sent: bool
    """It was sent the price, and has not confirmed it. A device that was not sent it yet waits for others."""


def count_prices(database: Database) -> dict[str, int]:
    """How many prices are in each phase; every phase is present."""
    found = dict(database.conn.execute("SELECT phase, COUNT(*) FROM price GROUP BY phase").fetchall())
    return {phase: found.get(phase, 0) for phase in PHASES}


_COLUMNS = """p.item, p.version, p.name, p.minor,
  (SELECT o.minor FROM price o WHERE o.item = p.item AND o.version < p.version
    AND o.phase IN ('landed', 'active') ORDER BY o.version DESC LIMIT 1),
  p.was_minor, p.currency, p.per, p.phase, p.why, p.author, p.effective_at, p.received_at, p.changed_at,
  (SELECT COUNT(*) FROM binding b WHERE b.item = p.item), p.member_minor, p.until, p.ends,
  (SELECT b.deadline FROM batch b WHERE b.sequence = p.version AND b.state = 'preparing')"""


def list_prices(
    database: Database, *, phases: Sequence[str] = (), text: str = "", start: int = 0, size: int = 50
) -> tuple[int, list[PriceRow]]:
    """How many prices match, and a page of them, the newest first."""
    marks = ",".join(f":phase{n}" for n in range(len(phases)))
    where = f" WHERE p.phase IN ({marks})" if phases else " WHERE 1"
    values: dict[str, object] = {f"phase{n}": phase for n, phase in enumerate(phases)}
    if text:
        where += " AND (p.name LIKE :text ESCAPE '!' OR p.item LIKE :text ESCAPE '!')"
        values["text"] = f"%{escape_like(text)}%"
    total = database.conn.execute(f"SELECT COUNT(*) FROM price p{where}", values).fetchone()[0]  # noqa: S608
    keys = database.conn.execute(
        f"SELECT p.item, p.version FROM price p{where}"  # noqa: S608  parts are ours
        " ORDER BY p.changed_at DESC, p.version DESC, p.item LIMIT :size OFFSET :start",
        {**values, "size": max(1, min(size, 500)), "start": max(0, start)},
    ).fetchall()
    found = [read_price(database, item, version) for item, version in keys]
    return int(total), [row for row in found if row is not None]


def read_price(database: Database, item: str, version: int) -> PriceRow | None:
    """One price, or None."""
    row = database.conn.execute(
        f"SELECT {_COLUMNS} FROM price p WHERE p.item = ? AND p.version = ?",  # noqa: S608
        (item, version),
    ).fetchone()
    return None if row is None else PriceRow(*row)


def waiting_for(database: Database, item: str, version: int, limit: int = 20) -> list[Waiting]:
    """The devices that have not confirmed this price yet: labels bound to the item, and tills in service."""
    rows = database.conn.execute(
        "SELECT d.id, d.name, d.place, d.role = 'label', d.state, d.state_why,"
        " EXISTS (SELECT 1 FROM showing s WHERE s.device = d.id AND s.item = :item AND s.version = :version) AS sent"
        " FROM device d"
        " WHERE (d.id IN (SELECT device FROM binding WHERE item = :item) OR (d.role = 'till' AND d.enrolled = 1))"
        " AND d.id NOT IN (SELECT device FROM covered)"
        " AND NOT EXISTS (SELECT 1 FROM showing s WHERE s.device = d.id AND s.item = :item"
        "   AND s.version = :version AND s.confirmed = 1)"
        " ORDER BY sent DESC, CASE d.state WHEN 'fault' THEN 0 WHEN 'lost' THEN 1 ELSE 2 END, d.role, d.id"
        " LIMIT :limit",
        {"item": item, "version": version, "limit": limit},
    )
    return [
        Waiting(device, name, place, bool(label), state, why, bool(sent))
        for device, name, place, label, state, why, sent in rows
    ]
