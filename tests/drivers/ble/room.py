"""A room with simulated labels, the driver in it, and somebody who writes down what the driver reports."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from drivers.base import CouponAsk, Message, PanelImage, Sighting, Survey
from drivers.ble import BleDriver
from simulators.ble import Label, Radio

PATIENCE = 20.0
"""Seconds after which a test that waits has failed."""


@dataclass
class Notes:
    """A sink that remembers."""

    sightings: dict[str, Sighting] = field(default_factory=dict)
    misspoken: list[tuple[str, str, bytes]] = field(default_factory=list)

    def seen(self, sighting: Sighting) -> None:
        self.sightings[sighting.device] = sighting

    def lost(self, device: str, why: str) -> None:
        raise AssertionError(f"labels have no link to lose: {device} {why}")

    def said(self, message: Message) -> None:
        raise AssertionError(f"labels keep no journal: {message}")

    def asked(self, device: str, n: int) -> None:
        raise AssertionError(f"labels ask for no lease: {device} {n}")

    def borrows(self, ask: CouponAsk) -> None:
        raise AssertionError(f"labels borrow no coupon: {ask}")

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        self.misspoken.append((device, why, said))

    def measured(self, survey: Survey) -> None:
        raise AssertionError(f"{survey.device} is asked nothing")

    def hinted(self, device: str) -> None:
        raise AssertionError(f"{device} gives no hints")


async def until(true: Callable[[], object]) -> None:
    """Wait until something is true. It is looked at, not signalled: the truth may lie in another process."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.005)


@dataclass
class Room:
    """Everything in the room."""

    radio: Radio
    driver: BleDriver
    notes: Notes

    async def sighting(self, device: str) -> Sighting:
        """The next sighting of a label."""
        self.notes.sightings.pop(device, None)
        await until(lambda: device in self.notes.sightings)
        return self.notes.sightings[device]

    async def picture(self, device: str, seed: int = 1) -> PanelImage:
        """A random picture that fits a label."""
        panel = (await self.sighting(device)).panel
        assert panel is not None
        shape = (panel.height, panel.width)
        pixels = np.random.default_rng(seed).integers(0, len(panel.inks), shape).astype(np.uint8)
        return PanelImage(panel, pixels)

    def label(self, device: str) -> Label:
        """The simulated label behind a device id."""
        return self.radio.labels[colons(device)]


def colons(device: str) -> str:
    """The address that a device id was made of."""
    return bytes.fromhex(device.removeprefix("ble-")).hex(":").upper()


@asynccontextmanager
async def room(radio: Radio, **options: Any) -> AsyncIterator[Room]:
    """Switch a radio on and start a driver that talks to its adapter."""
    async with radio, driving(radio, **options) as inside:
        yield inside


@asynccontextmanager
async def driving(radio: Radio, **options: Any) -> AsyncIterator[Room]:
    """Start a driver in a room that is switched on."""
    driver, notes = BleDriver({"backend": radio.backend, **options}), Notes()
    await driver.start(notes)
    try:
        yield Room(radio, driver, notes)
    finally:
        await driver.stop()
