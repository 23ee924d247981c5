"""Where word of the time arrives: head office's answers, the kernel, a person. Hands it to the store of record."""

import asyncio
import logging
from collections.abc import Callable

from cloud_sync.queue.outbox import QueueFull
from edge.clock.calendar import Calendar
from edge.clock.kept import ShopHours
from edge.clock.kernel import KernelClock
from edge.clock.trust import Evidence, Source, from_office
from edge.clock.watch import ClockWatch
from edge.prices.timing import retime
from edge.store import Store, StoreError, Transaction

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
KERNEL_EVERY_LOOKS = 15
OFFICE_EVERY_MS = 30_000
"""Head office's word is taken over so often; more often while the clock is not trusted."""
DOUBTED_EVERY_MS = 2_000


class ClockDesk:
    """`clock` and `monotonic` give milliseconds; `kernel` asks the machine whether a time server keeps its clock."""

    def __init__(
        self,
        store: Store,
        watch: ClockWatch,
        hours: ShopHours,
        clock: Callable[[], int],
        monotonic: Callable[[], int],
        kernel: Callable[[], KernelClock | None],
    ) -> None:
        self._store = store
        self._watch = watch
        self.hours = hours
        self._clock = clock
        self._monotonic = monotonic
        self._kernel = kernel
        self._trusted = False
        self._office_at: int | None = None

    async def run(self) -> None:
        """Look at the clock again and again; runs until cancelled."""
        turn = 0
        while True:
            try:
                if turn % KERNEL_EVERY_LOOKS == 0:
                    await self._ask_kernel()
                self._trusted = (await self._store.do(self._watch.look)).trusted
            except (StoreError, QueueFull) as error:
                log.warning("the clock is looked at again later: %s", error)
            turn += 1
            await asyncio.sleep(LOOK_SECONDS)

    def office_said(self, date_ms: int, took_ms: int) -> None:
        """Head office dated an answer that has just arrived, so long after its question. Returns at once."""
        heard = self._monotonic()
        every = OFFICE_EVERY_MS if self._trusted else DOUBTED_EVERY_MS
        if self._office_at is not None and heard - self._office_at < every:
            return
        self._office_at = heard
        evidence = from_office(date_ms, heard - took_ms, heard)
        try:
            self._store.run(lambda tx: self._watch.hear(tx, evidence))
        except StoreError as error:
            log.debug("head office's time was not noted: %s", error)

    async def confirm(self, by: str, note: Callable[[Transaction], None]) -> None:
        """A person compared the clock with a right one. Raises ValueError where something weightier disagrees.

        `note` writes down who did it, in the same transaction.
        """

        def work(tx: Transaction) -> bool:
            note(tx)
            return self._watch.person(tx, by)

        if not await self._store.do(work):
            raise ValueError(
                "head office's time, or one that is past already, says otherwise: set this box's clock first"
            )
        self._trusted = True

    async def set_hours(self, calendar: Calendar, by: str, note: Callable[[Transaction], None]) -> None:
        """Opening hours from now on; prices that wait for an opening or a closing wait for the new one."""

        def work(tx: Transaction) -> None:
            note(tx)
            self.hours.keep(tx, calendar, by)
            retime(tx, calendar)

        await self._store.do(work)

    async def _ask_kernel(self) -> None:
        said = self._kernel()
        if said is None or not said.synced:
            return
        evidence = Evidence(Source.NETWORK, self._clock(), self._monotonic(), said.error_ms)
        await self._store.do(lambda tx: self._watch.hear(tx, evidence))
