"""Granting leases to tills, and ending those that were not asked for again."""

import logging
from collections.abc import Callable, Mapping, Sequence

from drivers.base import TillDriver
from drivers.errors import DeviceError
from edge.dispatch.bell import Bell
from edge.prices.engine import PriceEngine
from edge.prices.leases import Leases
from edge.store import Store, StoreError, Transaction

log = logging.getLogger(__name__)

SWEEP_SECONDS = 0.5


class LeaseDesk:
    """Runs until cancelled. `monotonic` gives milliseconds that never jump."""

    def __init__(
        self,
        store: Store,
        engine: PriceEngine,
        leases: Leases,
        drivers: Mapping[str, TillDriver],
        driver_of: Callable[[str], str | None],
        monotonic: Callable[[], int],
    ) -> None:
        self._store = store
        self._engine = engine
        self._leases = leases
        self._drivers = drivers
        self._driver_of = driver_of
        self._monotonic = monotonic
        self._granted: dict[str, int] = {}
        """Till → its newest request that was granted and not answered yet."""
        self._bell = Bell()

    def asked(self, till: str, n: int) -> None:
        """A till asks for a lease. Any thread. What cannot be written is not granted; the till asks again."""

        def answered(granted: bool | None, error: BaseException | None) -> None:
            if error is not None:
                log.warning("%s: no lease, it could not be written: %s", till, error)
            elif granted:
                self._granted[till] = n
                self._bell.ring()

        try:
            self._store.post(self._decide, till, answered)
        except StoreError as error:
            answered(None, error)

    async def run(self) -> None:
        """Send what was granted, end what ran out, until the task is cancelled."""
        await self._store.do(lambda tx: self._leases.resume(tx, self._monotonic()))
        while True:
            while self._granted:
                await self._grant(*self._granted.popitem())
            if self._leases.due(self._monotonic()):
                try:
                    ended = await self._store.do(lambda tx: self._leases.sweep(tx, self._engine, self._monotonic()))
                except StoreError as error:
                    log.warning("a lease ended and could not be written yet: %s", error)
                else:
                    for till in ended:
                        log.warning("%s: its lease ended; it sells nothing until it has caught up, labels go on", till)
            await self._bell.wait(SWEEP_SECONDS)

    async def _grant(self, till: str, n: int) -> None:
        driver = self._drivers.get(self._driver_of(till) or "")
        if driver is None:
            return
        try:
            await driver.send_lease(till, n, self._leases.length_ms)
        except DeviceError as error:
            log.info("%s It will ask again.", error)

    def _decide(self, tx: Transaction, tills: Sequence[str]) -> list[bool]:
        return [self._leases.ask(tx, self._engine, till, self._monotonic()) for till in tills]
