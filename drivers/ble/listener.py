"""Keeps a radio open and scanning: runs what `scanning` decides."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from bleak import BleakScanner
from bleak.args.bluez import BlueZScannerArgs
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError

import drivers.ble.scanning as scanning
from drivers.ble.backend import Backend, open_backend
from drivers.ble.options import BleOptions
from drivers.errors import Unreachable

RADIO = "bluetooth"
"""Stands where a device id stands when the radio itself is what failed."""
RADIO_TROUBLE = (BleakError, OSError, EOFError, TimeoutError)
"""What bleak, D-Bus and backends raise when a radio or a link fails."""
OPEN_TIMEOUT = 30.0
CLOSE_TIMEOUT = 5.0

log = logging.getLogger(__name__)


class Listener:
    """An open radio that scans, reopened when it is lost. `heard` gets every advert, and must not raise."""

    def __init__(self, options: BleOptions, heard: Callable[[BLEDevice, AdvertisementData], None]) -> None:
        self._options = options
        self._callback = heard
        self._heard_something = False
        self._backend: Backend | None = None
        self._scanner: BleakScanner | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def backend(self) -> Backend | None:
        """The open radio, or None while it is gone."""
        return self._backend

    async def start(self) -> None:
        """Open the radio and keep it open. Raises Unreachable when it cannot be opened now."""
        if self._task is not None:
            return
        event = await self._open()
        if isinstance(event, scanning.Failed):
            await self._close()
            raise Unreachable(
                RADIO,
                f"cannot listen for Bluetooth labels: {event.why}. Check that an adapter is plugged in"
                " and that the Bluetooth service (bluetoothd, D-Bus) runs",
            )
        self._task = asyncio.create_task(self._run(event), name="ble listener")

    async def stop(self) -> None:
        """Stop scanning and give the radio back."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        await self._close()

    async def _run(self, event: scanning.Event) -> None:
        state = scanning.Scanning()
        while True:
            state, action, note = scanning.step(state, event)
            if note:
                log.warning(note)
            match action:
                case scanning.Open():
                    await self._close()
                    event = await self._open()
                case scanning.Listen():
                    event = await self._listen()
                case scanning.Rest(seconds):
                    await self._close()
                    await asyncio.sleep(seconds)
                    event = scanning.Rested()

    async def _open(self) -> scanning.Event:
        try:
            async with asyncio.timeout(OPEN_TIMEOUT):
                self._backend = await open_backend(self._options.backend)
                self._scanner = BleakScanner(
                    self._hear,
                    scanning_mode=self._options.scan,
                    bluez=BlueZScannerArgs(adapter=self._options.adapter) if self._options.adapter else {},
                    backend=self._backend.scanner,
                )
                await self._scanner.start()
        except Exception as error:  # noqa: BLE001  a broken backend must not end the task that reopens it
            return scanning.Failed(describe(error))
        return scanning.Opened()

    async def _listen(self) -> scanning.Event:
        if self._backend is None:
            return scanning.Lost("it was closed")
        lost = asyncio.ensure_future(self._backend.wait_lost())
        try:
            while True:
                self._heard_something = False
                await asyncio.wait([lost], timeout=self._options.silence)
                if lost.done():
                    error = lost.exception()
                    return scanning.Lost(describe(error) if error else lost.result())
                if not self._heard_something:
                    return scanning.Silent()
        finally:
            lost.cancel()

    async def _close(self) -> None:
        scanner, self._scanner = self._scanner, None
        backend, self._backend = self._backend, None
        for end in (scanner.stop if scanner else None, backend.close if backend else None):
            if end is not None:
                with contextlib.suppress(*RADIO_TROUBLE):
                    async with asyncio.timeout(CLOSE_TIMEOUT):
                        await end()

    def _hear(self, device: BLEDevice, advert: AdvertisementData) -> None:
        self._heard_something = True
        self._callback(device, advert)


def describe(error: BaseException) -> str:
    """An error in words, for people; many of bleak's have no text of their own."""
    match error:
        case FileNotFoundError():
            return "the system's message bus (D-Bus) is not there"
        case TimeoutError():
            return "no answer in time"
        case _:
            return str(error) or type(error).__name__
