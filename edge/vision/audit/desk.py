"""Audits under way: a clip in memory, for as long as a person needs to mark it, and no longer.

The clip of a camera is taken by a process of its own, or comes from a file that somebody uploads; pictures reach this
process with heads pixelated and are never written anywhere. It is forgotten when the marks have come, when the person
leaves it, after half an hour, and with the gateway.
"""

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from edge.store import Store, Transaction
from edge.store.ledger import encode
from edge.vision.audit.counter import Order
from edge.vision.audit.score import Passing, Score, Verdict, judge
from edge.vision.audit.told import Begun, Ended, GarbledError, Picture, read
from edge.vision.config import CameraConfig
from edge.vision.process import ENVIRONMENT

MOST_S, LEAST_S = 180, 5
"""How long a clip may be."""
KEEP_S = 30 * 60
MOST_CLIP, MOST_PICTURES = 192 << 20, 96 << 20
"""Bytes: of an uploaded file, and of the pictures made of a clip."""
MOST_MARKS = 2_000
SILENCE_S = 30.0
GRACE_S = 2.0
ONLY_FILES = "protocol_whitelist;file|format_whitelist;mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts"
"""For the library that unpacks an uploaded clip: nothing but the clip is opened, no playlist, no address in it."""

CameraOf = Callable[[str], CameraConfig]
"""A camera as it is counted now, with what was drawn for it. Raises KeyError."""


class Phase(StrEnum):
    """How far an audit is."""

    TAKING = "taking"
    READY = "ready"
    FAILED = "failed"


class Busy(Exception):  # read as "somebody is busy with it"
    """Another audit is under way. The text names who."""


@dataclass(slots=True)
class Audit:
    """One audit under way."""

    id: str
    camera: str
    line: str
    source: str
    by: str
    span_ms: int
    phase: Phase = Phase.TAKING
    why: str = ""
    pictures: list[Picture] = field(default_factory=list)
    counts: list[Passing] = field(default_factory=list)
    size: int = 0
    model: str = ""
    """What counts, once it has begun."""

    @property
    def length_ms(self) -> int:
        """How much of the clip is there."""
        return self.pictures[-1].at if self.pictures else 0


class AuditDesk:
    """One audit at a time, so that its memory is bounded. Lives on the event loop."""

    def __init__(self, camera_of: CameraOf, store: Store, core_looks: float = 0.0) -> None:
        """`core_looks`: as each core has promised, so that a clip is looked at as closely as the camera is."""
        self._camera_of, self._store, self._core_looks = camera_of, store, core_looks
        self._audit: Audit | None = None
        self._task: asyncio.Task[None] | None = None
        self._end: asyncio.TimerHandle | None = None

    def get(self, number: str, by: str) -> Audit:
        """The audit of this person. Raises KeyError."""
        if self._audit is None or self._audit.id != number or self._audit.by != by:
            raise KeyError(number)
        return self._audit

    def current(self) -> Audit | None:
        """The one that is under way."""
        return self._audit

    async def begin_live(self, camera: str, line: str, seconds: int, by: str) -> Audit:
        """Take the camera's next seconds. Raises KeyError, ValueError (no such line, too long) or Busy."""
        if not LEAST_S <= seconds <= MOST_S:
            raise ValueError(f"a clip is {LEAST_S} to {MOST_S} s long")
        found = self._check(camera, line)
        order = Order(camera=found, line=line, span_ms=seconds * 1000, core_looks=self._core_looks)
        return await self._begin(order, "live", by)

    async def begin_file(self, camera: str, line: str, fill: Callable[[int], Awaitable[None]], by: str) -> Audit:
        """Count an uploaded clip; `fill(fd)` writes it into a file without a name in memory. Raises as above."""
        found = self._check(camera, line)
        clip = os.memfd_create("clip", os.MFD_CLOEXEC)
        try:
            await fill(clip)
            if os.fstat(clip).st_size == 0:
                raise ValueError("no clip came")
            order = Order(camera=found, line=line, span_ms=MOST_S * 1000, core_looks=self._core_looks, clip=clip)
            return await self._begin(order, "file", by)
        finally:
            os.close(clip)

    async def finish(self, number: str, marks: Sequence[Passing], by: str) -> tuple[int, Score]:
        """Hold the marks against the count, keep the figures, forget the clip. Raises KeyError or ValueError."""
        audit = self.get(number, by)
        if audit.phase is not Phase.READY:
            raise ValueError("the clip is not ready yet")
        if len(marks) > MOST_MARKS:
            raise ValueError(f"at most {MOST_MARKS} marks")
        score = judge(marks, audit.counts)
        found = await self._store.do(lambda tx: _keep(tx, audit, score))
        await self.drop(number, by)
        return found, score

    async def drop(self, number: str, by: str) -> None:
        """Forget the clip without a result. Raises KeyError."""
        self.get(number, by)
        await self.stop()

    async def stop(self) -> None:
        """Forget whatever is under way."""
        audit, task, timer = self._audit, self._task, self._end
        self._audit = self._task = self._end = None
        if timer is not None:
            timer.cancel()
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if audit is not None:
            audit.pictures.clear()
            audit.counts.clear()

    def _check(self, camera: str, line: str) -> CameraConfig:
        if self._audit is not None:
            raise Busy(self._audit.by)
        found = self._camera_of(camera)
        if line not in {one.name for one in found.what_to_look_for().lines}:
            raise ValueError(f"{camera} has no line {line!r}")
        return found

    async def _begin(self, order: Order, source: str, by: str) -> Audit:
        if self._audit is not None:
            raise Busy(self._audit.by)
        audit = Audit(secrets.token_hex(8), order.camera.id, order.line, source, by, order.span_ms)
        self._audit = audit
        try:
            process = await _start(order)
        except OSError as error:
            self._audit = None
            raise ValueError(f"the clip cannot be counted now: {error.strerror}") from error
        self._task = asyncio.create_task(_listen(process, audit), name="audit")
        self._end = asyncio.get_running_loop().call_later(KEEP_S, self._expire)
        return audit

    def _expire(self) -> None:
        """Nobody came back: forget it."""
        audit, self._audit, self._end = self._audit, None, None
        if self._task is not None:
            self._task.cancel()
        if audit is not None:
            audit.pictures.clear()
            audit.counts.clear()


