"""Keeps every camera watched, and hands on what is told of it.

Each camera has a process of its own that takes its pictures, and a seat at one of a few workers that look at them, one
worker per core (see crew.py); the newest picture lies in memory that only these two share (see slot.py). What dies is
started again: a process that takes pictures costs its own camera a few seconds, a worker the cameras that sit with it.

What is told is a fact once `on_fact` has taken it; the gateway commits it. All these processes die with the gateway
(`kill -9` included), so what can be lost are the crossings that were told and not yet committed, and whoever crosses
until the gateway is back. Nothing can be counted twice: a crossing is named by (camera, epoch, n), and every seat of a
camera has a higher epoch than any before it, also over restarts of the gateway when it hands in the last epochs that it
has on disk.
"""

import asyncio
import itertools
import os
import time
from collections.abc import Callable, Mapping, Sequence

from edge.vision.config import CameraConfig, WorkOrder
from edge.vision.crew import RESTARTS, Crew
from edge.vision.facts import CameraLost, CameraMoved, Crossing, Health, Present, ShelfSeen, Totals, VisionFact
from edge.vision.minutes import Tally, add, close
from edge.vision.process import CaptureProcess, Misbehaved
from edge.vision.restart import Restart, after_end
from edge.vision.slot import Slot
from edge.vision.wire import Ended, Left, StillMade, Told

OnFact = Callable[[VisionFact], None]
SILENCE_S = 90.0
"""A camera's health is told every few seconds, or that it is gone. One so silent hangs."""


