"""What the passing of time asks for: timed prices, silence, running totals, and the ledger's head for head office."""

import asyncio
import logging
from collections.abc import Callable

from cloud_sync.contract.events import EventClass
from cloud_sync.queue.outbox import QueueFull
from edge.devices.registry import Registry
from edge.epcis.book import keep_up
from edge.inventory.reservations import expire
from edge.pickup.clock import tell_late
from edge.prices.engine import PriceEngine
from edge.store import Store, StoreError, Transaction
from edge.store.ledger import read_head
from edge.visits.office import tell_visits

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
SWEEP_EVERY_TICKS = 4
VISITS_EVERY_TICKS = 20
HEAD_EVERY_MS = 3_600_000
NEXT_DUE = (
    "SELECT MIN(due) FROM (SELECT effective_at AS due FROM price WHERE phase = 'waiting' AND effective_at > ?"
    " UNION ALL SELECT t.raise_at FROM timing t JOIN price p USING (item, version)"
    " WHERE p.phase = 'waiting' AND t.raise_at > ?)"
)
"""When the next price that waits takes effect, as a cut or as a raise, after a moment."""


class Chores:
    """Runs until cancelled; a chore that the disk refuses is done at the next turn."""

    def __init__(self, store: Store, engine: PriceEngine, registry: Registry, clock: Callable[[], int]) -> None:
        self._store = store
        self._engine = engine
        self._registry = registry
        self._clock = clock
        self._ticked = 0
        """When timed prices were last looked at, by the clock."""

    async def run(self) -> None:
        """Do the chores, each in its own rhythm."""
        turn = 0
        while True:
            try:
                if turn % SWEEP_EVERY_TICKS == 0:
                    self._registry.sweep()
                    await self._tick()
                    await self._store.do(expire)
                    await self._store.do(tell_late)
                if turn % VISITS_EVERY_TICKS == 0:
                    await self._store.do(tell_visits)
                    await self._store.do(tell_head)
                    await self._store.do(keep_up)
                await self._wait()
            except (StoreError, QueueFull) as error:
                log.warning("chores wait for the disk: %s", error)
                await asyncio.sleep(TICK_SECONDS)
            turn += 1

    async def _tick(self) -> None:
        self._ticked = self._clock()
        await self._store.do(self._engine.tick)

    async def _wait(self) -> None:
        """Wait for the next turn; a timed price that falls due meanwhile takes effect at its time, not at the turn."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + TICK_SECONDS
        while (left := ends - loop.time()) > 0:
            due = self._next_due()
            if due is None:
                await asyncio.sleep(left)
                return
            await asyncio.sleep(min(left, max(0, due - self._clock()) / 1000))
            if due <= self._clock():
                await self._tick()

    def _next_due(self) -> int | None:
        """When the next timed price takes effect; one that was due before and still waits, waits for something else."""
        with self._store.reading() as db:
            row = db.conn.execute(NEXT_DUE, (self._ticked, self._ticked)).fetchone()
        return None if row[0] is None else int(row[0])


def tell_head(tx: Transaction) -> None:
    """Once an hour, give head office the ledger's head: from then on nobody can cut or change what lies before it."""
    last = int(tx.get_meta("ledger.told_at", "0"))
    if last and 0 <= tx.now - last < HEAD_EVERY_MS:
        return
    head = read_head(tx.sql)
    tx.set_meta("ledger.told_at", str(tx.now))
    tx.tell(EventClass.PRICE, "ledger.head", "gateway", {"seq": head.seq, "hash": head.hash.hex()})
