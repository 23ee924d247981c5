"""One worker process from its parent's side: started, listened to, ended."""

import asyncio
import contextlib
import os
import sys
from types import TracebackType

from edge.vision.config import WorkOrder
from edge.vision.facts import Crossing
from edge.vision.wire import MAX_LINE, Told, read_line

SILENCE_S = 90.0
"""A worker tells its health every few seconds, or that its camera is gone. One this silent hangs."""
GRACE_S = 2.0
"""From asking a worker to end to ending it."""
ENVIRONMENT = {
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "OPENCV_IO_MAX_IMAGE_PIXELS": str(7680 * 4320),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}
"""No log that could quote an address; no picture above 8K; no threads beside the ones that we count; and no
library that reports to its maker (see session.load_runtime)."""


class Misbehaved(Exception):  # read as "the worker misbehaved"
    """The worker died, hangs, or said what it may not say. The text is fit for a person."""


class WorkerProcess:
    """A context that holds one running worker. Raises OSError on entering when none can be started."""

    def __init__(self, order: WorkOrder) -> None:
        self._order = order
        self._n = 0
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> "WorkerProcess":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "edge.vision.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, **ENVIRONMENT},
            limit=MAX_LINE,
            start_new_session=True,  # a Ctrl-C at the terminal is for the gateway, which ends us in order
        )
        if self._process.stdin:
            # Not as an argument: other users of the machine could read the camera's password.
            self._process.stdin.write(self._order.model_dump_json().encode() + b"\n")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ask the worker to end by closing its input; end it if it does not."""
        process = self._process
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._drained(process), GRACE_S)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    @property
    def pid(self) -> int:
        """The process id; 0 before the start."""
        return self._process.pid if self._process else 0

    async def next(self) -> Told:
        """The next thing that the worker tells. Raises Misbehaved."""
        if self._process is None or self._process.stdout is None:
            raise Misbehaved("the vision worker was not started")
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), SILENCE_S)
            if not line.endswith(b"\n"):
                raise Misbehaved(f"the vision worker died ({_way_of_dying(await self._process.wait())})")
            told = read_line(line)
        except TimeoutError as error:
            raise Misbehaved(f"the vision worker said nothing for {SILENCE_S:.0f} s") from error
        except ValueError as error:
            raise Misbehaved("the vision worker said something that cannot be read") from error
        self._check(told)
        return told

    def _check(self, told: Told) -> None:
        """A worker speaks of its own camera only, and numbers without gaps."""
        camera = getattr(told, "camera", self._order.camera.id)
        if isinstance(told, Crossing):
            self._n += 1
            if (told.epoch, told.n) != (self._order.epoch, self._n):
                raise Misbehaved("the vision worker lost count of its crossings")
        if camera != self._order.camera.id:
            raise Misbehaved("the vision worker spoke of another camera")

    async def _drained(self, process: asyncio.subprocess.Process) -> None:
        """Read what is left, so that a worker that is writing can end."""
        while process.stdout and await process.stdout.read(MAX_LINE):
            pass
        await process.wait()


def _way_of_dying(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
