"""The vision's processes from their parent's side: started, listened to, ended."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Sequence
from types import TracebackType

from edge.vision.config import WorkOrder
from edge.vision.facts import Health, ShelfSeen
from edge.vision.orders import Order, write_order
from edge.vision.pulse import Pulse, new_pulse
from edge.vision.wire import MAX_LINE, Ended, Told, read_line

GRACE_S = 2.0
"""From asking a process to end to ending it."""
LONGEST_LOOK_S = 10.0
"""One look takes milliseconds. A worker that is at it for so long hangs."""
LISTEN_S = 1.0
"""How often a silent worker's pulse is felt."""
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
    """The process died, hangs, or said what it may not say. The text is fit for a person."""


class Child:
    """A context that holds one running process. Raises OSError on entering when none can be started."""

    name = "process"

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The process id; 0 before the start."""
        return self._process.pid if self._process else 0

    async def _start(self, module: str, file: int, stdin: int) -> asyncio.subprocess.Process:
        """`file`: number of an open file that the process gets; it is told the number as its argument."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, str(file)),
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, **ENVIRONMENT},
            limit=MAX_LINE,
            pass_fds=(file,),
            start_new_session=True,  # a Ctrl-C at the terminal is for the gateway, which ends us in order
        )
        return self._process

    async def next(self) -> Told:
        """The next thing that the process tells. Raises Misbehaved."""
        if self._process is None or self._process.stdout is None:
            raise Misbehaved(f"{self.name} was not started")
        try:
            line = await self._process.stdout.readline()
            if not line.endswith(b"\n"):
                raise Misbehaved(f"{self.name} died ({_way_of_dying(await self._process.wait())})")
            return read_line(line)
        except ValueError as error:
            raise Misbehaved(f"{self.name} said something that cannot be read") from error

    def kill(self) -> None:
        """End it, whatever it is doing."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _end(self) -> None:
        """The process was asked to end; end it if it does not."""
        process = self._process
        if process is None:
            return
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._drained(process), GRACE_S)
        finally:
            self.kill()
            await process.wait()

    async def _drained(self, process: asyncio.subprocess.Process) -> None:
        """Read what is left, so that a process that is writing can end."""
        while process.stdout and await process.stdout.read(MAX_LINE):
            pass
        await process.wait()


class CaptureProcess(Child):
    """Takes one camera's pictures into the slot of that file, which stays its owner's."""

    name = "the process that takes its pictures"

    def __init__(self, order: WorkOrder, slot: int) -> None:
        super().__init__()
        self._order, self._slot = order, slot

    async def __aenter__(self) -> "CaptureProcess":
        process = await self._start("edge.vision.capture", self._slot, asyncio.subprocess.PIPE)
        if process.stdin:
            # Not as an argument: other users of the machine could read the camera's password.
            process.stdin.write(self._order.model_dump_json().encode() + b"\n")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ask it to end by closing its input; end it if it does not."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
        await self._end()

    async def next(self) -> Told:
        """See Child. It speaks of its own camera only, and counts nobody."""
        told = await super().next()
        ours = isinstance(told, Ended | ShelfSeen | Health)
        if not ours or getattr(told, "camera", self._order.camera.id) != self._order.camera.id:
            raise Misbehaved(f"{self.name} spoke of what it cannot know")
        return told


class LookingProcess(Child):
    """Looks at the pictures of many cameras."""

    name = "the vision worker"

    def __init__(self) -> None:
        super().__init__()
        self._ours: socket.socket | None = None
        self._pulse: Pulse | None = None

    async def __aenter__(self) -> "LookingProcess":
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.setblocking(False)
        try:
            self._pulse = new_pulse()
            with theirs:
                await self._start("edge.vision.worker", self._pulse.fd, theirs.fileno())
        except BaseException:
            self._let_go()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ask it to end by closing its input; end it if it does not."""
        self._let_go()
        await self._end()

    def _let_go(self) -> None:
        if self._ours:
            self._ours.close()
        if self._pulse:
            self._pulse.close()
            self._pulse = None

    @property
    def on_the_table(self) -> int:
        """The seat that is being looked at, or was when the worker died; 0: none."""
        return self._pulse.read()[0] if self._pulse else 0

    def ask(self, order: Order, files: Sequence[int] = ()) -> None:
        """Give an order, and a file with it, which stays the caller's. Raises Misbehaved: it takes none any more."""
        try:
            if self._ours:
                socket.send_fds(self._ours, [write_order(order)], list(files))
        except OSError as error:
            raise Misbehaved(f"{self.name} takes no orders") from error

    async def next(self) -> Told:
        """See Child; raises Misbehaved also for one look without an end."""
        telling = asyncio.ensure_future(super().next())
        try:
            while not (await asyncio.wait({telling}, timeout=LISTEN_S))[0]:
                _seat, for_s = self._pulse.read() if self._pulse else (0, 0.0)
                if for_s > LONGEST_LOOK_S:
                    raise Misbehaved(f"{self.name} has looked at one picture for {for_s:.0f} s")
            return await telling
        finally:
            telling.cancel()


def _way_of_dying(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
