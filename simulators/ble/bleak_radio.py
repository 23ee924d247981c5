"""A Bluetooth host over any HCI transport that bumble knows: what the bleak scanner and client share."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from bleak.exc import BleakError
from bumble import hci
from bumble.core import BaseBumbleError
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.transport import open_transport
from bumble.transport.common import Transport

from simulators.ble.quiet import QuietHost, quiet_bumble

ATTEMPTS = 5
BETWEEN_ATTEMPTS = 0.2
"""Seconds; an adapter that was just cut off from its last host needs a moment."""
POWER_ON_SECONDS = 10.0
TURN_SECONDS = 2.0
"""A radio waits for one label at a time; after so long the next caller has its turn."""
ADDRESS = "C0:A1:51:E0:00:01"
"""What the gateway's adapter calls itself: a static random address."""
TROUBLE = (BaseBumbleError, hci.HCI_Error, OSError, asyncio.InvalidStateError)


class BumbleRadio:
    """An open adapter. Several links at once, while scanning."""

    def __init__(self, transport: Transport, device: Device) -> None:
        self.device = device
        self.scanner: object | None = None
        """Who scans now."""
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._transport = transport
        self._turn = asyncio.Lock()
        transport.source.terminated.add_done_callback(lambda _: self._lose("its HCI connection closed"))

    @classmethod
    async def open(cls, argument: str) -> "BumbleRadio":
        """Open an HCI transport such as "tcp-client:127.0.0.1:9001" and reset its adapter.

        Raises OSError, TimeoutError or BleakError when that fails some times in a row.
        """
        quiet_bumble()
        for left in reversed(range(ATTEMPTS)):
            try:
                return await cls._open(argument)
            except (*TROUBLE, TimeoutError) as error:
                if not left:
                    if isinstance(error, OSError):
                        raise
                    raise BleakError(f"the adapter at {argument} does not start: {error}") from error
            await asyncio.sleep(BETWEEN_ATTEMPTS)
        raise BleakError(f"no attempt was made to open {argument}")

    @classmethod
    async def _open(cls, argument: str) -> "BumbleRadio":
        async with asyncio.timeout(POWER_ON_SECONDS):
            transport = await open_transport(argument)
            host = QuietHost(controller_source=transport.source, controller_sink=transport.sink)
            config = DeviceConfiguration(name="Aisle", address=hci.Address(ADDRESS))
            radio = cls(transport, Device(config=config, host=host))
            try:
                # The reset's answer never comes when the cable is cut meanwhile.
                await radio.unless_lost(radio.device.power_on())
            except BaseException:
                await radio.close()
                raise
            return radio

    async def close(self) -> None:
        """Let the transport go; every link counts as ended."""
        self._lose("it was closed")
        await self._transport.close()

    async def wait_lost(self) -> str:
        """Return why, once the radio is gone."""
        return await asyncio.shield(self.lost)

    async def unless_lost(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Await bumble's work, which may hang or be cancelled from inside. Raises BleakError."""
        return await until(self.lost, work, "the Bluetooth radio is gone")

    async def connect(self, address: str, seconds: float) -> Connection:
        """Open a link. Raises BleakError when the label does not answer in time."""
        peer = hci.Address(address, hci.Address.RANDOM_DEVICE_ADDRESS)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        opened: list[Connection] = []
        try:
            while (left := deadline - loop.time()) > 0:
                if self.lost.done():
                    raise BleakError(f"the Bluetooth radio is gone: {self.lost.result()}")
                await self.unless_lost(self._attempt(peer, left, opened))
                if opened:
                    return opened[0]
        except BaseException:
            # Given up in the very moment in which the link came.
            for link in opened:
                await self._hang_up(link)
            raise
        raise BleakError(f"{address} did not answer within {seconds:g} s")

    async def _attempt(self, peer: hci.Address, seconds: float, opened: list[Connection]) -> None:
        """Wait for the label for one turn; the link, if it comes, goes to `opened`."""
        async with self._turn:
            seconds = min(seconds, TURN_SECONDS)
            connecting = asyncio.ensure_future(self.device.connect(peer, timeout=seconds))
            try:
                opened.append(await asyncio.shield(connecting))
            except TROUBLE:
                return
            except asyncio.CancelledError:
                await self._take_back(connecting)
                raise

    async def _take_back(self, connecting: "asyncio.Future[Connection]") -> None:
        """The caller gave up: withdraw the request from the adapter, and drop the link if it came after all."""
        if not self.lost.done():
            with contextlib.suppress(*TROUBLE, TimeoutError):
                async with asyncio.timeout(TURN_SECONDS):
                    await self.device.cancel_connection()
            await asyncio.wait((connecting,), timeout=TURN_SECONDS)
        if connecting.done() and not connecting.cancelled() and connecting.exception() is None:
            await self._hang_up(connecting.result())
        else:
            connecting.cancel()
            await asyncio.wait((connecting,))

    async def _hang_up(self, link: Connection) -> None:
        if not self.lost.done():
            with contextlib.suppress(BleakError, TimeoutError):
                async with asyncio.timeout(TURN_SECONDS):
                    await self.unless_lost(link.disconnect())

    def _lose(self, why: str) -> None:
        if not self.lost.done():
            self.lost.set_result(why)


async def until(end: "asyncio.Future[str]", work: Coroutine[Any, Any, Any], what: str) -> Any:
    """Run the work, or give up at once when `end` comes first. Raises BleakError for either failure."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait((task, end), return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Leaves a finished task as it is.
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))
    if task.cancelled():
        raise BleakError(f"{what}: {end.result()}" if end.done() else f"{what}: the work was aborted")
    error = task.exception()
    if isinstance(error, TROUBLE) or (error is not None and end.done()):
        raise BleakError(f"{what}: {end.result()}" if end.done() else str(error)) from error
    return task.result()
