"""A bleak client on a bumble radio."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError
from bleak.uuids import normalize_uuid_16, normalize_uuid_str
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt_client import CharacteristicProxy
from bumble.gatt_client import Client as GattClient

from simulators.ble.bleak_radio import BumbleRadio, until

MTU = 247
"""Asked of every peer: a block of 244 bytes goes in one write."""
WRITE_HEAD = 3


class BumbleClient(BaseBleakClient):
    """One link of the radio that a subclass is bound to."""

    radio: ClassVar[BumbleRadio]

    def __init__(
        self,
        address_or_ble_device: BLEDevice | str,
        *,
        disconnected_callback: Callable[[], None] | None,
        timeout: float,
        services: set[str] | None = None,
        **_: Any,
    ) -> None:
        super().__init__(address_or_ble_device, disconnected_callback=disconnected_callback, timeout=timeout)
        self._wanted = services
        self._link: Connection | None = None
        self._ended: asyncio.Future[str] | None = None

    @property
    def name(self) -> str:
        """The address: names are the scanner's business."""
        return self.address

    @property
    def mtu_size(self) -> int:
        """Bytes of the largest attribute packet, 23 before it was negotiated."""
        return int(self._link.att_mtu) if self._link else 23

    @property
    def is_connected(self) -> bool:
        """Whether the link stands."""
        return self._link is not None and self._ended is not None and not self._ended.done()

    async def connect(self, pair: bool, **_: Any) -> None:
        """Open the link, ask for a large MTU and discover services. Raises BleakError."""
        if self.is_connected:
            raise BleakError(f"{self.address} is connected already")
        if pair:
            raise BleakError("this radio does not pair")
        link = await self.radio.connect(self.address, self._timeout)
        self._link = link
        self._ended = ended = asyncio.get_running_loop().create_future()
        ended.add_done_callback(lambda _: self._tell())
        link.on("disconnection", lambda reason: _settle(ended, f"reason 0x{reason:02X}"))
        self.radio.lost.add_done_callback(lambda lost: _settle(ended, "the radio is gone"))
        if self.radio.lost.done():
            _settle(ended, "the radio is gone")
        try:
            await self._run(self._gatt.request_mtu(MTU))
            self.services = await self._run(self._discover())
        except BaseException:
            await self.disconnect()
            raise

    async def disconnect(self) -> None:
        """End the link. Safe when it has ended."""
        if self._link is not None and self.is_connected:
            with contextlib.suppress(BleakError):
                await self._run(self._link.disconnect())
        if self._ended is not None:
            _settle(self._ended, "we hung up")

    async def pair(self, *_: Any, **__: Any) -> None:
        """Not offered: the labels do not pair. Raises BleakError."""
        raise BleakError("this radio does not pair")

    async def unpair(self) -> None:
        """Not offered. Raises BleakError."""
        raise BleakError("this radio does not pair")

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """Read a value. Raises BleakError."""
        return bytearray(await self._run(self._gatt.read_value(characteristic.handle)))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_: Any
    ) -> bytearray:
        """Read a descriptor. Raises BleakError."""
        return bytearray(await self._run(self._gatt.read_value(descriptor.handle)))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """Write a value, with or without the peer's response. Raises BleakError."""
        work = self._gatt.write_value(characteristic.handle, bytes(data), with_response=response)
        if response or not self.is_connected:
            await self._run(work)
        else:
            # Only queued, never waited for: no task is needed to guard it.
            await work

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor. Raises BleakError."""
        await self._run(self._gatt.write_value(descriptor.handle, bytes(data), with_response=True))

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_: Any) -> None:
        """Subscribe. Raises BleakError."""
        proxy: CharacteristicProxy = characteristic.obj
        await self._run(self._gatt.subscribe(proxy, lambda said: callback(bytearray(said))))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe. Raises BleakError."""
        await self._run(self._gatt.unsubscribe(characteristic.obj))

    @property
    def _gatt(self) -> GattClient:
        if self._link is None:
            raise BleakError(f"{self.address} is not connected")
        return self._link.gatt_client

    async def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Await bumble's work, but not beyond the end of the link."""
        if self._ended is None or not self.is_connected:
            work.close()
            raise BleakError(f"{self.address} is not connected")
        return await until(self._ended, work, f"the link to {self.address} ended")

    async def _discover(self) -> BleakGATTServiceCollection:
        gatt, found = self._gatt, BleakGATTServiceCollection()
        if self._wanted is None:
            proxies = await gatt.discover_services()
        else:
            proxies = [proxy for uuid in sorted(self._wanted) for proxy in await gatt.discover_service(_short(uuid))]
        for proxy in proxies:
            service = BleakGATTService(proxy, proxy.handle, _uuid(proxy.uuid))
            found.add_service(service)
            for character in await gatt.discover_characteristics((), proxy):
                properties = list(gatt_char_props_to_strs(int(character.properties)))
                characteristic = BleakGATTCharacteristic(
                    character,
                    character.handle,
                    _uuid(character.uuid),
                    properties,
                    lambda: self.mtu_size - WRITE_HEAD,
                    service,
                )
                found.add_characteristic(characteristic)
                for descriptor in await gatt.discover_descriptors(character):
                    found.add_descriptor(
                        BleakGATTDescriptor(descriptor, descriptor.handle, _uuid(descriptor.type), characteristic)
                    )
        return found

    def _tell(self) -> None:
        if self._disconnected_callback is not None:
            self._disconnected_callback()


def _short(uuid: str) -> UUID:
    """A 16-bit UUID in its long form is looked up by its short one, which is how peers store it."""
    short = int(uuid[4:8], 16)
    return UUID.from_16_bits(short) if normalize_uuid_16(short) == uuid else UUID(uuid)


def _uuid(uuid: UUID) -> str:
    return normalize_uuid_str(uuid.to_hex_str("-").lower())


def _settle(future: "asyncio.Future[str]", why: str) -> None:
    if not future.done():
        future.set_result(why)
