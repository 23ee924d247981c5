"""The BTHome driver: hears adverts of the sensors it was told of, and passes on what they say."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from pydantic import ValidationError

from drivers.base import Capability, Driver, Measure, Sighting, Sink, Survey
from drivers.ble.driver import MUTE_RSSI
from drivers.ble.listener import Listener
from drivers.ble.options import BleOptions
from drivers.bthome.advert import SERVICE, Advert, read_advert
from drivers.bthome.options import BthomeOptions

LEAST_MS = 500
"""Words that differ come no faster than this from anything in a shop, but for a few at a time."""
QUICK = 10
CALM_MS = 5_000
"""Who said nothing new for so long is not hasty any more."""
MOST_HASTY = 100


@dataclass(slots=True)
class _Heard:
    """What a sensor said last, and when that was passed on (steady milliseconds). `wrong`: it could not be read."""

    device: str
    key: bytes | None
    said: tuple[Measure, ...] | None = None
    at: int = 0
    wrong: str = ""
    hasty: int = 0
    """How often in a row it said something else before its last words were a moment old; see LEAST_MS."""


class BthomeDriver(Driver):
    """Listens to BTHome v2 sensors. Options: `BthomeOptions`; a bad one is a ValueError that repeats no key."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.MEASURES})

    def __init__(
        self,
        options: Mapping[str, Any],
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        monotonic: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000,
    ) -> None:
        try:
            self._options = BthomeOptions.model_validate(dict(options))
            self._sensors = {
                one.address: _Heard(device, bytes.fromhex(one.key.get_secret_value()) if one.key else None)
                for device, one in self._options.sensors.items()
            }
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        except ValueError:
            raise ValueError("sensors: a key is 32 hex digits") from None
        radio = {key: getattr(self._options, key) for key in ("backend", "adapter", "scan", "silence")}
        self._listener = Listener(BleOptions.model_validate(radio), self._hear)
        self._clock, self._monotonic = clock, monotonic
        self._sink: Sink | None = None

    async def start(self, sink: Sink) -> None:
        """Begin to listen for adverts. Raises Unreachable when there is no working Bluetooth radio."""
        self._sink = sink
        await self._listener.start()

    async def stop(self) -> None:
        """Stop listening and give the radio back."""
        await self._listener.stop()

    def _hear(self, target: BLEDevice, advert: AdvertisementData) -> None:
        said = advert.service_data.get(SERVICE)
        sensor = self._sensors.get(target.address.upper())
        if said is not None and sensor is not None and self._sink is not None:
            rssi = None if advert.rssi == MUTE_RSSI else advert.rssi
            self.heard(self._sink, sensor, target.address.upper(), bytes(said), rssi)

    def heard(self, sink: Sink, sensor: _Heard, address: str, said: bytes, rssi: int | None) -> None:
        """Make a survey of an advert; what cannot be read is reported once until it can be read again."""
        read = read_advert(said, address, sensor.key)
        if not isinstance(read, Advert):
            if sensor.wrong != read.value:
                sensor.wrong = read.value
                sink.misspoke(sensor.device, read.value, said[:64])
            return
        sensor.wrong = "" if sensor.hasty < MOST_HASTY else sensor.wrong
        steady = self._monotonic()
        if not read.measures or (read.measures == sensor.said and steady - sensor.at < self._options.every * 1000):
            return
        if steady - sensor.at >= CALM_MS or sensor.said is None:
            sensor.hasty = 0
        elif steady - sensor.at < LEAST_MS and self._too_hasty(sink, sensor, said):
            return
        sensor.said, sensor.at = read.measures, steady
        volts = next((one.value for one in read.measures if one.name == "voltage"), None)
        battery = volts if isinstance(volts, int) else None
        name = self._options.sensors[sensor.device].name
        sink.seen(Sighting(sensor.device, address, name, "BTHome", battery_mv=battery, rssi=rssi))
        sink.measured(Survey(sensor.device, self._clock(), steady, read.measures))

    def _too_hasty(self, sink: Sink, sensor: _Heard, said: bytes) -> bool:
        """A few quick changes are passed on at once, a stream of them is not. A sensor that goes on is named once."""
        sensor.hasty += 1
        if sensor.hasty == MOST_HASTY:
            sensor.wrong = "it says something else again and again within a moment; some of that is passed over"
            sink.misspoke(sensor.device, sensor.wrong, said[:64])
        return sensor.hasty > QUICK
