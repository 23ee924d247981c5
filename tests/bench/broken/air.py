"""Labels that show pictures, and thermometers that are heard, over Bluetooth."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from drivers.base import Panel, PanelImage, Sighting, Survey
from drivers.ble import BleDriver
from drivers.bthome import BthomeDriver
from tests.bench.broken.far_air import TICK_NS, WRAP
from tests.bench.broken.lines import names
from tests.bench.broken.rig import ODD, Break, Far, Heard, ask_all, far

SOUND = 3
EVERY_S = 0.5
SENSORS = 12


class Labels:
    """Every label gets another picture again and again."""

    def __init__(self, driver: BleDriver, room: Far, heard: "Panels", labels: list[str]) -> None:
        self._driver, self._room, self._heard, self._labels = driver, room, heard, labels
        self._device = dict(zip([*names(SOUND), ODD], labels, strict=True))
        self._seed = 0

    async def serve(self, seconds: float) -> list[float]:
        """Show pictures."""
        return await ask_all([*names(SOUND), ODD], self._show, seconds, EVERY_S, self._heard)

    async def become(self, fault: Break | None) -> None:
        """Break."""
        await self._room.order(fault=fault or "")

    def complaints(self) -> list[str]:
        """What was said of it."""
        return self._heard.of(self._device[ODD])

    async def _show(self, name: str) -> None:
        device = self._device[name]
        panel = self._heard.panels[device]
        self._seed += 1
        pixels = np.random.default_rng(self._seed).integers(0, len(panel.inks), (panel.height, panel.width))
        await self._driver.show(device, PanelImage(panel, pixels.astype(np.uint8)))


class Panels(Heard):
    """A sink that notes what labels are like."""

    def __init__(self) -> None:
        super().__init__()
        self.panels: dict[str, Panel] = {}

    def seen(self, sighting: Sighting) -> None:
        """A label is there."""
        if sighting.panel is not None:
            self.panels[sighting.device] = sighting.panel


@asynccontextmanager
async def labels(_folder: Path) -> AsyncIterator[Labels]:
    """A silent label is given up after a second here, not after ten."""
    async with far("far_air", SOUND + 1, 0) as room:
        driver = BleDriver({"backend": room.facts["backend"], "answer_timeout": 1, "connect_timeout": 5})
        heard = Panels()
        await driver.start(heard)
        try:
            devices = ["ble-" + address.replace(":", "").lower() for address in room.facts["labels"]]
            async with asyncio.timeout(20):
                while set(devices) - set(heard.panels):
                    await asyncio.sleep(0.02)
            yield Labels(driver, room, heard, devices)
        finally:
            await driver.stop()


class Thermometers:
    """From the moment in which a thermometer speaks to its survey."""

    def __init__(self, room: Far) -> None:
        self.room = room
        self.heard = Heard(self._take)
        self._took: list[float] = []

    async def serve(self, seconds: float) -> list[float]:
        """Listen."""
        self._took.clear()
        await asyncio.sleep(seconds)
        return list(self._took)

    async def become(self, fault: Break | None) -> None:
        """Break."""
        await self.room.order(fault=fault or "")

    def complaints(self) -> list[str]:
        """What was said of it."""
        return self.heard.of(ODD)

    def _take(self, survey: Survey) -> None:
        if survey.device != ODD:
            said = next(one.value for one in survey.measures if one.name == "temperature")
            if isinstance(said, int):
                self._took.append((time.monotonic_ns() // TICK_NS - said) % WRAP * TICK_NS / 1e9)


@asynccontextmanager
async def thermometers(_folder: Path) -> AsyncIterator[Thermometers]:
    """Thermometers that speak about twice a second, as fast as is passed on."""
    async with far("far_air", 0, SENSORS + 1) as room:
        group = Thermometers(room)
        sensors = dict(zip([*names(SENSORS), ODD], ({"address": one} for one in room.facts["sensors"]), strict=True))
        driver = BthomeDriver({"backend": room.facts["backend"], "sensors": sensors})
        await driver.start(group.heard)
        try:
            yield group
        finally:
            await driver.stop()