async def _start(order: Order) -> asyncio.subprocess.Process:
    bounds = {} if order.clip is None else {"OPENCV_FFMPEG_CAPTURE_OPTIONS": ONLY_FILES}
    passed = () if order.clip is None else (order.clip,)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "edge.vision.audit.counter"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **ENVIRONMENT, **bounds},
        pass_fds=passed,
        start_new_session=True,
    )
    if process.stdin:
        process.stdin.write(order.model_dump_json().encode() + b"\n")
    return process


async def _listen(process: asyncio.subprocess.Process, audit: Audit) -> None:
    """Take in what the process tells until it ends, and see that it does end."""
    try:
        audit.why = await _take_in(process, audit)
        audit.phase = Phase.FAILED if audit.why else Phase.READY
    finally:
        if process.stdin:
            process.stdin.close()
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        while process.stdout and await process.stdout.read(1 << 16):
            pass
        await process.wait()


async def _take_in(process: asyncio.subprocess.Process, audit: Audit) -> str:
    """Why it failed; "" when the clip is there. A clip that outgrows its memory ends where it does."""
    if process.stdout is None:
        return "the clip cannot be counted"
    while True:
        try:
            told = await asyncio.wait_for(read(process.stdout.readexactly), SILENCE_S)
        except (TimeoutError, asyncio.IncompleteReadError, GarbledError):
            return "the clip could not be counted to its end"
        match told:
            case Begun():
                audit.model = told.model
            case Picture():
                audit.size += len(told.jpeg)
                if audit.size > MOST_PICTURES:
                    return ""
                audit.pictures.append(told)
            case Passing():
                audit.counts.append(told)
            case Ended() if told.why or not audit.pictures:
                return told.why or "there is no picture in this clip"
            case Ended():
                return ""


def _keep(tx: Transaction, audit: Audit, score: Score) -> int:
    counts = [score.count(verdict) for verdict in (Verdict.COUNTED, Verdict.MISSED, Verdict.EXTRA)]
    row = tx.sql.execute(
        "INSERT INTO camera_audit (camera, line, source, span_ms, counted, missed, extra, at, by, model)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (audit.camera, audit.line, audit.source, audit.length_ms, *counts, tx.now, audit.by, audit.model),
    )
    body = {"camera": audit.camera, "line": audit.line, "counted": counts[0], "missed": counts[1], "extra": counts[2]}
    tx.sql.execute(
        "INSERT INTO audit (at, who, did, body) VALUES (?, ?, 'audit-camera', ?)", (tx.now, audit.by, encode(body))
    )
    tx.topics.add("cameras")
    return int(row.lastrowid or 0)
