"""Sending images to labels: several at once, fairly, and never the same image twice."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping

from drivers.base import LabelDriver, PanelImage
from drivers.errors import Asleep, DeviceError, Refused, Unreachable
from edge.devices.health import State
from edge.devices.pacing import Pacing
from edge.devices.registry import Registry
from edge.dispatch.bell import Bell
from edge.dispatch.hints import HintDrawer
from edge.dispatch.wanted import Job, first_of, label_jobs, note_sending
from edge.inventory.hints import Told, note_drawn, told_of
from edge.labels.content import CannotDraw
from edge.prices.engine import PriceEngine
from edge.store import Store, StoreError, Transaction

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 2.0
GIVE_UP_SECONDS = 360.0
"""Longer than any driver lets an upload last: a last resort against one that hangs."""


class LabelDispatcher:
    """Runs until cancelled. `draw(item, version, label)` gives the image, None when the panel is not known yet."""

    def __init__(
        self,
        store: Store,
        engine: PriceEngine,
        registry: Registry,
        drivers: Mapping[str, LabelDriver],
        draw: Callable[[str, int, str], PanelImage | None],
        clock: Callable[[], int],
        at_once: int,
        give_up_seconds: float = GIVE_UP_SECONDS,
    ) -> None:
        self._store = store
        self._engine = engine
        self._registry = registry
        self._drivers = drivers
        self._draw = draw
        self._clock = clock
        self._give_up_seconds = give_up_seconds
        self._pacing = Pacing(at_once)
        self._awake: deque[str] = deque()
        """Labels that came to life; noted on any thread, read on ours."""
        self._bell = Bell()
        self._tasks: set[asyncio.Task[None]] = set()
        self._hints = HintDrawer(store, registry, drivers, draw, clock, self._bell.ring)
        store.listen(lambda topics: self._bell.ring() if topics & {"sendings", "labels"} else None)
        registry.on_wake(self._woke)

    def _woke(self, device: str) -> None:
        self._awake.append(device)
        self._bell.ring()

    async def run(self) -> None:
        """Keep every label on its way until the task is cancelled."""
        try:
            while True:
                self._start_due()
                await self._bell.wait(LOOK_EVERY_SECONDS)
        finally:
            await self._hints.stop()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start_due(self) -> None:
        while self._awake:
            self._pacing.hurry(self._awake.popleft())
        jobs = self._wanted()
        if self._hints.label in jobs:
            self._hints.make_way()
        free = [label for label in jobs if label != self._hints.label]
        chosen = self._pacing.next(free, self._clock(), first_of(jobs))
        if chosen:
            self._hints.make_way()
        elif len(self._tasks) < self._pacing.at_once:
            self._hints.start_one(jobs)
        for label in chosen:
            task = asyncio.create_task(self._supervise(jobs[label]), name=f"label {label}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _wanted(self) -> dict[str, Job]:
        with self._store.reading() as db:
            jobs = label_jobs(db.conn)
        for label in list(jobs):
            known = self._registry.get(label)
            if (
                known is None
                or not known.enrolled
                or known.driver not in self._drivers
                or known.health.state is State.FAULT
            ):
                del jobs[label]
        return jobs

    async def _supervise(self, job: Job) -> None:
        try:
            await self._bring(job)
        except DeviceError as error:
            self._pacing.failed(job.label, self._clock())
            self._registry.failed(error)
            log.info("%s %s", error, error.what_now)
        except StoreError as error:
            self._pacing.failed(job.label, self._clock())
            log.warning("%s: not sent, the ledger could not be written first: %s", job.label, error)
        except Exception:
            self._pacing.failed(job.label, self._clock())
            log.exception("%s: the attempt ended in an error of ours; it will be tried again", job.label)
        else:
            self._pacing.worked(job.label)
        self._bell.ring()

    async def _bring(self, job: Job) -> None:
        """Draw, write it down, send, and write down that the label has it."""
        known = self._registry.get(job.label)
        if known is None:
            return
        try:
            with self._store.reading() as db:  # one moment: what is drawn is what is noted
                told = told_of(db.conn, job.item, job.version, self._clock())
                image = self._draw(job.item, job.version, job.label)
        except CannotDraw as error:
            raise Refused(job.label, str(error)) from error
        if image is None and known.health.seen_at is None:
            raise Asleep(job.label, "it was not heard yet, so its panel is not known")
        if image is None:
            raise Refused(job.label, "its panel is not known, so nothing can be drawn for it")
        unchanged = await self._store.do(lambda tx: note_sending(tx, job, image.digest))
        if not unchanged:
            await self._show(self._drivers[known.driver], job.label, image)
        await self._store.do(lambda tx: self._shown(tx, job, image.digest, told))
        self._registry.worked(job.label)

    def _shown(self, tx: Transaction, job: Job, digest: str, told: Told) -> None:
        self._engine.label_shown(tx, job.label, job.item, job.version, digest)
        note_drawn(tx, job.label, told)

    async def _show(self, driver: LabelDriver, label: str, image: PanelImage) -> None:
        """Upload, but not for ever: a label that hangs must not keep a turn from the others."""
        try:
            async with asyncio.timeout(self._give_up_seconds):
                await driver.show(label, image)
        except TimeoutError as error:
            raise Unreachable(label, f"the upload did not end within {self._give_up_seconds:g} s") from error
