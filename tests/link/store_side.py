"""The store's end for the link's tests: a real outbox in SQLite, and a list of changes."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from cloud_sync.contract.events import Batch, EventClass, Sale, SaleLine
from cloud_sync.contract.feed import FeedEntry
from cloud_sync.link.side import Enrolment
from cloud_sync.queue.outbox import Outbox, Pending

SCHEMA = (Path(__file__).parents[2] / "edge/store/schema/0001.sql").read_text()
EPOCH = 77
_LINE = SaleLine(item="04012345678901", version=1, minor=199, quantity=2, total_minor=398)
SALE = Sale(receipt="r-1", currency="EUR", lines=(_LINE,), total_minor=398)


class Shop:
    """Implements `StoreSide` on one connection, used by one thread at a time."""

    def __init__(self, at: int = 1) -> None:
        self.sql = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.sql.executescript(SCHEMA)
        self.outbox = Outbox(EPOCH, 64 << 20)
        self.outbox.reload(self.sql)
        self.at = at
        self.taken: list[int] = []
        self.envelopes: list[str] = []
        self.kept: list[Enrolment] = []
        self.broken: Exception | None = None
        """Raised by the next `confirm` or `take`."""
        self.changed = asyncio.Event()

    def sell(self, count: int) -> None:
        """Queue events."""
        event = Pending(EventClass.SALE, "sale", "till-1", 1, 1, self.at, self.at, SALE.model_dump_json())
        self.outbox.put_many(self.sql, [event] * count)

    @property
    def waiting(self) -> int:
        return self.outbox.depth(self.sql).events

    def peek(self, limit: int) -> Batch | None:
        return self.outbox.peek(self.sql, limit)

    async def confirm(self, epoch: int, seq: int) -> int:
        self._break()
        gone = self.outbox.confirm(self.sql, epoch, seq)
        self.changed.set()
        return gone

    def cursor(self) -> int:
        return self.taken[-1] if self.taken else 0

    async def take(self, entries: Sequence[FeedEntry], head: int) -> None:
        self._break()
        await asyncio.sleep(0)
        self.taken += [entry.sequence for entry in entries]
        self.envelopes += [entry.envelope for entry in entries]
        self.changed.set()

    async def keep(self, enrolment: Enrolment) -> None:
        self._break()
        self.kept.append(enrolment)

    def _break(self) -> None:
        broken, self.broken = self.broken, None
        if broken is not None:
            raise broken


async def until(true: Callable[[], object]) -> None:
    """Wait for something to become true; only a hang ends this early."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)
