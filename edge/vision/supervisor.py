"""Keeps one worker process per camera, and hands on what they tell.

What a worker tells is a fact once `on_fact` has taken it; the gateway commits it. A worker dies with the
gateway (`kill -9` included), so what can be lost are the crossings that were told and not yet committed, and
whoever crosses until the gateway is back. Nothing can be counted twice: a crossing is named by (camera,
epoch, n), and every start of a worker has a higher epoch than any before it, also over restarts of the
gateway when it hands in the last epochs that it has on disk.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from edge.vision.config import CameraConfig, WorkOrder
from edge.vision.facts import CameraLost, Crossing, Health, Present, ShelfSeen, Totals, VisionFact
from edge.vision.minutes import Tally, add, close
from edge.vision.process import Misbehaved, WorkerProcess
from edge.vision.restart import Restart, after_end
from edge.vision.still import NoStill
from edge.vision.wire import Ended

OnFact = Callable[[VisionFact], None]
RESTARTS = "Aisle starts it again. If it lasts, look at the box's memory and load."


class VisionSupervisor:
    """Watches cameras until stopped. `on_fact` is called on the event loop, returns at once, never raises.

    `last_epochs`: camera → the highest epoch ever committed for it. `domain`: the host in the shop's label codes.
    """

    def __init__(
        self,
        cameras: Sequence[CameraConfig],
        on_fact: OnFact,
        last_epochs: Mapping[str, int] | None = None,
        domain: str = "",
    ) -> None:
        if len({camera.id for camera in cameras}) != len(cameras):
            raise ValueError("two cameras have the same id")
        self._keepers = {
            camera.id: _Keeper(camera, on_fact, (last_epochs or {}).get(camera.id, 0), domain) for camera in cameras
        }
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to watch every camera. Returns at once; how it goes is told as facts."""
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(keeper.keep(), name=f"vision-{name}") for name, keeper in self._keepers.items()
            ]

    async def stop(self) -> None:
        """End every worker that was started here, and tell the open minutes. Safe to call twice."""
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
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
        if not self._keepers[camera].pid:
            raise NoStill("This camera gives no pictures now. Look at its health, mend it, then try again.")
        raise NoStill("The camera's worker gives no stills yet.")

    def pids(self) -> dict[str, int]:
        """Camera → process id, of the workers that run now."""
        return {name: keeper.pid for name, keeper in self._keepers.items() if keeper.pid}


class _Keeper:
    """One camera: start, listen, wait, start again."""

    def __init__(self, camera: CameraConfig, on_fact: OnFact, epoch: int, domain: str) -> None:
        self._camera, self._on_fact, self._epoch, self._domain = camera, on_fact, epoch, domain
        self._tally = Tally()
        self._said_lost = ""
        self._watching_since: float | None = None
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
        """Start a worker and listen until it ends, for whatever reason."""
        self._epoch = max(self._epoch + 1, round(time.time() * 1000))
        try:
            async with WorkerProcess(WorkOrder(camera=self._camera, epoch=self._epoch, domain=self._domain)) as worker:
                self.pid = worker.pid
                while not isinstance(told := await worker.next(), Ended):
                    self._take(told)
                return told
        except Misbehaved as error:
            return Ended(str(error), RESTARTS, again=True)
        except OSError as error:
            return Ended(f"the vision worker cannot be started: {error.strerror}", RESTARTS, again=True)
        finally:
            self.pid = 0

    def _take(self, told: Crossing | Totals | Present | Health | ShelfSeen) -> None:
        match told:
            case Crossing():
                self._tally = add(self._tally, told)
            case Health():
                self._watching_since = self._watching_since or time.monotonic()
                self._said_lost = ""
                self.close_minutes(told.at)
            case Totals() | Present() | ShelfSeen():
                pass
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
