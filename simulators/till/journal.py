"""What a till must not forget: its events until they are receipted, its price table, its epoch.

SQLite in WAL mode with `synchronous=FULL`: when a method returns, the power may go.
"""

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from simulators.till.coupons import Coupon, TakenOff
from simulators.till.discounts import Rule, RuleSet

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (
    epoch INTEGER NOT NULL, client TEXT NOT NULL, session INTEGER NOT NULL, seq INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS event (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS price (
    item TEXT PRIMARY KEY, version INTEGER NOT NULL, name TEXT NOT NULL,
    minor INTEGER NOT NULL, currency TEXT NOT NULL, per TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS member (
    item TEXT PRIMARY KEY, version INTEGER NOT NULL, minor INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS coupon (
    id TEXT PRIMARY KEY, lending INTEGER NOT NULL, minor_off INTEGER NOT NULL, currency TEXT NOT NULL, item TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rules (
    version INTEGER NOT NULL, said TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ended (
    id TEXT PRIMARY KEY, lending INTEGER NOT NULL
) WITHOUT ROWID;
"""


class NotHeldError(Exception):
    """This till does not have the coupon."""


@dataclass(frozen=True, slots=True)
class Price:
    """One row of the till's own price table. `minor` buys one `per`."""

    item: str
    version: int
    name: str
    minor: int
    currency: str
    per: str


@dataclass(frozen=True, slots=True)
class MemberPrice:
    """What members pay for an item; it buys what the item's price buys."""

    item: str
    version: int
    minor: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something the gateway has to be told, until it says that it has it."""

    seq: int
    at: int
    kind: str
    body: dict[str, Any]


class Journal:
    """One file. Every method may be called from any thread. A new file is a new epoch with an empty table."""

    def __init__(self, path: Path) -> None:
        """Open or create. Raises sqlite3.Error when the file is not a journal or the disk refuses."""
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        if self._db.execute("SELECT count(*) FROM about").fetchone()[0] == 0:
            fresh = (secrets.randbelow(2**53 - 1) + 1, secrets.token_hex(8), 0, 0)
            self._db.execute("INSERT INTO about VALUES (?, ?, ?, ?)", fresh)
        self.epoch: int
        self.client: str
        self.epoch, self.client = self._db.execute("SELECT epoch, client FROM about").fetchone()
        """The random end of the till's MQTT client id: stable, so that a new connection ends an old one."""

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        with self._lock:
            self._db.close()

    @property
    def seq(self) -> int:
        """The last number given to an event."""
        with self._lock:
            last: int = self._db.execute("SELECT seq FROM about").fetchone()[0]
            return last

    @property
    def oldest(self) -> int:
        """The number of the oldest unreceipted event; of the next one to come when there is none."""
        with self._lock:
            found: int | None = self._db.execute("SELECT min(seq) FROM event").fetchone()[0]
            return found if found is not None else self.seq + 1

    @property
    def backlog(self) -> int:
        """How many events are not receipted yet."""
        with self._lock:
            found: int = self._db.execute("SELECT count(*) FROM event").fetchone()[0]
            return found

    def next_session(self) -> int:
        """A number for the next connection, larger than all before."""
        with self._lock:
            self._db.execute("UPDATE about SET session = session + 1")
            session: int = self._db.execute("SELECT session FROM about").fetchone()[0]
            return session

    def add(self, kind: str, body: dict[str, Any], at: int) -> Event:
        """Put an event on disk under the next number."""
        with self._lock, _Transaction(self._db):
            return self._add(kind, body, at)

    def sell(self, body: dict[str, Any], at: int, coupons: Iterable[TakenOff] = ()) -> Event:
        """Put a sale on disk, and the end of the coupons that it used, all at once. Raises NotHeldError."""
        with self._lock, _Transaction(self._db):
            sale = self._add("sale", body, at)
            for one in coupons:
                used = {"coupon": one.coupon, "lending": self._end(one.coupon), "receipt": body["receipt"]}
                self._add("coupon.used", {**used, "minor": one.minor}, at)
            return sale

    def borrow(self, coupon: Coupon) -> bool:
        """Hold a coupon that was lent; False when that lending has ended here already."""
        with self._lock, _Transaction(self._db):
            ended = self._db.execute("SELECT lending FROM ended WHERE id = ?", (coupon.id,)).fetchone()
            if ended is not None and ended[0] >= coupon.lending:
                return False
            row = (coupon.id, coupon.lending, coupon.minor_off, coupon.currency, coupon.item)
            self._db.execute("REPLACE INTO coupon VALUES (?, ?, ?, ?, ?)", row)
            return True

    def give_back(self, coupon: str, at: int) -> None:
        """Hold a coupon no more, unused. Raises NotHeldError."""
        with self._lock, _Transaction(self._db):
            self._add("coupon.returned", {"coupon": coupon, "lending": self._end(coupon)}, at)

    def coupons(self) -> list[Coupon]:
        """The coupons that may be used here."""
        with self._lock:
            return [Coupon(*row) for row in self._db.execute("SELECT * FROM coupon ORDER BY id").fetchall()]

    def _end(self, coupon: str) -> int:
        found = self._db.execute("SELECT lending FROM coupon WHERE id = ?", (coupon,)).fetchone()
        if found is None:
            raise NotHeldError(f"coupon {coupon} is not here")
        self._db.execute("DELETE FROM coupon WHERE id = ?", (coupon,))
        self._db.execute("REPLACE INTO ended VALUES (?, ?)", (coupon, found[0]))
        return int(found[0])

    def pending(self, after: int, most: int) -> list[Event]:
        """Unreceipted events behind `after`, in order."""
        with self._lock:
            found = self._db.execute(
                "SELECT seq, at, kind, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (after, most)
            ).fetchall()
        return [Event(seq, at, kind, json.loads(body)) for seq, at, kind, body in found]

    def receipted(self, seq: int) -> None:
        """The gateway has everything up to `seq`; forget it."""
        with self._lock:
            self._db.execute("DELETE FROM event WHERE seq <= ?", (seq,))

    def price(self, item: str) -> Price | None:
        """What the till charges for an item now."""
        with self._lock:
            found = self._db.execute("SELECT * FROM price WHERE item = ?", (item,)).fetchone()
        return Price(*found) if found is not None else None

    def member_price(self, item: str) -> MemberPrice | None:
        """What the till charges members for an item now, if that is known."""
        with self._lock:
            found = self._db.execute("SELECT * FROM member WHERE item = ?", (item,)).fetchone()
        return MemberPrice(*found) if found is not None else None

    def rules(self) -> list[Rule]:
        """The discount rules that the till knows, in force or not."""
        with self._lock:
            found = self._db.execute("SELECT said FROM rules").fetchone()
        return [Rule(**rule) for rule in json.loads(found[0])] if found is not None else []

    def apply_rules(self, new: RuleSet, at: int) -> None:
        """Take a newer set in place of the one before, and note which is held now as an event, all at once."""
        with self._lock, _Transaction(self._db):
            found = self._db.execute("SELECT version FROM rules").fetchone()
            held = found[0] if found is not None else 0
            if new.version > held:
                self._db.execute("DELETE FROM rules")
                said = json.dumps([asdict(rule) for rule in new.rules])
                self._db.execute("INSERT INTO rules VALUES (?, ?)", (new.version, said))
            self._add("discounts.applied", {"version": max(held, new.version)}, at)

    def prices(self) -> list[Price]:
        """The whole table, by item."""
        with self._lock:
            return [Price(*row) for row in self._db.execute("SELECT * FROM price ORDER BY item").fetchall()]

    def apply(self, rows: Sequence[Price], at: int, members: Sequence[MemberPrice] = ()) -> list[Price]:
        """Take newer rows, keep newer own ones, and note what is held now as an event, all at once.

        Returns the rows that were taken.
        """
        with self._lock, _Transaction(self._db):
            taken: list[Price] = []
            held: dict[str, int] = {}
            for row in rows:
                found = self._db.execute("SELECT version FROM price WHERE item = ?", (row.item,)).fetchone()
                if found is None or found[0] < row.version:
                    self._db.execute("REPLACE INTO price VALUES (?, ?, ?, ?, ?, ?)", _columns(row))
                    taken.append(row)
                    held[row.item] = row.version
                else:
                    held[row.item] = found[0]
            said = {"rows": [[item, version] for item, version in held.items()]}
            if members:
                said["members"] = [[row.item, self._apply_member(row)] for row in members]
            self._add("prices.applied", said, at)
            return taken

    def _apply_member(self, row: MemberPrice) -> int:
        """Take a newer price for members; returns the version that is held now."""
        found = self._db.execute("SELECT version FROM member WHERE item = ?", (row.item,)).fetchone()
        if found is not None and found[0] >= row.version:
            return int(found[0])
        self._db.execute("REPLACE INTO member VALUES (?, ?, ?)", (row.item, row.version, row.minor))
        return row.version

    def _add(self, kind: str, body: dict[str, Any], at: int) -> Event:
        self._db.execute("UPDATE about SET seq = seq + 1")
        event = Event(self._db.execute("SELECT seq FROM about").fetchone()[0], at, kind, body)
        text = json.dumps(body, separators=(",", ":"))
        self._db.execute("INSERT INTO event VALUES (?, ?, ?, ?)", (event.seq, at, kind, text))
        return event


class _Transaction:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK when anything goes wrong."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> Self:
        self._db.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")


def _columns(row: Price) -> tuple[str, int, str, int, str, str]:
    return (row.item, row.version, row.name, row.minor, row.currency, row.per)


def forget(path: Path) -> None:
    """Delete a journal, as a till that is swapped or reset does."""
    for part in _parts(path):
        part.unlink(missing_ok=True)


def _parts(path: Path) -> Iterable[Path]:
    return (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"))
