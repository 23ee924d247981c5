"""How long a picture takes to a Gicisky label, against the delays that its link itself adds up to."""

import asyncio
import time

import numpy as np

from drivers.base import CouponAsk, Message, PanelImage, Sighting, Survey
from drivers.ble import BleDriver
from simulators.ble import Radio, label_specs
from tests.bench.figure import ROUNDS, Figure, Say, compared

PACKET_SECONDS = 0.03
"""One packet under way: a connection interval of a real label."""


class _Listener:
    """A sink that waits for one label to be seen."""

    def __init__(self) -> None:
        self.found: asyncio.Future[Sighting] = asyncio.get_running_loop().create_future()

    def seen(self, sighting: Sighting) -> None:
        """Take the first sighting."""
        if not self.found.done():
            self.found.set_result(sighting)

    def lost(self, device: str, why: str) -> None:
        """Labels have no lasting link."""

    def said(self, message: Message) -> None:
        """Labels keep no journal."""

    def asked(self, device: str, n: int) -> None:
        """Labels ask for no lease."""

    def borrows(self, ask: CouponAsk) -> None:
        """Labels borrow no coupon."""

    def misspoke(self, device: str, why: str, said: bytes) -> None:
        """A simulated label without faults does not."""

    def measured(self, survey: Survey) -> None:
        """A label measures nothing."""

    def hinted(self, device: str) -> None:
        """A label gives no hints."""


def label_upload(say: Say) -> list[Figure]:
    """One figure: seconds for a three-colour picture of 296 × 128, from connecting to the label's own word."""
    return asyncio.run(_measure(say))


async def _measure(say: Say) -> list[Figure]:
    rounds = []
    async with Radio(label_specs(1), link_delay=PACKET_SECONDS, connect_delay=PACKET_SECONDS) as radio:
        driver, listener = BleDriver({"backend": radio.backend}), _Listener()
        await driver.start(listener)
        try:
            sighting = await asyncio.wait_for(listener.found, 20)
            panel = sighting.panel
            assert panel is not None
            for number in range(ROUNDS):
                say(f"Gicisky upload, round {number + 1} of {ROUNDS}")
                shape = (panel.height, panel.width)
                pixels = np.random.default_rng(number).integers(0, len(panel.inks), shape).astype(np.uint8)
                delays, began = radio.air.seconds, time.perf_counter()
                await driver.show(sighting.device, PanelImage(panel, pixels))
                took = time.perf_counter() - began
                # Stop and wait: every packet follows the arrival of the one before, so their delays add up.
                rounds.append((took, radio.air.seconds - delays + PACKET_SECONDS))
        finally:
            await driver.stop()
    name = f"Gicisky upload, {PACKET_SECONDS * 1000:g} ms a packet"
    return [compared(name, "s", rounds, "the packets' own delays", most=1.05)]
