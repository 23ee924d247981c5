"""Sending prices to tills, and receipts for what they told."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping

from drivers.base import TillDriver
from drivers.errors import DeviceError
from edge.devices.health import State
from edge.devices.registry import Registry
from edge.dispatch.bell import Bell
from edge.dispatch.wanted import ROWS_PER_MESSAGE, RowKey, Sent, due_rows, sent_now, till_rows
from edge.intake import journal_of
from edge.store import Store

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
RECEIPT_PAUSE_SECONDS = 0.02


class TillDispatcher:
    """Runs until cancelled. Rows that a till has not confirmed are repeated, a bounded number on the way at once."""

    def __init__(
        self, store: Store, registry: Registry, drivers: Mapping[str, TillDriver], clock: Callable[[], int]
    ) -> None:
        self._store = store
        self._registry = registry
        self._drivers = drivers
        self._clock = clock
        self._bell = Bell()
        self._on_the_way: dict[str, dict[RowKey, Sent]] = {}
        """Till → row → when it was sent last, and how often."""
        self._back: deque[str] = deque()
        """Tills that came (back); noted on any thread, read on ours."""
        store.listen(lambda topics: self._bell.ring() if "sendings" in topics else None)
        registry.on_wake(self.restart)

    def restart(self, till: str) -> None:
        """The till came (back): whatever was on the way to it may be lost."""
        self._back.append(till)
        self._bell.ring()

    async def run(self) -> None:
        """Keep every till up to date until the task is cancelled."""
        while True:
            while self._back:
                self._on_the_way.pop(self._back.popleft(), None)
            for known in self._registry.all():
                driver = self._drivers.get(known.driver)
                if driver and known.role == "till" and known.enrolled and known.health.state is State.READY:
                    try:
                        await self._bring(known.id, known.facts.epoch if known.facts else None, driver)
                    except DeviceError as error:
                        self._on_the_way.pop(known.id, None)
                        log.info("%s %s", error, error.what_now)
            await self._bell.wait(LOOK_EVERY_SECONDS)
            await asyncio.sleep(0.02)  # let commits that come together be answered together

    async def _bring(self, till: str, epoch: int | None, driver: TillDriver) -> None:
        """`epoch`: the journal that it keeps now. Until that is on record, the books may be of one that is gone."""
        now = self._clock()
        with self._store.reading() as db:  # one moment: what is sent is for that journal alone
            journal = journal_of(db.conn, till) or None
            if epoch is not None and journal != epoch:
                return
            wanted = till_rows(db.conn, till)
        due, on_the_way = due_rows(wanted, self._on_the_way.get(till, {}), now)
        self._on_the_way[till] = on_the_way
        for start in range(0, len(due), ROWS_PER_MESSAGE):
            part = due[start : start + ROWS_PER_MESSAGE]
            await driver.send_prices(till, part, journal)
            on_the_way.update(sent_now(part, on_the_way, now))


class Receipts:
    """Tells tills how far their events are on disk. Receipts are cumulative, so only the newest of each is sent."""

    def __init__(self, drivers: Mapping[str, TillDriver], driver_of: Callable[[str], str | None]) -> None:
        self._drivers = drivers
        self._driver_of = driver_of
        self._due: dict[str, tuple[int, int]] = {}
        self._bell = Bell()

    def owe(self, device: str, epoch: int, seq: int) -> None:
        """Everything of `epoch` up to `seq` is on disk. Any thread."""
        self._due[device] = (epoch, seq)
        self._bell.ring()

    async def run(self) -> None:
        """Send what is owed until the task is cancelled. A receipt that is lost is asked for by a repeat."""
        while True:
            await self._bell.wait(60)
            while self._due:
                device, (epoch, seq) = self._due.popitem()
                driver = self._drivers.get(self._driver_of(device) or "")
                if driver is None:
                    continue
                try:
                    await driver.send_receipt(device, epoch, seq)
                except DeviceError as error:
                    log.info("%s It will repeat, and be answered then.", error)
            # One receipt stands for many events: a busy till gets one now and then, not one for every commit.
            await asyncio.sleep(RECEIPT_PAUSE_SECONDS)
