"""The shell around the schedule: asks devices, and puts on record what they said or that they did not."""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from functools import partial

from drivers.base import NetworkDriver, Sighting, Survey
from drivers.errors import DeviceError, Misspoke, Refused
from edge.devices.health import State
from edge.devices.registry import Registry
from edge.network.config import NetworkConfig
from edge.network.rates import reckon
from edge.network.record import keep_watched, record_neighbours, record_survey, settle_hanging
from edge.network.schedule import Schedule, Verdict
from edge.network.supply import read_supply
from edge.power import PowerGuard
from edge.store import Store, StoreError, Transaction

log = logging.getLogger(__name__)

ROLE = "other"
LONGEST_SLEEP = 5.0
NOT_KEPT = "%s: a survey is not on record (%s); the next one will be"


class NetworkWatch:
    """Asks every device of the network drivers in its turn. `clock` never jumps (milliseconds)."""

    def __init__(
        self,
        drivers: Mapping[str, NetworkDriver],
        store: Store,
        registry: Registry,
        power: PowerGuard,
        config: NetworkConfig,
        clock: Callable[[], int],
    ) -> None:
        self._drivers, self._store, self._registry = drivers, store, registry
        self._power, self._config, self._clock = power, config, clock
        self._driver_of = {one.device: name for name, driver in drivers.items() for one in driver.watched}
        self._addresses = {one.device: one.address for driver in drivers.values() for one in driver.watched}
        self._schedule = Schedule(
            round(config.every_seconds * 1000), config.at_once, round(config.hint_gap_seconds * 1000)
        )
        self._before: dict[str, Survey] = {}
        self._lock = threading.Lock()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def enrol(self) -> None:
        """Take the devices of the options into service. Raises StoreError."""
        watched = [one for driver in self._drivers.values() for one in driver.watched]

        def work(tx: Transaction) -> None:
            keep_watched(tx, watched)
            self._power.keep_only(tx, (one.device for one in watched))
            for one in watched:
                self._registry.enrol(tx, one.device, ROLE, self._driver_of[one.device], one.name, one.place)

        await self._store.do(work)

    async def run(self) -> None:
        """Ask until cancelled."""
        self._loop = asyncio.get_running_loop()
        self._schedule.join(self._driver_of, self._clock())
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                self._wake.clear()
                for device in self._schedule.next(self._clock()):
                    task = asyncio.create_task(self._ask(device), name=f"survey {device}")
                    running.add(task)
                    task.add_done_callback(running.discard)
                seconds = min(self._schedule.wait(self._clock()) / 1000, LONGEST_SLEEP)
                with suppress(TimeoutError):
                    async with asyncio.timeout(max(seconds, 0.02)):
                        await self._wake.wait()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def hinted(self, device: str) -> None:
        """A trap came: ask the device soon. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hint, device)

    def _hint(self, device: str) -> None:
        self._schedule.hint(device, self._clock())
        self._wake.set()

    def measured(self, survey: Survey) -> None:
        """A device said how it is: all of it is one transaction. From any thread."""
        with self._lock:
            reckoned = reckon(self._before.get(survey.device), survey)
            self._before[survey.device] = survey
        supply = read_supply(survey.measures)
        keep_ms = self._config.history_hours * 3_600_000

        def work(tx: Transaction) -> None:
            record_survey(tx, survey.device, reckoned, survey.at, keep_ms)
            if survey.neighbours is not None:
                record_neighbours(tx, survey.device, survey.neighbours)
                settle_hanging(tx, self._config.hanging)
            if supply is not None:
                self._power.note(tx, survey.device, supply)

        self._sighted(survey)
        try:
            self._store.run(work).add_done_callback(partial(_kept, survey.device))
        except StoreError as error:
            log.warning(NOT_KEPT, survey.device, error)

    def _sighted(self, survey: Survey) -> None:
        """An answer is a sign of life, and what a person pressed "retry" for."""
        said = {one.name: str(one.value) for one in survey.measures if one.name.startswith("system.")}
        name, model = said.get("system.name", ""), said.get("system.model", "")
        device, driver = survey.device, self._driver_of.get(survey.device, "")
        self._registry.sighted(Sighting(device, self._addresses.get(device, ""), name, model), ROLE, driver)
        known = self._registry.get(device)
        if known is not None and known.health.state is State.FAULT:
            self._registry.worked(device)

    async def _ask(self, device: str) -> None:
        driver = self._drivers[self._driver_of[device]]
        try:
            await driver.survey(device)
        except DeviceError as error:
            self._failed(device, error)
        except Exception as error:  # one device's boundary: whatever it provokes stops nobody else's surveys
            log.exception("%s: the survey broke off. Report this.", device)
            self._failed(device, Misspoke(device, f"its survey broke off: {type(error).__name__}"))
        else:
            if self._schedule.ended(device, answered=True) is Verdict.UP:
                log.info("%s answers", device)
        finally:
            self._wake.set()

    def _failed(self, device: str, error: DeviceError) -> None:
        verdict = self._schedule.ended(device, answered=False)
        if isinstance(error, Refused):
            self._registry.failed(error)
        if verdict is Verdict.DOWN:
            log.warning("%s %s", error, error.what_now)
            self._registry.lost(device, error.why)


def _kept(device: str, written: "Future[None]") -> None:
    """What the disk refused is said; a supply's next survey finds the same change again."""
    if (error := written.exception()) is not None:
        log.warning(NOT_KEPT, device, error)
