"""A store of record without its thread: the real schema and code, one work at a time, time set by the test."""

import sqlite3
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TypeVar

from securesystemslib.signer import CryptoSigner

from cloud_sync.contract.change import Change, ChangeRow, public_key, sign_change
from cloud_sync.queue.outbox import Outbox
from edge.prices.checks import Limits
from edge.prices.engine import PriceEngine
from edge.prices.inbox import Inbox
from edge.store import Transaction
from edge.store.database import open_for_writing

R = TypeVar("R")
STORE = "0204"
A, B = "03850334043641", "03850334018236"


@cache
def _migrated() -> sqlite3.Connection:
    """What the schema files make of nothing. Once: going through all of them takes longer than most tests."""
    return open_for_writing(":memory:")


def empty_database() -> sqlite3.Connection:
    """A new store of record in memory."""
    made = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _migrated().backup(made)
    made.execute("PRAGMA foreign_keys=ON")
    return made


def empty_file(path: Path) -> Path:
    """A new store of record on the disk, unless there is one already."""
    if not path.exists():
        path.write_bytes(_migrated().serialize())
    return path


class Desk:
    """Runs works against the real schema in memory; `now` is whatever the test says."""

    def __init__(
        self, limits: Limits | None = None, queue_bytes: int = 1 << 24, engine: PriceEngine | None = None
    ) -> None:
        self.sql = empty_database()
        self.outbox = Outbox(7, queue_bytes)
        self.outbox.reload(self.sql)
        self.now = 1_000_000
        self.engine = engine or PriceEngine()
        self.signer = CryptoSigner.generate_ed25519()
        key = self.signer.public_key
        self.inbox = Inbox(
            STORE, {key.keyid: public_key(key.keyid, key.keyval["public"])}, limits or Limits(),
            lambda name: "contains “?”" if "?" in name else "",
        )  # fmt: skip
        self.sequence = 0

    def do(self, work: Callable[[Transaction], R]) -> R:
        """Run one work in a transaction of its own."""
        tx = Transaction(self.sql, self.outbox, self.now)
        self.sql.execute("BEGIN IMMEDIATE")
        result = work(tx)
        tx.finish()
        self.sql.execute("COMMIT")
        return result

    def device(self, device: str, role: str) -> None:
        """Put a device into service."""

        def work(tx: Transaction) -> None:
            tx.sql.execute(
                "INSERT INTO device (id, role, driver, enrolled, state_at) VALUES (?, ?, 'test', 1, 0)", (device, role)
            )
            tx.sql.execute("INSERT INTO twin (device) VALUES (?)", (device,))
            if role == "till":
                self.engine.till_joined(tx, device)

        self.do(work)

    def change(self, prices: dict[str, int] | Iterable[ChangeRow], **more: object) -> tuple[int, str]:
        """A signed change for this store, as (sequence, envelope)."""
        self.sequence += 1
        rows = (
            [ChangeRow(item=item, name="thing", minor=minor, currency="EUR") for item, minor in prices.items()]
            if isinstance(prices, dict)
            else list(prices)
        )
        fields: dict[str, object] = {
            "store": STORE, "sequence": self.sequence, "issued_at": self.now, "expires_at": self.now + 10**9,
            "effective_at": self.now, "author": "ana", "rows": rows,
        }  # fmt: skip
        change = Change.model_validate(fields | more)
        return self.sequence, sign_change(change, self.signer).decode()

    def take(self, entry: tuple[int, str]) -> None:
        """Let the store take an entry of its change log, as the link does."""

        def work(tx: Transaction) -> None:
            self.engine.settle(tx, self.inbox.take(tx, *entry).items)

        self.do(work)

    def push(self, prices: dict[str, int] | Iterable[ChangeRow], **more: object) -> int:
        """Sign a change and take it; returns its sequence."""
        entry = self.change(prices, **more)
        self.take(entry)
        return entry[0]

    def allowed(self, device: str) -> list[tuple[str, int, int]]:
        """What the device was sent and has not confirmed: (item, version, minor)."""
        return self.sql.execute(
            "SELECT item, version, minor FROM showing WHERE device = ? AND confirmed = 0 ORDER BY n", (device,)
        ).fetchall()

    def applied(self, till: str, *held: tuple[str, int]) -> None:
        """The till reports versions."""
        self.do(lambda tx: self.engine.till_applied(tx, till, held))

    def shown(self, label: str, item: str, version: int) -> None:
        """The label reports an image."""
        self.do(lambda tx: self.engine.label_shown(tx, label, item, version, f"pixels-{item}-{version}"))

    def bind(self, label: str, item: str) -> None:
        """A person binds a label."""
        self.do(lambda tx: self.engine.bind(tx, label, item, "ana"))

    def tick(self, later_ms: int = 0) -> None:
        """Let time pass."""
        self.now += later_ms
        self.do(self.engine.tick)

    def phase(self, item: str, version: int) -> tuple[str, str]:
        """Phase and reason of a price."""
        row = self.sql.execute(
            "SELECT phase, why FROM price WHERE item = ? AND version = ?", (item, version)
        ).fetchone()
        return (row[0], row[1])

    def outcomes(self) -> list[tuple[int, str, str, str]]:
        """What head office was told, in order: (sequence, item, outcome, why)."""
        told = []
        while batch := self.outbox.peek(self.sql):
            for event in batch.events:
                if event.kind == "price.outcome":
                    rows = event.body.get("rows") or [event.body["outcome_of_all"]]
                    told += [(event.body["sequence"], row["item"], row["outcome"], row.get("why", "")) for row in rows]
            self.do(lambda tx: self.outbox.confirm(tx.sql, self.outbox.epoch, batch.events[-1].seq))
        return told

    def close(self) -> None:
        """Close the database."""
        self.sql.close()
