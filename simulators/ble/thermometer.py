"""A simulated thermometer that tells its temperature in BTHome v2 adverts (bthome.io/format)."""

from dataclasses import dataclass

from bumble import hci
from bumble.device import Device, DeviceConfiguration
from bumble.transport.common import AsyncPipeSink

from simulators.ble.air import Air, LabelController
from simulators.ble.quiet import QuietHost

PLAIN_V2 = 0x40
TEMPERATURE, HUMIDITY = 0x02, 0x03


@dataclass(frozen=True, slots=True)
class ThermometerSpec:
    """One thermometer. Hundredths of a degree Celsius, hundredths of a per cent."""

    address: str
    centi: int = 300
    humidity: int = 6_000


class Thermometer:
    """A thermometer on the air; set `centi` at any time, and `silent` when its battery is empty."""

    open_to_links = True
    """It advertises. Nobody has a reason to link to it: it offers nothing."""

    def __init__(self, spec: ThermometerSpec, air: Air) -> None:
        self.silent = False
        self._spec = spec
        self._centi = spec.centi
        self._air = air
        self._address = hci.Address(spec.address, hci.Address.RANDOM_DEVICE_ADDRESS)
        self._controller = LabelController(spec.address, air, self)
        host = QuietHost(self._controller, AsyncPipeSink(self._controller))
        self._device = Device(config=DeviceConfiguration(name="thermometer", address=self._address), host=host)

    @property
    def centi(self) -> int:
        """What it measures."""
        return self._centi

    @centi.setter
    def centi(self, value: int) -> None:
        self._centi = value
        self._controller.le_legacy_advertiser.advertising_data = self._advert()

    async def start(self, advertise_every: float) -> None:
        """Power on and advertise every so many seconds."""
        await self._device.power_on()
        self._air.add_label(self._address, self._controller)
        interval = advertise_every * 625  # see `Label.start`
        await self._device.start_advertising(
            advertising_data=self._advert(), advertising_interval_min=interval, advertising_interval_max=interval
        )

    async def stop(self) -> None:
        """Power off."""
        self._controller.le_legacy_advertiser.stop()
        await self._device.power_off()

    def _advert(self) -> bytes:
        said = bytes((PLAIN_V2, TEMPERATURE)) + self._centi.to_bytes(2, "little", signed=True)
        said += bytes((HUMIDITY,)) + self._spec.humidity.to_bytes(2, "little")
        return b"\x02\x01\x06" + bytes((len(said) + 3, 0x16, 0xD2, 0xFC)) + said
