"""What every driver is, and how the gateway finds one."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from importlib.metadata import entry_points
from typing import Any, ClassVar

from drivers.base.sink import Sink

DEVICE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
"""Ids match this in full; topics, file names and URLs are built from ids only."""


class Capability(StrEnum):
    """What a device is good for, independent of its protocol."""

    SHOWS_LABEL = "shows-label"
    CHARGES_PRICES = "charges-prices"
    SEES_FRAMES = "sees-frames"
    BLINKS = "blinks"
    TAKES_PAYMENT = "takes-payment"
    WATCHES_NETWORK = "watches-network"
    MEASURES = "measures"
    WEIGHS = "weighs"
    SCANS = "scans"
    PRINTS = "prints"


class Driver(ABC):
    """One protocol. `start` begins to listen and reports to the sink until `stop`."""

    capabilities: ClassVar[frozenset[Capability]]

    @abstractmethod
    async def start(self, sink: Sink) -> None:
        """Begin to listen. Raises DeviceError when the way to the devices (adapter, broker) is not there."""

    @abstractmethod
    async def stop(self) -> None:
        """End every task and thread that `start` began. Safe to call twice."""


def load_driver(name: str, options: Mapping[str, Any]) -> Driver:
    """Find a driver by entry point and construct it. Raises LookupError (not there) or ValueError (bad options)."""
    found = {point.name: point for point in entry_points(group="aisle.drivers")}
    if name not in found:
        raise LookupError(f"no driver is called {name!r}; installed are: {', '.join(sorted(found)) or 'none'}")
    made = found[name].load()(options)
    if not isinstance(made, Driver):
        raise LookupError(f"{name!r} is installed as a driver but is a {type(made).__name__}")
    return made