class VisionSupervisor:
    """Watches cameras until stopped. `on_fact` is called on the event loop, returns at once, never raises.

    `last_epochs`: camera → the highest epoch ever committed for it. `domain`: the host in the shop's label codes.
    `workers`: processes that look at pictures; None: one per core, and no more than there are cameras.
    """

    def __init__(
        self,
        cameras: Sequence[CameraConfig],
        on_fact: OnFact,
        last_epochs: Mapping[str, int] | None = None,
        domain: str = "",
        workers: int | None = None,
    ) -> None:
        if len({camera.id for camera in cameras}) != len(cameras):
            raise ValueError("two cameras have the same id")
        cores = len(os.sched_getaffinity(0)) if workers is None else workers
        seats = max(min(cores, len(cameras)), 1)
        self._crew = Crew(seats)
        self.core_looks = sum(camera.fps for camera in cameras if camera.counts_people) / seats
        """How many looks each core has promised a second (see sizes.py)."""
        self._keepers = {
            camera.id: _Keeper(
                camera, on_fact, (last_epochs or {}).get(camera.id, 0), domain, self.core_looks, self._crew
            )
            for camera in cameras
        }
        self._tasks: list[asyncio.Task[None]] = []
        self._stills = itertools.count(1)

    async def start(self) -> None:
        """Begin to watch every camera. Returns at once; how it goes is told as facts."""
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(keeper.keep(), name=f"vision-{name}") for name, keeper in self._keepers.items()
            ]

    async def stop(self) -> None:
        """End every process that was started here, and tell the open minutes. Safe to call twice."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._crew.stop()
        for keeper in self._keepers.values():
            keeper.close_minutes(None)

    async def change(self, camera: CameraConfig) -> None:
        """This camera looks for something else from now on: it begins anew. Raises KeyError."""
        keeper, name = self._keepers[camera.id], f"vision-{camera.id}"
        keeper.look_for(camera)
        for task in [task for task in self._tasks if task.get_name() == name]:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if task in self._tasks:  # else everything was stopped meanwhile
                self._tasks[self._tasks.index(task)] = asyncio.create_task(keeper.keep(), name=name)

    def retry(self, camera: str) -> None:
        """A person has mended something: start this camera now, unless it runs. Raises KeyError."""
        self._keepers[camera].retry.set()

    async def still(self, camera: str) -> bytes:
        """A PNG of what the camera sees now, every head pixelated (see still.py). Raises KeyError, or NoStill."""
        _ = self._keepers[camera]
        return await self._crew.still(camera, next(self._stills))

    def pids(self) -> dict[str, int]:
        """Camera → process id, of the processes that take pictures now."""
        return {name: keeper.pid for name, keeper in self._keepers.items() if keeper.pid}

    def worker_pids(self) -> list[int]:
        """Process ids of the workers that look at pictures now."""
        return self._crew.pids


class _Keeper:
    """One camera: start, listen, wait, start again."""

    def __init__(
        self, camera: CameraConfig, on_fact: OnFact, epoch: int, domain: str, core_looks: float, crew: Crew
    ) -> None:
        self._camera, self._on_fact, self._epoch, self._domain = camera, on_fact, epoch, domain
        self._core_looks = core_looks
        self._crew = crew
        self._tally = Tally()
        self._said_lost = ""
        self._watching_since: float | None = None
        self._heard = 0.0
        self.retry = asyncio.Event()
        self.pid = 0

    def look_for(self, camera: CameraConfig) -> None:
        """What to watch from the next start on."""
        self._camera = camera

    async def keep(self) -> None:
        """For ever; ends by being cancelled."""
        state = Restart()
        while True:
            self._watching_since = None
            ended = await self._one_life()
            self.close_minutes(None)
            self._tell_lost(ended)
            watched = time.monotonic() - self._watching_since if self._watching_since else 0.0
            state = after_end(state, watched, ended.again)
            if await self._asked_within(state.wait_s):
                state = Restart()

    async def _one_life(self) -> Ended:
        """Take pictures and have them looked at until no more come, for whatever reason."""
        try:
            with Slot() as slot:
                async with CaptureProcess(self._next_order(), slot.fd) as capture:
                    self.pid = capture.pid
                    taking = asyncio.create_task(self._listen(capture), name=f"pictures-{self._camera.id}")
                    try:
                        return await self._until_over(taking, slot)
                    finally:
                        taking.cancel()
                        await asyncio.gather(taking, return_exceptions=True)
        except Misbehaved as error:
            return Ended(str(error), RESTARTS, again=True)
        except OSError as error:
            return Ended(f"its processes cannot be started: {error.strerror}", RESTARTS, again=True)
        finally:
            self.pid = 0

    async def _listen(self, capture: CaptureProcess) -> Ended:
        """What the process that takes the pictures tells, until it ends. Raises Misbehaved."""
        while not isinstance(told := await capture.next(), Ended):
            self._take(told)
        return told

    async def _until_over(self, taking: asyncio.Task[Ended], slot: Slot) -> Ended:
        if self._camera.counts_people:
            return await self._have_looked_at(taking, slot)
        await self._first_of(taking)
        return taking.result()

    async def _have_looked_at(self, taking: asyncio.Task[Ended], slot: Slot) -> Ended:
        """Sit with a worker until no more pictures come; sit down again when the worker dies. Raises Misbehaved."""
        while True:
            async with self._crew.seated(self._next_order(), slot.fd, self._take) as guest:
                await self._first_of(taking, guest.over)
                if taking.done():
                    return taking.result()
            ended = guest.over.result()
            if guest.left:
                return ended
            self.close_minutes(None)
            self._tell_lost(ended)

    async def _first_of(self, *awaited: asyncio.Future[Ended]) -> None:
        """Wait for one of them. Raises Misbehaved when nothing at all is heard of the camera for too long."""
        self._heard = time.monotonic()
        while not any(one.done() for one in awaited):
            await asyncio.wait(awaited, timeout=SILENCE_S / 10, return_when=asyncio.FIRST_COMPLETED)
            if time.monotonic() - self._heard > SILENCE_S:
                raise Misbehaved(f"nothing was heard of it for {SILENCE_S:.0f} s")

    def _next_order(self) -> WorkOrder:
        self._epoch = max(self._epoch + 1, round(time.time() * 1000))
        return WorkOrder(camera=self._camera, epoch=self._epoch, domain=self._domain, core_looks=self._core_looks)

    def _take(self, told: Told) -> None:
        self._heard = time.monotonic()
        match told:
            case Crossing():
                self._tally = add(self._tally, told)
            case Health():
                self._watching_since = self._watching_since or time.monotonic()
                self._said_lost = ""
                self.close_minutes(told.at)
            case Totals() | Present() | CameraMoved() | ShelfSeen():
                pass
            case Ended() | Left() | StillMade():
                return
        self._on_fact(told)

    def close_minutes(self, now: int | None) -> None:
        """Tell the minutes that are over."""
        self._tally, minutes = close(self._tally, now)
        for minute in minutes:
            self._on_fact(minute)

    def _tell_lost(self, ended: Ended) -> None:
        """Once per reason until the camera is back."""
        if ended.why != self._said_lost:
            self._said_lost = ended.why
            self._on_fact(CameraLost(self._camera.id, ended.why, ended.what_now, final=not ended.again))

    async def _asked_within(self, wait_s: float | None) -> bool:
        """Wait so long (None: for ever); True at once when a person asks to try now."""
        self.retry.clear()
        try:
            await asyncio.wait_for(self.retry.wait(), wait_s)
        except TimeoutError:
            return False
        return True
