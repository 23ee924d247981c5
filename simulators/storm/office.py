"""Head office: the real core over a database in memory, one per process, emptied for each day."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from sqlalchemy import Connection

from cloud_sync.contract.change import ChangeRow, open_change
from cloud_sync.contract.events import Committed
from cloud_sync.contract.feed import FeedPage
from cloud_sync.contract.goods import Entry, is_goods
from cloud_sync.hq.database import Database, open_database, upsert
from cloud_sync.hq.goods import send_goods
from cloud_sync.hq.ingest import ingest
from cloud_sync.hq.office import HqError, Office
from cloud_sync.hq.push import feed, push_on
from cloud_sync.hq.schema import coupons
from cloud_sync.hq.stores import add_store
from cloud_sync.hq.terms import Terms
from cloud_sync.hq.wire import unpack

STORE = "0204"
WINTER = "Etc/GMT-1"
"""What head office believes of the shop's clock: its winter time, by which a wall time is read last (see zone.py)."""
_ORDERS = "SELECT body FROM events WHERE kind = 'stock.reservation'"


class OfficeFile:
    """The database, made once: what takes long is making the tables and compiling the statements."""

    def __init__(self) -> None:
        self.db: Database = open_database(Path(":memory:"))
        self.signer = CryptoSigner(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"storm").digest()))
        add_store(Office(self.db, self.signer, now=lambda: 0), STORE, "Storm", timezone=WINTER)
        self._raw: Any
        with self.db.read() as sql:
            self._raw = sql.connection.driver_connection
        self._empty = sqlite3.connect(":memory:")
        self._raw.backup(self._empty)

    def begin(self, now: Callable[[], int]) -> "HeadOffice":
        """Head office on the morning of a day. `now` gives UTC epoch milliseconds."""
        self._empty.backup(self._raw)
        return HeadOffice(Office(self.db, self.signer, now=now))

    def close(self) -> None:
        """Close the database."""
        self._empty.close()
        self.db.close()


@dataclass(frozen=True, slots=True)
class Told:
    """What head office knows at the end, as far as the judge asks."""

    events: list[tuple[str, int, int, str, str]]
    """(device, its epoch, its sequence, kind, body) in the order in which head office has them."""
    rows: list[tuple[int, str, int, str, str]]
    """(Version, item, minor, outcome, why) of every row that was pushed."""
    ends: frozenset[int]
    """Versions with which a promotion ends."""
    members: dict[tuple[int, str], int | None]
    """(Version, item) → what members pay, if that was pushed as a price of its own."""
    misfits: list[str]
    heads: list[tuple[int, str]]
    """(Gateway's epoch, body) of every head of the ledger."""


class HeadOffice:
    """What the shop's line reaches."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def push(self, rows: list[ChangeRow], terms: Terms) -> tuple[int, ...]:
        """Push prices; returns the sequences of the changes. A promotion of what has no price yet is not pushed."""
        try:
            return push_on(self.office, STORE, rows, "storm", terms).sequences
        except HqError:
            return ()

    def send(self, packed: bytes) -> Committed:
        """Take a batch of events off the wire."""
        return ingest(self.office, STORE, unpack(packed, "zstd"))

    def changes(self, after: int) -> FeedPage:
        """A page of the change log, over the wire and back."""
        return FeedPage.model_validate_json(feed(self.office, STORE, after, 20).model_dump_json())

    def order(self, entries: Sequence[Entry]) -> None:
        """Order goods and lend coupons."""
        send_goods(self.office, STORE, entries, "storm")

    def told_of_order(self, name: str) -> set[str]:
        """The states of a customer's order that the shop told of."""
        with self.office.db.read() as sql:
            bodies = [json.loads(row[0]) for row in _rows(sql, _ORDERS)]
        return {body["state"] for body in bodies if body["id"] == name}

    def coupon_state(self, coupon: str) -> str:
        """Whether a coupon is here, lent or used, as head office believes."""
        with self.office.db.read() as sql:
            return str(dict(_rows(sql, "SELECT id, state FROM coupons")).get(coupon, "here"))

    def keep_coupon(self, coupon: str) -> None:
        """It is redeemed here."""
        with self.office.db.write() as sql:
            upsert(sql, coupons, [{"id": coupon, "store": STORE, "state": "used"}])

    def head(self) -> int:
        """The last sequence of the change log."""
        return feed(self.office, STORE, 0, 1).head

    def last_due(self) -> int:
        """When the last change of the log is in force, as far as head office can say, UTC epoch milliseconds."""
        with self.office.db.read() as sql:
            return int(_rows(sql, "SELECT COALESCE(MAX(effective_at), 0) FROM changes")[0][0])

    def _pushed_rows(self) -> Iterator[tuple[int, ChangeRow]]:
        """Every row of the log under its version, as it was signed."""
        trusted, after = [self.office.signer.public_key], 0
        while entries := feed(self.office, STORE, after, 50).entries:
            for entry in entries:
                if is_goods(entry.envelope):
                    continue
                change = open_change(entry.envelope.encode(), trusted)
                yield from ((change.sequence, row) for row in change.rows)
                yield from ((change.last_version, row) for row in change.afterwards)
            after = entries[-1].sequence

    def told(self) -> Told:
        """Everything that the judge compares."""
        members = {(version, row.item): row.member_minor for version, row in self._pushed_rows()}
        with self.office.db.read() as sql:
            return Told(
                _rows(
                    sql,
                    "SELECT device, device_epoch, device_seq, kind, body FROM events WHERE device_seq IS NOT NULL"
                    " ORDER BY epoch, seq",
                ),
                _rows(sql, "SELECT sequence, item, minor, outcome, why FROM change_rows ORDER BY sequence, item"),
                frozenset(row[0] for row in _rows(sql, "SELECT sequence FROM changes WHERE envelope = ''")),
                members,
                [row[0] for row in _rows(sql, "SELECT why FROM misfits ORDER BY epoch, seq")],
                _rows(sql, "SELECT epoch, body FROM events WHERE kind = 'ledger.head' ORDER BY epoch, seq"),
            )


def _rows(sql: Connection, text: str) -> list[Any]:
    return [tuple(row) for row in sql.exec_driver_sql(text)]
