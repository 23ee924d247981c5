"""Inspections on record: drawn, answered and ended, each step in the ledger; and how they are read back."""

import json
import math
import sqlite3
from dataclasses import dataclass

from edge.inspect.report import Entry, Found, Report, judge, make_report
from edge.inspect.sampling import Sample, Stratum
from edge.store import Transaction

KEPT = 200
"""Inspections that a list shows."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at a label. `shown`: the price in minor units, None when the label is not there.

    `item` and `version` instead of `shown` when a code was read; the price is then what this version says.
    """

    label: str
    shown: int | None = None
    item: str = ""
    version: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """One inspection. Times in UTC epoch milliseconds."""

    id: int
    at: int
    by: str
    seed: str
    ended_at: int | None
    strata: tuple[Stratum, ...]
    entries: tuple[Entry, ...]

    @property
    def report(self) -> Report:
        """What it says so far."""
        return make_report(self.strata, self.entries)


def subject(inspection: int) -> str:
    """What the ledger calls it."""
    return f"inspection-{inspection}"


def keep_draw(tx: Transaction, sample: Sample, by: str) -> int:
    """Write a draw down; returns the inspection's number."""
    strata = [[one.name, one.labels, one.drawn] for one in sample.strata]
    cursor = tx.sql.execute(
        "INSERT INTO inspection (at, by, seed, strata) VALUES (?, ?, ?, ?)",
        (tx.now, by, sample.seed, json.dumps(strata, ensure_ascii=False)),
    )
    number = int(cursor.lastrowid or 0)
    tx.sql.executemany(
        "INSERT INTO inspected (inspection, n, label, item, name, place, stratum, version, minor, currency)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (number, n, one.label, one.item, one.name, one.place, one.stratum, one.version, one.minor, one.currency)
            for n, one in enumerate(sample.units, start=1)
        ],
    )
    labels = [one.label for one in sample.units]
    tx.record("inspection.drawn", subject(number), {"by": by, "seed": sample.seed, "strata": strata, "labels": labels})
    tx.topics.add("inspections")
    return number


def keep_look(tx: Transaction, inspection: int, look: Look, by: str) -> Found:
    """Write down what was seen at a label, against what the tills charge at this moment. Raises ValueError.

    After the inspection ended its figures stand; a label that was wrong and is right now is no task any more.
    """
    row = tx.sql.execute(
        "SELECT i.n, i.item, i.minor, o.ended_at FROM inspected i JOIN inspection o ON o.id = i.inspection"
        " WHERE i.inspection = ? AND i.label = ?",
        (inspection, look.label),
    ).fetchone()
    if row is None:
        raise ValueError(f"{look.label} is not in the sample of inspection {inspection}")
    n, item, minor, ended_at = row
    shown, seen = _price_seen(tx, look, item)
    charged = _charged(tx, item, minor)
    found = judge(item, seen, shown, charged)
    body = {"label": look.label, "item": item, "found": found.value, "shown": shown, "charged": charged, "by": by}
    tx.record("inspection.answered", subject(inspection), body | ({"source": look.source} if look.source else {}))
    tx.topics.update(("inspections", "labels"))
    if ended_at is None:
        tx.sql.execute(
            "UPDATE inspected SET found = ?, shown = ?, charged = ?, answered_at = ?, answered_by = ?"
            " WHERE inspection = ? AND n = ?",
            (found.value, shown, charged, tx.now, by, inspection, n),
        )
        left = tx.sql.execute(
            "SELECT 1 FROM inspected WHERE inspection = ? AND found = 'open' LIMIT 1", (inspection,)
        ).fetchone()
        if left is None:
            end(tx, inspection, by)
    elif found is Found.RIGHT:
        tx.sql.execute(
            "UPDATE inspected SET cleared_at = ? WHERE inspection = ? AND n = ? AND found != 'right'",
            (tx.now, inspection, n),
        )
    return found


def end(tx: Transaction, inspection: int, by: str) -> None:
    """Close it: its figures stand from now on, and the ledger has them. Raises ValueError."""
    found = read_inspection(tx.sql, inspection)
    if found is None:
        raise ValueError(f"there is no inspection {inspection}")
    if found.ended_at is not None:
        return
    report = found.report
    if report.accuracy is None:
        raise ValueError("nothing was looked at yet, so there is nothing to report")
    tx.sql.execute("UPDATE inspection SET ended_at = ? WHERE id = ?", (tx.now, inspection))
    counts = {one.value: report.total.counts[one] for one in Found}
    share = report.accuracy
    body = {"by": by, "counts": counts, "accuracy_ppm": round(share.value * 1_000_000), "passes": report.passes,
            "low_ppm": int(share.low * 1_000_000), "high_ppm": math.ceil(share.high * 1_000_000)}  # fmt: skip
    tx.record("inspection.ended", subject(inspection), body)
    tx.topics.add("inspections")


def read_inspection(sql: sqlite3.Connection, inspection: int) -> Inspection | None:
    """One inspection in full."""
    row = sql.execute(
        "SELECT id, at, by, seed, ended_at, strata FROM inspection WHERE id = ?", (inspection,)
    ).fetchone()
    if row is None:
        return None
    entries = sql.execute(
        "SELECT n, label, item, name, place, stratum, version, minor, currency, found, shown, charged, answered_at,"
        " answered_by, cleared_at FROM inspected WHERE inspection = ? ORDER BY n",
        (inspection,),
    )
    number, at, by, seed, ended_at, strata = row
    return Inspection(
        number, at, by, seed, ended_at, tuple(Stratum(*one) for one in json.loads(strata)),
        tuple(_entry(one) for one in entries),
    )  # fmt: skip


def list_inspections(sql: sqlite3.Connection, limit: int = KEPT) -> list[Inspection]:
    """The newest inspections first."""
    numbers = sql.execute("SELECT id FROM inspection ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
    return [found for (number,) in numbers if (found := read_inspection(sql, number)) is not None]


def _entry(row: tuple) -> Entry:  # type: ignore[type-arg]  # a database row: its columns are named below
    n, label, item, name, place, stratum, version, minor, currency, found, shown, charged, at, by, cleared_at = row
    return Entry(
        n, label, item, name, place, stratum, version, minor, currency, Found(found), shown, charged, at, by, cleared_at
    )


def _price_seen(tx: Transaction, look: Look, item: str) -> tuple[int | None, str]:
    """The price that was seen, and of which item."""
    if look.version is None:
        return look.shown, look.item or item
    seen = look.item or item
    row = tx.sql.execute("SELECT minor FROM price WHERE item = ? AND version = ?", (seen, look.version)).fetchone()
    if row is None:
        raise ValueError(f"version {look.version} of {seen} is not on record, so its price is not known")
    return int(row[0]), seen


def _charged(tx: Transaction, item: str, drawn: int) -> int:
    """The highest price that any till may charge now; with no till, the price in force."""
    (highest,) = tx.sql.execute(
        "SELECT MAX(minor) FROM showing WHERE role = 'till' AND item = ? AND until IS NULL", (item,)
    ).fetchone()
    if highest is None:
        row = tx.sql.execute(
            "SELECT minor, MAX(version) FROM price WHERE item = ? AND phase IN ('active', 'landed')", (item,)
        ).fetchone()
        highest = drawn if row[0] is None else row[0]
    return int(highest)
