"""Sending discount rules to tills: the whole set, again and again until a till confirms it. Nothing waits for it."""

import logging
from collections import deque
from collections.abc import Callable, Mapping

from drivers.base import Discounts, TillDriver
from drivers.errors import DeviceError
from edge.devices.health import State
from edge.devices.registry import Registry
from edge.dispatch.bell import Bell
from edge.dispatch.wanted import REPEAT_AFTER_MS
from edge.intake import journal_of
from edge.prices.discounts import due_to
from edge.store import Store

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
Sent = tuple[int, int, int]
"""Version, journal, and when it was sent."""


class DiscountDispatcher:
    """Runs until cancelled."""

    def __init__(
        self, store: Store, registry: Registry, drivers: Mapping[str, TillDriver], clock: Callable[[], int]
    ) -> None:
        self._store, self._registry, self._drivers, self._clock = store, registry, drivers, clock
        self._bell = Bell()
        self._sent: dict[str, Sent] = {}
        """Till → what was sent to it last."""
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
                    self._sent[till] = discounts.version, journal, self._clock()
            await self._bell.wait(LOOK_EVERY_SECONDS)

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
                version, of, at = self._sent.get(known.id, (0, 0, 0))
                if (version, of) != (discounts.version, journal) or abs(now - at) >= REPEAT_AFTER_MS:
                    due.append((known.id, journal, discounts, driver))
        return due
