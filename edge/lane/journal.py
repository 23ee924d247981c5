"""What a lane must not forget: events until they are receipted, prices, sales that are being paid, borrowed coupons.

SQLite in WAL mode with `synchronous=FULL`: when a method returns, the power may go. A new file is a new epoch with an
empty price table, see docs/mqtt.md. Any thread may call any method.
"""

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from drivers.base import DiscountRow, Discounts, MemberRow, PriceRow
from edge.lane.basket import Coupon
from edge.lane.drafts import read_draft, sale_body, visit_body, write_draft
from edge.lane.state import Draft

_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (
    epoch INTEGER NOT NULL, client TEXT NOT NULL, session INTEGER NOT NULL, seq INTEGER NOT NULL,
    receipt INTEGER NOT NULL, asked INTEGER NOT NULL
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
-- The discount rules of the store, all of them; one row, or none before the first set.
CREATE TABLE IF NOT EXISTS discounts (
    version INTEGER NOT NULL, rules TEXT NOT NULL
);
-- A sale from the moment that the shopper chose to pay. It becomes one exactly when it leaves the stage 'open'.
CREATE TABLE IF NOT EXISTS draft (
    receipt TEXT PRIMARY KEY, stage TEXT NOT NULL, n INTEGER NOT NULL, body TEXT NOT NULL
) WITHOUT ROWID;
-- `ended`: the highest number of a lending that is over; an answer with that or a lower one is an old answer.
CREATE TABLE IF NOT EXISTS coupon (
    coupon TEXT PRIMARY KEY, ended INTEGER NOT NULL, lending INTEGER, minor_off INTEGER, currency TEXT, item TEXT
) WITHOUT ROWID;
"""
KEPT_RECEIPTS = 200
"""Sales whose receipts are done with, kept for a copy."""


class Stage(StrEnum):
    """Where a draft is. PRINTING: its first byte may have gone out."""

    OPEN = "open"
    DUE = "due"
    PRINTING = "printing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that the gateway does not have yet."""

    seq: int
    at: int
    kind: str
    body: Mapping[str, Any]


class Journal:
    """One file."""

    def __init__(self, path: Path, clock: Callable[[], int]) -> None:
        """Open or create. `clock`: UTC epoch milliseconds. Raises sqlite3.Error where the disk refuses."""
        self._clock = clock
        self._lock = threading.RLock()
        self._held = False
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)
        with self._writing() as db:
            if db.execute("SELECT count(*) FROM about").fetchone()[0] == 0:
                fresh = (secrets.randbelow(2**53 - 1) + 1, secrets.token_hex(8))
                db.execute("INSERT INTO about VALUES (?, ?, 0, 0, 0, 0)", fresh)
        self.epoch: int
        self.client: str
        self.epoch, self.client = self._db.execute("SELECT epoch, client FROM about").fetchone()
        """Which journal this is, and the end of the MQTT client id that goes with it."""

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        with self._lock:
            self._db.close()

    # --- events

    @property
    def seq(self) -> int:
        """The number of the last event ever written."""
        return int(self._one("SELECT seq FROM about"))

    @property
    def oldest(self) -> int:
        """The first event that is still here; the next one to come where none is."""
        return int(self._one("SELECT COALESCE((SELECT min(seq) FROM event), seq + 1) FROM about"))

    @property
    def waiting(self) -> int:
        """How many events the gateway has not receipted."""
        return int(self._one("SELECT count(*) FROM event"))

    def tell(self, kind: str, body: Mapping[str, Any]) -> None:
        """Put an event on disk under the next number."""
        with self._writing():
            self._tell(kind, body, self._clock())

    def pending(self, after: int, most: int) -> list[Entry]:
        """Events behind `after`, in order."""
        with self._lock:
            rows = self._db.execute("SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?", (after, most)).fetchall()
        return [Entry(seq, at, kind, json.loads(body)) for seq, at, kind, body in rows]

    def receipted(self, seq: int) -> None:
        """The gateway has everything up to here."""
        with self._writing() as db:
            db.execute("DELETE FROM event WHERE seq <= ?", (seq,))

    # --- numbers that never come twice

    def next_session(self) -> int:
        """For the next connection."""
        return self._count("session")

    def next_receipt(self) -> int:
        """For the next sale that is tried."""
        return self._count("receipt")

    def next_asked(self) -> int:
        """For the next question to the gateway."""
        return self._count("asked")

    # --- prices

    def price(self, item: str) -> tuple[PriceRow | None, MemberRow | None]:
        """What is charged for an item now, to all and to members."""
        with self._lock:
            row = self._db.execute("SELECT * FROM price WHERE item = ?", (item,)).fetchone()
            member = self._db.execute("SELECT * FROM member WHERE item = ?", (item,)).fetchone()
        return (PriceRow(*row) if row else None, MemberRow(*member) if member else None)

    def prices(self) -> int:
        """How many items have a price."""
        return int(self._one("SELECT count(*) FROM price"))

    def hold_prices(self, held: bool) -> None:
        """While a payment is under way its amount stands: no other price is said to be in force meanwhile."""
        with self._lock:
            self._held = held

    def apply(self, rows: Sequence[PriceRow], members: Sequence[MemberRow]) -> bool:
        """Take what is newer and note what is held now as an event, all at once. False: not now; it will come again."""
        with self._lock:
            if self._held:
                return False
            with self._writing() as db:
                said: dict[str, Any] = {"rows": [[row.item, _newer(db, "price", row)] for row in rows]}
                if members:
                    said["members"] = [[row.item, _newer(db, "member", row)] for row in members]
                self._tell("prices.applied", said, self._clock())
            return True

    # --- discounts

    def discounts(self) -> tuple[DiscountRow, ...]:
        """The rules that this lane knows, in force or not."""
        with self._lock:
            row = self._db.execute("SELECT rules FROM discounts").fetchone()
        return tuple(DiscountRow(**rule) for rule in json.loads(row[0])) if row else ()

    def apply_discounts(self, said: Discounts) -> None:
        """Take a set that is newer, and note which is held now as an event, all at once. Open baskets keep theirs."""
        with self._writing() as db:
            held = int(self._one("SELECT COALESCE(MAX(version), 0) FROM discounts"))
            if said.version > held:
                db.execute("DELETE FROM discounts")
                rules = json.dumps([asdict(rule) for rule in said.rules], ensure_ascii=False)
                db.execute("INSERT INTO discounts VALUES (?, ?)", (said.version, rules))
            self._tell("discounts.applied", {"version": max(held, said.version)}, self._clock())

    # --- sales

    def draft(self, draft: Draft) -> None:
        """The terminal is about to hear of this sale."""
        with self._writing() as db:
            values = (draft.receipt, Stage.OPEN, 0, json.dumps(write_draft(draft)))
            db.execute("INSERT INTO draft VALUES (?, ?, ?, ?)", values)

    def sell(self, draft: Draft) -> bool:
        """It is paid: the sale, its coupons and the visit become events. False: that has happened before."""
        with self._writing() as db:
            stage = db.execute("SELECT stage FROM draft WHERE receipt = ?", (draft.receipt,)).fetchone()
            if stage is not None and stage[0] != Stage.OPEN:
                return False
            seq = self._tell("sale", sale_body(draft), draft.at)
            for off in draft.bill.off:
                self._end(off.coupon, "coupon.used", receipt=draft.receipt, minor=off.minor)
            for coupon in draft.unused:
                self._end(coupon, "coupon.returned")
            self._tell("lane.visit", visit_body(draft), self._clock())
            values = (draft.receipt, Stage.DUE, seq, json.dumps(write_draft(draft)))
            db.execute("INSERT OR REPLACE INTO draft VALUES (?, ?, ?, ?)", values)
            db.execute(
                "DELETE FROM draft WHERE stage = ? AND n <= (SELECT n FROM draft WHERE stage = ?"
                " ORDER BY n DESC LIMIT 1 OFFSET ?)",
                (Stage.DONE, Stage.DONE, KEPT_RECEIPTS),
            )
            return True

    def drop(self, receipt: str) -> None:
        """Nothing was taken: it never was a sale."""
        with self._writing() as db:
            db.execute("DELETE FROM draft WHERE receipt = ? AND stage = ?", (receipt, Stage.OPEN))

    def stage(self, receipt: str, stage: Stage) -> None:
        """How far its receipt is."""
        with self._writing() as db:
            db.execute("UPDATE draft SET stage = ? WHERE receipt = ? AND stage != ?", (stage, receipt, Stage.OPEN))

    def stage_of(self, receipt: str) -> Stage | None:
        """How far a sale is; None: unknown here."""
        with self._lock:
            row = self._db.execute("SELECT stage FROM draft WHERE receipt = ?", (receipt,)).fetchone()
        return Stage(row[0]) if row else None

    def drafts(self, *stages: Stage) -> list[tuple[Draft, Stage]]:
        """The sales at these stages, the oldest first."""
        with self._lock:
            rows = self._db.execute("SELECT body, stage FROM draft ORDER BY n, receipt").fetchall()
        return [(read_draft(json.loads(body)), Stage(stage)) for body, stage in rows if stage in stages]

    # --- coupons

    def borrowed(self, coupon: Coupon) -> bool:
        """The gateway lent it. False: an old answer, that lending is over."""
        with self._writing() as db:
            row = db.execute("SELECT ended FROM coupon WHERE coupon = ?", (coupon.coupon,)).fetchone()
            ended = row[0] if row else 0
            if coupon.lending <= ended:
                return False
            values = (coupon.coupon, ended, *astuple(coupon)[1:])
            db.execute("INSERT OR REPLACE INTO coupon VALUES (?, ?, ?, ?, ?, ?)", values)
            return True

    def held_coupons(self) -> list[Coupon]:
        """What this lane has borrowed and neither used nor given back."""
        with self._lock:
            columns = "coupon, lending, minor_off, currency, item"
            query = f"SELECT {columns} FROM coupon WHERE lending IS NOT NULL ORDER BY coupon"  # noqa: S608
            return [Coupon(*row) for row in self._db.execute(query)]

    def give_back(self, coupons: Sequence[Coupon]) -> None:
        """They were not used."""
        with self._writing():
            for coupon in coupons:
                self._end(coupon, "coupon.returned")

    def _end(self, coupon: Coupon, kind: str, **more: str | int) -> None:
        ended = self._db.execute(
            "UPDATE coupon SET ended = lending, lending = NULL WHERE coupon = ? AND lending = ?",
            (coupon.coupon, coupon.lending),
        )
        if ended.rowcount:
            self._tell(kind, {"coupon": coupon.coupon, "lending": coupon.lending, **more}, self._clock())

    # --- inside

    def _tell(self, kind: str, body: Mapping[str, Any], at: int) -> int:
        self._db.execute("UPDATE about SET seq = seq + 1")
        seq = int(self._one("SELECT seq FROM about"))
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        self._db.execute("INSERT INTO event VALUES (?, ?, ?, ?)", (seq, at, kind, text))
        return seq

    def _count(self, what: str) -> int:
        with self._writing() as db:
            db.execute(f"UPDATE about SET {what} = {what} + 1")  # noqa: S608  one of our own three words
            return int(self._one(f"SELECT {what} FROM about"))  # noqa: S608

    def _one(self, query: str) -> Any:
        with self._lock:
            return self._db.execute(query).fetchone()[0]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")


def _newer(db: sqlite3.Connection, table: str, row: PriceRow | MemberRow) -> int:
    """Take the row where it is newer; the version that is held now."""
    found = db.execute(f"SELECT version FROM {table} WHERE item = ?", (row.item,)).fetchone()  # noqa: S608
    if found is not None and found[0] >= row.version:
        return int(found[0])
    values = astuple(row)
    db.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608
    return row.version
