"""The hook for a Bluetooth radio that is not the system's own.

A third party installs a function of the shape `OpenBackend` under the entry point group `aisle.ble_backends`.
Nothing has to be inherited or imported from here: shapes are compared by structure.
"""

import asyncio
from importlib.metadata import entry_points
from typing import Protocol

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

GROUP = "aisle.ble_backends"


class Backend(Protocol):
    """An open radio, as the pair of classes that bleak takes as `backend=`. Both are bound to this radio."""

    @property
    def scanner(self) -> type[BaseBleakScanner] | None:
        """For `BleakScanner(backend=...)`; None is bleak's own choice."""

    @property
    def client(self) -> type[BaseBleakClient] | None:
        """For `BleakClient(backend=...)`; None is bleak's own choice."""

    async def wait_lost(self) -> str:
        """Return why, once the radio is gone for good; a radio that cannot tell never returns."""

    async def close(self) -> None:
        """Give the radio back. Ends every connection; safe after a loss, and safe to call twice."""


class OpenBackend(Protocol):
    """What an entry point names. Bounded in time; raises OSError or BleakError when it cannot open."""

    async def __call__(self, argument: str) -> Backend:
        """Open the radio that the argument describes."""


class SystemBackend:
    """Bleak's own choice (BlueZ on Linux). It never tells that its adapter is gone; silence does."""

    scanner: type[BaseBleakScanner] | None = None
    client: type[BaseBleakClient] | None = None

    async def wait_lost(self) -> str:
        """Never returns."""
        await asyncio.get_running_loop().create_future()
        return ""

    async def close(self) -> None:
        """Nothing to give back."""


async def open_backend(spec: str | None) -> Backend:
    """Open the radio named by "NAME:ARGUMENT", or the system's own for None.

    Raises LookupError for an unknown name, and what the backend raises when it cannot open.
    """
    if spec is None:
        return SystemBackend()
    name, _, argument = spec.partition(":")
    found = {point.name: point for point in entry_points(group=GROUP)}
    if name not in found:
        raise LookupError(
            f"no Bluetooth backend is called {name!r}; installed are: {', '.join(sorted(found)) or 'none'}"
        )
    opener: OpenBackend = found[name].load()
    return await opener(argument)
