"""Vision workers, one per core, and which cameras sit with which.

A camera stays with its worker, which holds what it has shown so far. When a worker dies, its cameras are told, and sit
down again as soon as the next one is there. Whose picture was on the table when it happened is noted: twice within an
hour, and that camera gets a worker of its own, so that a picture which kills can cost no other camera more than that.
When it sits down again after an hour without, it sits with the others: it may have been killed for want of memory.
"""

import asyncio
import contextlib
import itertools
import os
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from edge.vision.config import WorkOrder
from edge.vision.facts import Crossing
from edge.vision.orders import GiveStill, Leave, Sit
from edge.vision.process import LookingProcess, Misbehaved
from edge.vision.restart import Restart, after_end
from edge.vision.still import MOST_BYTES, NoStill
from edge.vision.wire import Ended, Left, StillMade, Told

RESTARTS = "Aisle starts it again. If it lasts, look at the box's memory and load."
TRUSTED_DEATHS = 1
"""So many workers may die over a camera's pictures before it has to sit alone …"""
FORGIVEN_S = 3600.0
"""… and deaths that are longer ago count no more."""
LIVED_S = 5.0
"""A worker that lived for so long is started again at once: only one that dies at its start has to wait."""
LEAVE_S = 5.0
"""How long a worker may take to say its last word about a camera; one that takes longer is ended."""
STILL_S = 5.0
"""How long a still may take: a look, and what goes before it."""

OnTold = Callable[[Told], None]


@dataclass(eq=False, slots=True)
class Guest:
    """A camera at a worker. `over` ends with why it sits there no longer."""

    seat: int
    work: WorkOrder
    slot: int
    on_told: OnTold
    over: asyncio.Future[Ended]
    left: bool = False
    """Whether the worker said so itself: it was asked to, or cannot go on with this camera."""
    n: int = 0
    stills: dict[int, asyncio.Future[StillMade]] = field(default_factory=dict)

    def end(self, ended: Ended) -> None:
        """It sits there no longer."""
        if not self.over.done():
            self.over.set_result(ended)
        for waiting in self.stills.values():
            if not waiting.done():
                waiting.set_result(StillMade("", 0, 0, f"This camera gives no picture now: {ended.why}."))

    def hear(self, told: Told) -> None:
        """What the worker said of this camera. Raises Misbehaved: crossings are numbered without gaps."""
        match told:
            case Left():
                self.left = True
                self.end(Ended(told.why, told.what_now, told.again))
            case StillMade():
                if (waiting := self.stills.pop(told.n, None)) and not waiting.done():
                    waiting.set_result(told)
            case Crossing():
                self.n += 1
                if (told.epoch, told.n) != (self.work.epoch, self.n):
                    raise Misbehaved("the vision worker lost count of its crossings")
                self.on_told(told)
            case _:
                self.on_told(told)


