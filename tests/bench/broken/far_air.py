"""A room of labels and thermometers on one air: `python -m tests.bench.broken.far_air LABELS THERMOMETERS`.

The last of each is the odd one. A thermometer says the time at which it speaks instead of a temperature.
"""

import asyncio
import sys
import time
from typing import Any

from simulators.ble import Label
from simulators.ble.firmware import Faults
from simulators.ble.label import label_specs
from simulators.ble.radio import Radio
from simulators.ble.thermometer import Thermometer, ThermometerSpec
from tests.bench.broken.rig import Break, obey

WRAP = 30_000
"""Ticks of the clock that fit into a temperature: three seconds."""
TICK_NS = 100_000
SPEAKS_S = 0.55
FASTEST_S = 0.02
"""Bluetooth advertises no faster than every 20 ms."""
LABEL_FAULTS = {
    None: Faults(),
    Break.HANGS: Faults(mute=True),
    Break.FLOODS: Faults(),
    Break.MISSPEAKS: Faults(garbage=b"\xff\x00\xfe rubbish", garbage_after_parts=1),
}


class Room:
    """The odd label and the odd thermometer break together: they are measured one kind at a time."""

    def __init__(self, labels: list[Label], thermometers: list[Thermometer]) -> None:
        self._labels, self._thermometers = labels, thermometers
        self._fault: Break | None = None
        self._noise: asyncio.Task[None] | None = None

    async def do(self, order: dict[str, Any]) -> Any:
        """Break."""
        self._fault = Break(order["fault"]) if order["fault"] else None
        if self._noise is not None:
            self._noise.cancel()
            await asyncio.gather(self._noise, return_exceptions=True)
            self._noise = None
        if self._labels:
            self._labels[-1].faults = LABEL_FAULTS[self._fault]
        if self._fault is Break.FLOODS and self._labels:
            self._noise = asyncio.create_task(self._chatter(self._labels[-1]))
        elif self._fault is Break.FLOODS and self._thermometers:
            self._noise = asyncio.create_task(_babble(self._thermometers[-1]))
        return {}

    async def _chatter(self, label: Label) -> None:
        """Adverts as fast as can be; over a link, words that nobody asked for."""
        while True:
            if label.connected:
                label._say(b"\x05\x00\x00\x00\x00\x00")
            else:
                label._controller.le_legacy_advertiser.send_advertising_data()
            await asyncio.sleep(FASTEST_S / 4 if label.connected else FASTEST_S)

    async def speak(self) -> None:
        """Every thermometer says the time, again and again."""
        while True:
            for one in self._thermometers:
                if one is not self._thermometers[-1]:
                    one.centi = time.monotonic_ns() // TICK_NS % WRAP
                    _advertise(one)
            if self._thermometers:
                self._odd_speaks(self._thermometers[-1])
            await asyncio.sleep(SPEAKS_S)

    def _odd_speaks(self, one: Thermometer) -> None:
        match self._fault:
            case None:
                one.centi = time.monotonic_ns() // TICK_NS % WRAP
                _advertise(one)
            case Break.HANGS | Break.FLOODS:
                return
            case Break.MISSPEAKS:
                one._controller.le_legacy_advertiser.advertising_data = (
                    b"\x02\x01\x06" + bytes((6, 0x16, 0xD2, 0xFC)) + b"\x20\x02\xca"
                )
                _advertise(one)


async def _babble(one: Thermometer) -> None:
    """Something else, as fast as the air allows, and in its own time: in one breath with others it held them up."""
    while True:
        one.centi = (one.centi + 1) % WRAP
        _advertise(one)
        await asyncio.sleep(FASTEST_S)


def _advertise(one: Thermometer) -> None:
    one._controller.le_legacy_advertiser.send_advertising_data()


async def main(labels: int, thermometers: int) -> None:
    """Serve until the input ends."""
    sensors = [ThermometerSpec(f"FF:FF:93:00:00:{number:02X}") for number in range(1, thermometers + 1)]
    async with Radio(label_specs(labels), advertise_every=0.2, thermometers=sensors) as radio:
        room = Room(list(radio.labels.values()), list(radio.thermometers.values()))
        speaking = asyncio.create_task(room.speak())
        await obey(
            {"backend": radio.backend, "labels": list(radio.labels), "sensors": list(radio.thermometers)}, room.do
        )
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        await room.do({"fault": ""})


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
