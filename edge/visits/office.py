"""What head office hears of visitors: people per line and minute at once, zones and the floor once a day is over."""

import hashlib
from typing import Any

from cloud_sync.contract.events import EventClass
from cloud_sync.contract.footfall import DAY_KIND, HEAT_KIND, MOST_CELLS
from edge.store import Transaction
from edge.store.ledger import encode
from edge.views.day import Day, day_of
from edge.vision.scene import ZoneKind
from edge.visits.counting import HOUR_MS
from edge.visits.small_cells import Span, join_cells, join_spans

DAYS_BACK = 2
"""Days that are told again when something of them came late."""


def tell_visits(tx: Transaction) -> None:
    """Queue every minute that changed since head office was last told: running totals, the later word replaces."""
    grown = tx.sql.execute(
        "SELECT camera, line, minute, entered, departed FROM visit WHERE sent = 0 ORDER BY minute"
    ).fetchall()
    for camera, line, minute, entered, departed in grown:
        body = {"line": line, "minute": minute, "entered": entered, "left": departed}
        tx.tell(EventClass.VISIT, "visit.minute", camera, body, at=minute)
        tx.sql.execute("UPDATE visit SET sent = 1 WHERE camera = ? AND line = ? AND minute = ?", (camera, line, minute))


def tell_days(tx: Transaction, timezone: str, least: int) -> None:
    """Queue the whole days that are over, where they are not what was told. `least`: the floor for small cells."""
    for back in range(1, DAYS_BACK + 1):
        day = day_of(tx.now, timezone, back)
        for camera in _cameras(tx, day):
            bodies = {DAY_KIND: _footfall(tx, camera, day, least), HEAT_KIND: _heat(tx, camera, day, least)}
            digest = hashlib.sha256(encode(bodies).encode()).hexdigest()
            told = tx.sql.execute(
                "SELECT digest FROM footfall_told WHERE camera = ? AND day = ?", (camera, day.start)
            ).fetchone()
            if told == (digest,):
                continue
            for kind, body in bodies.items():
                tx.tell(EventClass.VISIT, kind, camera, body, at=day.start)
            tx.sql.execute("INSERT OR REPLACE INTO footfall_told VALUES (?, ?, ?)", (camera, day.start, digest))


def _cameras(tx: Transaction, day: Day) -> list[str]:
    span = day.start, day.end
    rows = tx.sql.execute(
        "SELECT camera FROM visit WHERE minute >= ? AND minute < ?"
        " UNION SELECT camera FROM passing WHERE minute >= ? AND minute < ?"
        " UNION SELECT camera FROM zone_minute WHERE minute >= ? AND minute < ?"
        " UNION SELECT camera FROM heat WHERE quarter >= ? AND quarter < ? ORDER BY 1",
        span * 4,
    )
    return [camera for (camera,) in rows]


def _footfall(tx: Transaction, camera: str, day: Day, least: int) -> dict[str, Any]:
    entered, departed, again, parties = tx.sql.execute(
        "SELECT COALESCE(SUM(entered), 0), COALESCE(SUM(departed), 0), COALESCE(SUM(again), 0),"
        " COALESCE(SUM(parties), 0) FROM visit WHERE camera = ? AND minute >= ? AND minute < ?",
        (camera, day.start, day.end),
    ).fetchone()
    (passed,) = tx.sql.execute(
        "SELECT COALESCE(SUM(passed), 0) FROM passing WHERE camera = ? AND minute >= ? AND minute < ?",
        (camera, day.start, day.end),
    ).fetchone()
    return {
        "day": day.start, "end": day.end, "entered": max(0, entered), "departed": max(0, departed),
        "again": max(0, again), "parties": max(0, parties), "passed": max(0, passed),
        "zones": _zones(tx, camera, day, least),
    }  # fmt: skip


def _zones(tx: Transaction, camera: str, day: Day, least: int) -> list[dict[str, Any]]:
    hours: dict[tuple[str, str], list[Span]] = {}
    rows = tx.sql.execute(
        "SELECT zone, kind, ? + (minute - ?) / ? * ? AS hour, SUM(visits), SUM(dwell_ms), SUM(waited), SUM(waited_ms),"
        " MAX(longest_ms), MAX(most) FROM zone_minute WHERE camera = ? AND minute >= ? AND minute < ? AND kind != ?"
        " GROUP BY zone, kind, hour ORDER BY zone, kind, hour",
        (day.start, day.start, HOUR_MS, HOUR_MS, camera, day.start, day.end, ZoneKind.STAFF.value),
    )
    for zone, kind, hour, *figures in rows:
        hours.setdefault((zone, kind), []).append(Span(hour, min(hour + HOUR_MS, day.end), *figures))
    return [
        {"zone": zone, "kind": kind, "spans": [_fields(span) for span in join_spans(spans, least)]}
        for (zone, kind), spans in hours.items()
    ]


def _heat(tx: Transaction, camera: str, day: Day, least: int) -> dict[str, Any]:
    rows = tx.sql.execute(
        "SELECT x, y, SUM(visits), SUM(dwell_ms) FROM heat WHERE camera = ? AND quarter >= ? AND quarter < ?"
        " GROUP BY x, y",
        (camera, day.start, day.end),
    )
    cells = {(x, y): (visits, dwell) for x, y, visits, dwell in rows}
    squares = join_cells(cells, least, MOST_CELLS)
    return {
        "day": day.start, "end": day.end,
        "cells": [
            {"x": one.x, "y": one.y, "side": one.side, "visits": one.visits, "dwell_ms": one.dwell_ms}
            for one in squares
        ],
    }  # fmt: skip


def _fields(span: Span) -> dict[str, int]:
    return {name: getattr(span, name) for name in Span.__dataclass_fields__}