class Crew:
    """Keeps so many workers, and one more for each camera that has to sit alone."""

    def __init__(self, workers: int) -> None:
        self._workers = [_Worker(self._died_over) for _ in range(workers)]
        self._alone: dict[str, _Worker] = {}
        self._deaths: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=TRUSTED_DEATHS + 1))
        """Of workers over a camera's pictures: the last ones."""
        self._seats = itertools.count(1)

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers that run now."""
        return [worker.pid for worker in (*self._workers, *self._alone.values()) if worker.pid]

    async def stop(self) -> None:
        """End every worker. Safe to call twice."""
        await asyncio.gather(*(worker.stop() for worker in (*self._workers, *self._alone.values())))

    @asynccontextmanager
    async def seated(self, work: WorkOrder, slot: int, on_told: OnTold) -> AsyncIterator[Guest]:
        """Have a camera looked at, until its `over` or the end of the context, which waits for the last word."""
        worker = self._worker_for(work.camera.id)
        over: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        guest = Guest(next(self._seats), work, slot, on_told, over)
        worker.welcome(guest)
        try:
            yield guest
        finally:
            await worker.part(guest)
            if worker is self._alone.get(work.camera.id) and not self._has_to_sit_alone(work.camera.id):
                await self._alone.pop(work.camera.id).stop()

    async def still(self, camera: str, n: int) -> bytes:
        """A PNG; see still.py. Raises NoStill."""
        for worker in (*self._workers, *self._alone.values()):
            if camera in worker.guests:
                return await worker.still(camera, n)
        raise NoStill("This camera gives no picture now. See its health, mend it, then try again.")

    def _worker_for(self, camera: str) -> "_Worker":
        if self._has_to_sit_alone(camera):
            return self._alone.setdefault(camera, _Worker(self._died_over))
        return min(self._workers, key=lambda worker: worker.load)

    def _has_to_sit_alone(self, camera: str) -> bool:
        now = time.monotonic()
        return sum(now - at < FORGIVEN_S for at in self._deaths[camera]) > TRUSTED_DEATHS

    def _died_over(self, camera: str) -> None:
        self._deaths[camera].append(time.monotonic())


class _Worker:
    """One worker: started with its first camera, and again whenever it dies."""

    def __init__(self, died_over: Callable[[str], None]) -> None:
        self._died_over = died_over
        self.guests: dict[str, Guest] = {}
        self._process: LookingProcess | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """0: it does not run."""
        return self._process.pid if self._process else 0

    @property
    def load(self) -> float:
        """Looks per second that it has promised."""
        return sum(guest.work.camera.fps for guest in self.guests.values())

    def welcome(self, guest: Guest) -> None:
        """Let a camera sit down, at once or as soon as there is a process."""
        self.guests[guest.work.camera.id] = guest
        if self._process:
            with contextlib.suppress(Misbehaved):  # then it is dying, which `_keep` is about to hear
                self._process.ask(Sit(seat=guest.seat, work=guest.work), [guest.slot])
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name="vision-worker")

    async def part(self, guest: Guest) -> None:
        """Let a camera go, and wait until everything about it was told."""
        camera = guest.work.camera.id
        if (process := self._process) and not guest.over.done():
            try:
                process.ask(Leave(camera=camera))
                await asyncio.wait_for(asyncio.shield(guest.over), LEAVE_S)
            except TimeoutError:
                process.kill()
            except Misbehaved:
                pass  # it is dying: nothing more will be told
        guest.end(Ended("it is watched no longer", "", again=True))
        if self.guests.get(camera) is guest:
            del self.guests[camera]

    async def still(self, camera: str, n: int) -> bytes:
        """See Crew."""
        guest = self.guests[camera]
        waiting = guest.stills[n] = asyncio.get_running_loop().create_future()
        file = os.memfd_create("aisle-still", os.MFD_CLOEXEC)
        try:
            os.truncate(file, MOST_BYTES)
            if self._process:
                self._process.ask(GiveStill(camera=camera, n=n), [file])
            made = await asyncio.wait_for(waiting, STILL_S)
            if made.why:
                raise NoStill(made.why)
            return os.pread(file, min(made.size, MOST_BYTES), 0)
        except TimeoutError as error:
            raise NoStill(
                f"No picture came within {STILL_S:.0f} s. See the camera's health, then try again."
            ) from error
        except Misbehaved as error:
            raise NoStill("The vision worker is being started again. Try again in a few seconds.") from error
        finally:
            os.close(file)
            guest.stills.pop(n, None)

    async def stop(self) -> None:
        """End the process."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep(self) -> None:
        """For ever; ends by being cancelled."""
        state = Restart()
        while True:
            began = time.monotonic()
            ended = await self._one_life()
            for guest in list(self.guests.values()):
                guest.end(ended)
            self.guests.clear()
            lived = time.monotonic() - began
            state = Restart() if lived >= LIVED_S else after_end(state, lived, again=True)
            await asyncio.sleep(state.wait_s or 0.0)

    async def _one_life(self) -> Ended:
        try:
            async with LookingProcess() as self._process:
                try:
                    for guest in list(self.guests.values()):
                        self._process.ask(Sit(seat=guest.seat, work=guest.work), [guest.slot])
                    while True:
                        self._hand_on(await self._process.next())
                except Misbehaved as error:
                    self._blame(self._process.on_the_table)
                    return Ended(str(error), RESTARTS, again=True)
        except OSError as error:
            return Ended(f"the vision worker cannot be started: {error.strerror}", RESTARTS, again=True)
        finally:
            self._process = None

    def _hand_on(self, told: Told) -> None:
        camera = getattr(told, "camera", "")
        if camera in self.guests:
            self.guests[camera].hear(told)
        elif not isinstance(told, StillMade):
            raise Misbehaved("the vision worker spoke of a camera that is not its own")

    def _blame(self, seat: int) -> None:
        for guest in self.guests.values():
            if guest.seat == seat:
                self._died_over(guest.work.camera.id)
