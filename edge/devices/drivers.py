"""The drivers of this shop: found by entry point, sorted by what they drive, started until their way is there."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.base import Capability, Driver, LabelDriver, NetworkDriver, TillDriver, load_driver
from drivers.errors import DeviceError
from edge.devices.sink import DriverSink

log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Drivers:
    """All drivers by name, and those of labels, tills and network gear again by themselves."""

    all: Mapping[str, Driver]
    labels: Mapping[str, LabelDriver]
    tills: Mapping[str, TillDriver]
    gear: Mapping[str, NetworkDriver]

    @classmethod
    def load(cls, options: Mapping[str, Mapping[str, Any]]) -> "Drivers":
        """Construct each driver that is named with its options. Raises LookupError or ValueError, see `load_driver`."""
        found = {name: load_driver(name, given) for name, given in options.items()}
        return cls(
            found,
            {name: driver for name, driver in found.items() if isinstance(driver, LabelDriver)},
            {name: driver for name, driver in found.items() if isinstance(driver, TillDriver)},
            {name: driver for name, driver in found.items() if isinstance(driver, NetworkDriver)},
        )


def role_of(driver: Driver) -> str:
    """What the registry calls devices that this driver finds."""
    if Capability.MEASURES in driver.capabilities:
        return "other"
    return "till" if Capability.CHARGES_PRICES in driver.capabilities else "label"


async def keep_starting(name: str, driver: Driver, sink: DriverSink) -> None:
    """Start a driver, and try again while the way to its devices is not there. The rest of the shop goes on."""
    wait = FIRST_WAIT_S
    while True:
        try:
            await driver.start(sink)
        except DeviceError as error:
            log.warning("driver %s: %s %s Next try in %.0f s.", name, error, error.what_now, wait)
            await driver.stop()
        else:
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_S)


async def broker_address(driver: Any, options: Mapping[str, Any]) -> list[Any] | None:
    """Where tills reach the broker: as configured, or, where any free port will do, once the broker has taken one."""
    if driver is None:
        return None
    if options.get("port", 1883) and not str(options.get("broker", "")).startswith("mqtt://"):
        return [options.get("bind", "127.0.0.1"), options.get("port", 1883)]
    for _ in range(200):
        try:
            return list(driver.broker_address)
        except DeviceError:
            await asyncio.sleep(0.05)
    return None
