"""What is common to all kinds: how a device breaks, a group of devices, and simulated ones in their own process."""

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import Any, Protocol

from drivers.base import CouponAsk, Message, Sighting, Survey
from drivers.errors import DeviceError

ODD = "odd"
"""The device that breaks."""


class Break(StrEnum):
    """How a device is broken."""

    HANGS = "hangs"
    MISSPEAKS = "misspeaks"
    FLOODS = "floods"


class Group(Protocol):
    """Some devices of one kind, in service. All are well, but one may be broken."""

    async def serve(self, seconds: float) -> list[float]:
        """Use all devices for so long; how long each service of a sound one took, in seconds."""

    async def become(self, fault: Break | None) -> None:
        """The odd device breaks like this from now on; None: it is well."""

    def complaints(self) -> list[str]:
        """What the product has said of the odd device so far."""


class Heard:
    """A sink that remembers what is wrong with whom, and hands surveys on."""

    def __init__(self, survey: Callable[[Survey], None] = lambda _: None) -> None:
        self.wrong: list[tuple[str, str]] = []
        """(device, why)."""
        self._survey = survey

    def seen(self, sighting: Sighting) -> None:
        """A sign of life."""

    def lost(self, device: str, why: str) -> None:
        """A device is gone."""
        self.wrong.append((device, why))

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        """A device made no sense."""
        self.wrong.append((device, why))

    def said(self, message: Message) -> None:
        """An event."""
        message.ack()

    def asked(self, device: str, n: int) -> None:
        """A lease is asked for."""

    def borrows(self, ask: CouponAsk) -> None:
        """A coupon is asked for."""

    def measured(self, survey: Survey) -> None:
        """A survey."""
        self._survey(survey)

    def hinted(self, device: str) -> None:
        """A hint."""

    def of(self, device: str) -> list[str]:
        """What was said of a device."""
        return [why for who, why in self.wrong if who == device]


async def ask_all(
    devices: list[str], ask: Callable[[str], Awaitable[object]], seconds: float, every: float, heard: Heard
) -> list[float]:
    """Ask every device every so many seconds on average, side by side. How long each answer of a sound one took.

    Not in step: devices that keep out of each other's way while all are well would be met by one that is late.
    """
    took: list[float] = []
    beats = random.Random(1)  # the same with a broken device and without
    ends = time.perf_counter() + seconds

    async def keep_asking(number: int, device: str) -> None:
        due = time.perf_counter() + every * number / len(devices)
        while due < ends:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            began = time.perf_counter()
            due = max(began, due + every * beats.uniform(0.5, 1.5))
            try:
                await ask(device)
            except DeviceError as error:
                heard.wrong.append((error.device, error.why))
                continue
            if device != ODD:
                took.append(time.perf_counter() - began)

    asking = {device: asyncio.create_task(keep_asking(number, device)) for number, device in enumerate(devices)}
    try:
        await asyncio.gather(*(task for device, task in asking.items() if device != ODD))
    finally:
        for task in asking.values():
            task.cancel()
        await asyncio.gather(*asking.values(), return_exceptions=True)
    return took


class Far:
    """Simulated devices in a process of their own: `python -m tests.bench.broken.MODULE ARGUMENTS…`.

    It prints one line of JSON when it is there, and answers each line of its input with one line of JSON.
    """

    def __init__(self, process: asyncio.subprocess.Process, facts: Any) -> None:
        self._process = process
        self.facts = facts

    async def order(self, **what: Any) -> Any:
        """Have it do something; returns what it answers."""
        if self._process.stdin is None:
            raise RuntimeError("the devices' process has no input")
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        await self._process.stdin.drain()
        return await _line(self._process)


@asynccontextmanager
async def far(module: str, *arguments: object) -> AsyncIterator[Far]:
    """Start such a process; it ends with its input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"tests.bench.broken.{module}", *map(str, arguments),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 24, env=dict(os.environ),
    )  # fmt: skip
    try:
        yield Far(process, await _line(process))
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _line(process: asyncio.subprocess.Process) -> Any:
    if process.stdout is None:
        raise RuntimeError("the devices' process has no output")
    return json.loads(await process.stdout.readline())


async def obey(facts: Any, do: Callable[[dict[str, Any]], Awaitable[Any]]) -> None:
    """The far end of `Far`: say the facts, then do what each line says until the input ends."""
    _say(facts)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        _say(await do(json.loads(line)))


def give_way() -> None:
    """A broken device is another machine's work: here it takes only what the others leave of this one."""
    with suppress(OSError):
        os.nice(15)


def _say(words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()
