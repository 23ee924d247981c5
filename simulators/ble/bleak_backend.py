"""A bleak backend on bumble: bleak's API to simulated labels, or to a real HCI adapter without BlueZ.

Found as `bumble` among the entry points `aisle.ble_backends`.
"""

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

from simulators.ble.bleak_client import BumbleClient
from simulators.ble.bleak_radio import BumbleRadio
from simulators.ble.bleak_scanner import BumbleScanner


class BumbleBackend:
    """One open adapter, and the two bleak classes bound to it."""

    def __init__(self, radio: BumbleRadio) -> None:
        self._radio = radio
        self.scanner: type[BaseBleakScanner] = type("BoundScanner", (BumbleScanner,), {"radio": radio})
        self.client: type[BaseBleakClient] = type("BoundClient", (BumbleClient,), {"radio": radio})

    async def wait_lost(self) -> str:
        """Return why, once the adapter is gone."""
        return await self._radio.wait_lost()

    async def close(self) -> None:
        """Let the adapter go. Ends every link; safe to call twice."""
        await self._radio.close()


async def open_backend(argument: str) -> BumbleBackend:
    """Open an HCI transport by bumble's name for it, such as "tcp-client:127.0.0.1:9001".

    Raises OSError or BleakError when a few attempts fail.
    """
    return BumbleBackend(await BumbleRadio.open(argument))
