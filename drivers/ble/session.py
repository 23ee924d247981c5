"""One conversation with one label: connect, upload, believe only the label's own word, always disconnect."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from bleak import BleakClient
from bleak.args.bluez import BlueZClientArgs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.exc import BleakCharacteristicNotFoundError

from drivers.ble.gicisky.pixels import Wire
from drivers.ble.gicisky.upload import Where, Write, begin, heard
from drivers.ble.listener import CLOSE_TIMEOUT, RADIO_TROUBLE, describe
from drivers.ble.options import BleOptions
from drivers.errors import Misspoke, Unreachable

SERVICE = "0000fef0-0000-1000-8000-00805f9b34fb"
COMMAND = "0000fef1-0000-1000-8000-00805f9b34fb"
IMAGE = "0000fef2-0000-1000-8000-00805f9b34fb"
MOST_UNREAD = 16
"""Notifications that may wait to be read. Stop and wait needs one; more is a label out of its mind."""


class Session:
    """A connected label. What it says arrives in order, and the end of the link is part of that order."""

    def __init__(self, device: str, client: BleakClient, said: "asyncio.Queue[bytes | None]") -> None:
        self._device = device
        self._client = client
        self._said = said
        self._channels: dict[Where, BleakGATTCharacteristic] = {}

    async def subscribe(self) -> None:
        """Find the two characteristics and ask for notifications. Raises Misspoke when they are not there."""
        for where, uuid in ((Where.COMMAND, COMMAND), (Where.IMAGE, IMAGE)):
            channel = self._client.services.get_characteristic(uuid)
            if channel is None:
                raise Misspoke(self._device, f"the label has no characteristic {uuid[4:8]}")
            self._channels[where] = channel
        await self._client.start_notify(self._channels[Where.COMMAND], self._hear)

    async def write(self, write: Write) -> None:
        """Send one write, without waiting for a response where the label allows that."""
        channel = self._channels[write.where]
        quick = (
            "write-without-response" in channel.properties
            and len(write.data) <= channel.max_write_without_response_size
        )
        await self._client.write_gatt_char(channel, write.data, response=not quick)

    async def hear(self, seconds: float) -> bytes:
        """The label's next words. Raises Unreachable at once when the link ends, or when time is up."""
        try:
            async with asyncio.timeout(seconds):
                said = await self._said.get()
        except TimeoutError:
            raise Unreachable(self._device, f"the label gave no answer within {seconds:g} s") from None
        if said is None:
            raise Unreachable(self._device, "the link to the label broke")
        return said

    def _hear(self, _: BleakGATTCharacteristic, said: bytearray) -> None:
        # When nobody reads, what comes first is what counts; the rest would be refused anyway.
        with contextlib.suppress(asyncio.QueueFull):
            self._said.put_nowait(bytes(said))


@contextlib.asynccontextmanager
async def connected(
    device: str, target: BLEDevice, backend: type[BaseBleakClient] | None, options: BleOptions
) -> AsyncIterator[Session]:
    """Connect and subscribe, and disconnect in the end however it went. Raises Unreachable or Misspoke."""
    said: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_UNREAD + 1)

    def ended(_: BleakClient) -> None:
        if said.full():
            said.get_nowait()
        said.put_nowait(None)

    client = BleakClient(
        target,
        ended,
        [SERVICE],
        timeout=options.connect_timeout,
        bluez=BlueZClientArgs(adapter=options.adapter) if options.adapter else {},
        backend=backend,
    )
    session = Session(device, client, said)
    try:
        try:
            async with asyncio.timeout(options.connect_timeout):
                await client.connect()
                await session.subscribe()
        except BleakCharacteristicNotFoundError as error:
            raise Misspoke(device, f"the label lacks what its family has: {error}") from error
        except RADIO_TROUBLE as error:
            raise Unreachable(device, f"cannot connect to the label: {describe(error)}") from error
        yield session
    finally:
        with contextlib.suppress(*RADIO_TROUBLE):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await client.disconnect()


async def upload(
    session: Session, device: str, wire: Wire, options: BleOptions, progress: Callable[[float], None] | None
) -> None:
    """Send a picture; return on the label's word that it has all of it. Raises Unreachable or Misspoke."""
    try:
        async with asyncio.timeout(options.upload_timeout) as limit:
            state, writes = begin(device, wire)
            while not state.complete:
                for write in writes:
                    await session.write(write)
                state, writes = heard(state, await session.hear(options.answer_timeout))
                if progress is not None:
                    progress(state.progress)
    except RADIO_TROUBLE as error:
        if limit.expired():
            raise Unreachable(device, f"the upload took longer than {options.upload_timeout:g} s") from None
        raise Unreachable(device, f"the link to the label broke: {describe(error)}") from error
