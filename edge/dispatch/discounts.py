"""Sending discount rules to tills: the whole set, again and again until a till confirms it. Nothing waits for it."""

import logging
from collections import deque
from collections.abc import Callable, Mapping

from drivers.base import Discounts, TillDriver
from drivers.errors import DeviceError
from edge.devices.health import State
from edge.devices.registry import Registry
from edge.dispatch.bell import Bell
from edge.dispatch.wanted import Sent
from edge.intake import journal_of
from edge.prices.discounts import due_to
from edge.store import Store

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
Told = tuple[int, int]
"""Version of the set, and the journal that it was for."""


class DiscountDispatcher:
    """Runs until cancelled."""

    def __init__(
        self, store: Store, registry: Registry, drivers: Mapping[str, TillDriver], clock: Callable[[], int]
    ) -> None:
        self._store, self._registry, self._drivers, self._clock = store, registry, drivers, clock
        self._bell = Bell()
        self._sent: dict[str, tuple[Told, Sent]] = {}
        """Till → what was sent to it last, when, and how often."""
        self._back: deque[str] = deque()
        """Tills that came (back); noted on any thread, read on ours."""
        store.listen(lambda topics: self._bell.ring() if "discounts" in topics else None)
        registry.on_wake(self._woke)

    def _woke(self, till: str) -> None:
        self._back.append(till)
        self._bell.ring()

    async def run(self) -> None:
        """Keep every till up to date until the task is cancelled."""
        while True:
            while self._back:
                self._sent.pop(self._back.popleft(), None)
            for till, journal, discounts, driver in self._due():
                try:
                    await driver.send_discounts(till, discounts, journal)
                except DeviceError as error:
                    log.info("%s %s", error, error.what_now)
                else:
                    self._note(till, (discounts.version, journal))
            await self._bell.wait(LOOK_EVERY_SECONDS)

    def _note(self, till: str, told: Told) -> None:
        before, sent = self._sent.get(till, (None, Sent(0, 0)))
        self._sent[till] = told, Sent(self._clock(), sent.times + 1 if before == told else 1)

    def _due(self) -> list[tuple[str, int, Discounts, TillDriver]]:
        """Who is to be sent what now, and for which journal: a till that keeps another by now takes nothing of it."""
        due, now = [], self._clock()
        with self._store.reading() as db:
            for known in self._registry.all():
                driver = self._drivers.get(known.driver)
                if not driver or known.role != "till" or not known.enrolled or known.health.state is not State.READY:
                    continue
                journal = journal_of(db.conn, known.id)
                discounts = due_to(db.conn, known.id, journal) if journal else None
                if discounts is None:
                    continue
                told, sent = self._sent.get(known.id, (None, Sent(0, 0)))
                if told != (discounts.version, journal) or not sent.at <= now < sent.repeated_at():
                    due.append((known.id, journal, discounts, driver))
        return due
