"""What is made once for many days: the core's parts, an empty shop's database, pictures that were read before."""

import sqlite3
from collections.abc import Callable

import zxingcpp

from cloud_sync.contract.change import public_key
from cloud_sync.queue.outbox import Outbox
from edge.clock.calendar import Calendar
from edge.clock.kept import ShopHours
from edge.labels import digital_link, qr
from edge.prices.activation import Rules
from edge.prices.checks import Limits
from edge.prices.engine import PriceEngine
from edge.prices.inbox import Inbox
from edge.prices.timing import Clockwork
from edge.store import Transaction
from edge.store.database import open_for_writing
from simulators.storm.codec import Words
from simulators.storm.office import STORE
from simulators.storm.schedule import TILLS, first_binding
from simulators.storm.world import OPENING, Violation
from simulators.storm.zone import ShopZone

HELD_AFTER_MS = 120_000
Hold = Callable[[Transaction, str, int], str]


class Parts:
    """What is made once for many days: an empty shop's database, the codec, pictures that were read before."""

    def __init__(self, words: Words, items: tuple[str, ...], trusted: dict[str, str], grace_ms: int) -> None:
        self.words, self.items = words, items
        self.grace_ms = grace_ms
        keys = {keyid: public_key(keyid, hexed) for keyid, hexed in trusted.items()}
        self.hours = ShopHours(Calendar(ShopZone()))
        clockwork = Clockwork(lambda _: self.hours.configured)
        self.inbox = Inbox(STORE, keys, Limits(), lambda _: "", clockwork=clockwork)
        self.hold: Hold = lambda _tx, _item, _version: ""
        """What asks the clock of the gateway that runs now."""
        self.engine = PriceEngine(Rules(grace_ms), HELD_AFTER_MS, hold=lambda *asked: self.hold(*asked))
        self._read: dict[tuple[str, int], tuple[str, int]] = {}
        sql = open_for_writing(":memory:")
        tx = Transaction(sql, Outbox(1, 1 << 24), OPENING, 0)
        sql.execute("BEGIN IMMEDIATE")
        sql.execute("INSERT INTO meta VALUES ('epoch', ?)", (str(OPENING),))
        for name, role in [*((till, "till") for till in TILLS), *((label, "label") for label in first_binding())]:
            sql.execute(
                "INSERT INTO device (id, role, driver, enrolled, state_at) VALUES (?, ?, 'storm', 1, 0)", (name, role)
            )
            sql.execute("INSERT INTO twin (device) VALUES (?)", (name,))
        for till in TILLS:
            self.engine.till_joined(tx, till)
        for label, item in first_binding().items():
            self.engine.bind(tx, label, items[item], "storm")
        tx.finish()
        sql.execute("COMMIT")
        self._empty = sql
        self._disk = open_for_writing(":memory:")

    def new_disk(self) -> sqlite3.Connection:
        """The database of a shop on its first morning. There is one: the day before is gone."""
        if self._disk.in_transaction:
            self._disk.rollback()
        self._empty.backup(self._disk)
        return self._disk

    def close(self) -> None:
        """Close the databases."""
        self._empty.close()
        self._disk.close()

    def read_code(self, item: str, version: int) -> tuple[str, int]:
        """Item and version as a reader takes them from the code that the gateway draws."""
        found = self._read.get((item, version))
        if found is None:
            drawn = qr.modules(digital_link.make("shop.example", item, version))
            large = drawn.repeat(3, axis=0).repeat(3, axis=1)
            seen = zxingcpp.read_barcodes(large, formats=zxingcpp.BarcodeFormat.QRCode, is_pure=True)
            if not seen:
                raise Violation("codec", f"the code of version {version} of {item} cannot be read")
            found = self._read[item, version] = digital_link.parse(seen[0].text)
        return found
