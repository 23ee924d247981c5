"""A driver on simulated lines, and a sink that remembers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from drivers.base import CouponAsk, Message, Reading, Sighting, Survey
from drivers.errors import DeviceError
from drivers.serial import SerialDriver
from simulators.serial import Machine, NetworkPeer, Peer, TelnetPeer, TerminalPeer

INVENTED = "5A35"
"""The simulated Dialog scales' polynomial, as a till's settings would hold it."""

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "mt8217": {},
    "cas-pd2": {"type": "6"},
    "cas-stream": {},
    "dialog06": {"polynomial": INVENTED},
    "datalogic": {},
    "nci": {},
    "scanner": {"identifiers": True},
    "escpos": {"chinese": True, "print_ms": 500},
}


class Heard:
    """A sink. `events` are ("here" | "gone" | "odd", device)."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []
        self.words: list[str] = []

    def seen(self, sighting: Sighting) -> None:
        self.events.append(("here", sighting.device))

    def lost(self, device: str, why: str) -> None:
        self.events.append(("gone", device))
        self.words.append(why)

    def said(self, message: Message) -> None:
        raise AssertionError(message)

    def asked(self, device: str, n: int) -> None:
        raise AssertionError(device, n)

    def borrows(self, ask: CouponAsk) -> None:
        raise AssertionError(ask)

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        self.events.append(("odd", device))
        self.words.append(why)

    def measured(self, survey: Survey) -> None:
        raise AssertionError(survey)

    def hinted(self, device: str) -> None:
        raise AssertionError(device)

    def of(self, device: str) -> list[str]:
        return [what for what, who in self.events if who == device and what != "odd"]


def peer_on(way: str, machine: Machine, folder: Path, name: str = "port") -> Peer:
    if way == "terminal":
        return TerminalPeer(machine, folder / name)
    return NetworkPeer(machine) if way == "socket" else TelnetPeer(machine)


WAYS = ("terminal", "socket", "rfc2217")
PYSERIAL_IS_OLD = "ignore:set(Daemon|Name).. is deprecated:DeprecationWarning"
"""pyserial's RFC 2217 client starts its thread in the old manner."""


@asynccontextmanager
async def running(devices: Mapping[str, Mapping[str, Any]]) -> AsyncIterator[tuple[SerialDriver, Heard]]:
    driver, sink = SerialDriver({"devices": devices}), Heard()
    await driver.start(sink)
    try:
        yield driver, sink
    finally:
        await driver.stop()


def device(peer: Peer, family: str, **more: object) -> dict[str, Any]:
    fast = {"check_ms": 50} | ({} if family == "scanner" else {"answer_ms": 200})
    return {"family": family, "port": peer.address, **SETTINGS[family], **fast, **more}


async def until(true: Callable[[], bool], seconds: float = 40.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def here(sink: Heard, name: str) -> None:
    await until(lambda: sink.of(name)[-1:] == ["here"])


async def gone(sink: Heard, name: str) -> None:
    await until(lambda: sink.of(name)[-1:] == ["gone"])


async def ask(driver: SerialDriver, name: str, minor: int | None = None) -> Reading | DeviceError:
    """A reading, or how it failed."""
    try:
        return await driver.weigh(name, minor)
    except DeviceError as error:
        return error
