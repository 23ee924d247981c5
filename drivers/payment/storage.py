"""What a till must not forget of its payments: the state of each, on disk before the next byte goes out."""

import json
import sqlite3
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from drivers.payment.machine import PaymentState, Phase, Proof

_SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY, device TEXT NOT NULL, n INTEGER NOT NULL, phase TEXT NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS payment_open ON payment (device, n) WHERE settled = 0;
"""


class Intents(Protocol):
    """Where payments are kept. Every method returns only once the disk has it."""

    def save(self, state: PaymentState) -> None:
        """Keep this state in place of the payment's last one."""

    def find(self, payment: str) -> PaymentState | None:
        """The payment of this id, if there ever was one."""

    def open(self, device: str) -> list[PaymentState]:
        """Payments of a terminal that are not settled, oldest first."""

    def settle(self, payment: str) -> None:
        """The caller has acted on the outcome; it is kept, but no longer open."""

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""


class SqliteIntents:
    """One SQLite file (WAL, `synchronous=FULL`). Methods may be called from any thread."""

    def __init__(self, path: Path) -> None:
        """Open or create. Raises sqlite3.Error when the file is no database or the disk refuses."""
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
        except BaseException:
            self._db.close()
            raise

    def save(self, state: PaymentState) -> None:
        """One statement, one commit."""
        with self._lock:
            self._db.execute(
                "INSERT INTO payment (id, device, n, phase, state)"
                " VALUES (?, ?, (SELECT coalesce(max(n), 0) + 1 FROM payment), ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, state = excluded.state",
                (state.id, state.device, state.phase, to_text(state)),
            )

    def find(self, payment: str) -> PaymentState | None:
        """By primary key."""
        with self._lock:
            row = self._db.execute("SELECT state FROM payment WHERE id = ?", (payment,)).fetchone()
        return from_text(row[0]) if row is not None else None

    def open(self, device: str) -> list[PaymentState]:
        """In the order in which they began."""
        with self._lock:
            rows = self._db.execute(
                "SELECT state FROM payment WHERE device = ? AND settled = 0 ORDER BY n", (device,)
            ).fetchall()
        return [from_text(row[0]) for row in rows]

    def settle(self, payment: str) -> None:
        """Marks the row; nothing is deleted."""
        with self._lock:
            self._db.execute("UPDATE payment SET settled = 1 WHERE id = ?", (payment,))

    def close(self) -> None:
        """Safe to call twice."""
        with self._lock:
            self._db.close()


def to_text(state: PaymentState) -> str:
    """A state as JSON."""
    return json.dumps(asdict(state), separators=(",", ":"), ensure_ascii=False)


def from_text(text: str) -> PaymentState:
    """The state that `to_text` wrote."""
    words: dict[str, Any] = json.loads(text)
    proof = words.pop("proof")
    phase = Phase(words.pop("phase"))
    kept = Proof(proof["reference"], proof["card"], tuple(proof["slip"])) if proof is not None else None
    return PaymentState(phase=phase, proof=kept, **words)
