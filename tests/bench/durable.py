"""Durable events per second through the store of record, against bare SQLite; and what a kill costs."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloud_sync.contract.events import EventClass
from cloud_sync.queue.outbox import Pending
from drivers.base import Message
from edge.intake import Intake
from edge.prices.engine import PriceEngine
from edge.store import Store, Transaction
from edge.store.database import open_for_reading, open_for_writing
from edge.store.ledger import verify
from tests.bench.figure import ROUNDS, Figure, Say, compared

EVENTS = 150_000
GROUP = 100
"""Rows per commit of the peer, as the target names it."""
WAITING = 2_000
"""Events that may wait for their commit at once."""
KILLS = 5
AT = 1_793_000_000_000
LINE = {"item": "03850102314218", "version": 7, "minor": 199, "quantity": 2, "total_minor": 398}
SALE = {"receipt": "till-1-319", "currency": "EUR", "lines": [LINE], "total_minor": 398}
CATALOGUE = 2_000
"""Items that the sales of five lines are made of."""
BODY = json.dumps(SALE, separators=(",", ":"))


def durable_events(say: Say) -> list[Figure]:
    """All figures of this file."""
    rounds = []
    for number in range(ROUNDS):
        say(f"durable events, round {number + 1} of {ROUNDS}")
        with tempfile.TemporaryDirectory() as folder:
            peer = _bare(Path(folder) / "bare.db")
        with tempfile.TemporaryDirectory() as folder:
            rounds.append((_ours(Path(folder) / "store.db"), peer))
    figure = compared("durable events", "/s", rounds, f"bare SQLite in groups of {GROUP}", least=0.8)
    say("killing the store of record")
    lost, acknowledged = _lost_by_kills()
    killed = Figure(
        f"events lost by {KILLS} kills", lost, "", target="0", met=lost == 0, note=f"of {acknowledged:,} acknowledged"
    )
    say("sales through the intake")
    short = _sales(lambda _: SALE)
    long = _sales(_five_lines)
    note = "sale, hashed ledger row, report, stock"
    return [
        figure,
        killed,
        Figure("sales recorded, one line", short, "/s", note=note),
        Figure("sales recorded, five lines", long, "/s", note=f"{note}; of {CATALOGUE:,} items"),
    ]


@dataclass
class _Feed:
    """Hands events to a store as fast as their acknowledgements allow, and counts these."""

    store: Store

    def run(self, lane: Any, items: Sequence[Any]) -> float:
        """Events per second, from the first one posted to the last one acknowledged."""
        acknowledged = 0

        def done(_: object, error: BaseException | None) -> None:
            nonlocal acknowledged
            acknowledged += error is None

        def wait_for(count: int) -> None:
            """A look now and then: a lock taken per event would cost more than the event."""
            until = time.monotonic() + 60
            while acknowledged < count and time.monotonic() < until:
                time.sleep(0.0002)

        began = time.perf_counter()
        for posted, item in enumerate(items):
            if posted - acknowledged >= WAITING:
                wait_for(posted - WAITING // 2)
            self.store.post(lane, item, done)
        wait_for(len(items))
        took = time.perf_counter() - began
        if acknowledged != len(items):
            raise RuntimeError(f"{len(items) - acknowledged} events were not acknowledged")
        return len(items) / took


def _ours(path: Path) -> float:
    store = Store(path, lambda: AT, epoch=1)

    def lane(tx: Transaction, events: Sequence[Pending]) -> Sequence[Pending]:
        store.outbox.put_many(tx.sql, events)
        return events

    try:
        events = [Pending(EventClass.SALE, "sale", "till-1", 1, seq, AT, AT, BODY) for seq in range(1, EVENTS + 1)]
        return _Feed(store).run(lane, events)
    finally:
        store.close()


def _bare(path: Path) -> float:
    """The same rows into the same table by `executemany`, a commit for every hundred; nobody is told of each."""
    connection = open_for_writing(path)
    rows = [(seq, "sale", "sale", "till-1", 1, seq, AT, AT, BODY, 300) for seq in range(1, EVENTS + 1)]
    insert = "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    try:
        began = time.perf_counter()
        for start in range(0, EVENTS, GROUP):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(insert, rows[start : start + GROUP])
            connection.execute("COMMIT")
        return EVENTS / (time.perf_counter() - began)
    finally:
        connection.close()


def _sales(body: Callable[[int], dict[str, Any]]) -> float:
    """Sales per second, the body of each by its number."""
    sales = [Message("till-1", 1, seq, AT, "sale", body(seq), lambda: None) for seq in range(1, EVENTS // 10 + 1)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.db", lambda: AT, epoch=1)
        try:
            return _Feed(store).run(Intake(PriceEngine()), sales)
        finally:
            store.close()


def _five_lines(seq: int) -> dict[str, Any]:
    """Five items of the catalogue, other ones in each sale."""
    items = [f"{(seq * 31 + place * 397) % CATALOGUE:013}0" for place in range(5)]
    return SALE | {"lines": [LINE | {"item": item} for item in items], "total_minor": 5 * 398}


def _lost_by_kills() -> tuple[int, int]:
    """Events that were acknowledged and are gone, and how many were acknowledged, over some kills."""
    acknowledged: set[int] = set()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        recorded: set[int] = set()
        for kill in range(KILLS):
            command = [sys.executable, "-m", "tests.store.killed", str(path), str(len(recorded) + 1)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
                assert process.stdout is not None
                heard = bytearray(process.stdout.read(1))
                until = time.monotonic() + 0.3 + kill / 7
                while time.monotonic() < until:
                    heard += process.stdout.read(65536)
                os.kill(process.pid, signal.SIGKILL)
                heard += process.stdout.read()
            acknowledged |= {int(line) for line in bytes(heard).split(b"\n")[:-1]}
            recorded = _recorded(path)
        return len(acknowledged - recorded), len(acknowledged)


def _recorded(path: Path) -> set[int]:
    database = open_for_reading(path)
    try:
        if not verify(database.conn).intact:
            raise sqlite3.DatabaseError("the ledger does not hold after a kill")
        return {int(subject) for (subject,) in database.conn.execute("SELECT subject FROM ledger")}
    finally:
        database.close()
