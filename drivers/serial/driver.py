"""The serial driver: scales, scanners and printers, each on a port of its own."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future
from typing import Any, ClassVar, TypeVar

from pydantic import ValidationError

from drivers.base import (
    Capability,
    PrinterDriver,
    PrinterStatus,
    Printout,
    Reading,
    Receipt,
    ScaleDriver,
    Scan,
    ScannerDriver,
    Sighting,
    Sink,
)
from drivers.errors import Misspoke, Refused, Unprintable, Unreachable
from drivers.serial.escpos import EscPos, OddTextError, write_receipt
from drivers.serial.escpos.status import Health
from drivers.serial.families import Scale, build
from drivers.serial.options import DeviceOptions, EscPosOptions, ScannerOptions, SerialOptions
from drivers.serial.port import Habits, Port
from drivers.serial.scans import ScanQueue
from drivers.serial.talk import Talk

T = TypeVar("T")


class SerialDriver(ScaleDriver, ScannerDriver, PrinterDriver):
    """Drives what hangs on serial lines, sockets and RFC 2217 servers. Options: `SerialOptions`."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.WEIGHS, Capability.SCANS, Capability.PRINTS})

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Raises ValueError for options that are wrong or unknown. Secrets never stand in it."""
        try:
            self._options = SerialOptions.model_validate(dict(options))
        except ValidationError as error:
            wrong = error.errors(include_input=False)[0]
            raise ValueError(f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}") from None
        self._sink: Sink | None = None
        self._ports: dict[str, Port] = {}
        self._scales: dict[str, Scale] = {}
        self._printers: dict[str, EscPos] = {}
        self._scanners: dict[str, ScanQueue] = {}
        for device, chosen in self._options.devices.items():
            self._ports[device] = Port(device, chosen, self._habits(device, chosen), self)

    async def start(self, sink: Sink) -> None:
        """Open every port, each in its own thread; a port that is not there is told to the sink, and tried again."""
        self._sink = sink
        for queue in self._scanners.values():
            queue.begin(asyncio.get_running_loop())
        for port in self._ports.values():
            port.start()

    async def stop(self) -> None:
        """End every thread and give all ports back. The driver is done; make a new one to go on."""
        if self._sink is None:
            return
        self._sink = None
        await asyncio.gather(*(asyncio.to_thread(port.stop) for port in self._ports.values()))
        for queue in self._scanners.values():
            queue.end()

    async def weigh(self, device: str, minor: int | None = None) -> Reading:
        """Ask a scale once. Raises as `ScaleDriver.weigh` says."""
        scale = self._scales.get(device)
        if scale is None:
            raise Refused(device, "no scale of this name is in the settings")
        at, steady = time.time_ns() // 1_000_000, time.monotonic_ns() // 1_000_000
        said = await self._ask(device, scale.weigh(minor))
        return Reading(
            device, said.balance, said.grams, said.net, said.unit, said.raw, at, steady, said.minor, said.total_minor
        )

    async def scans(self, device: str) -> AsyncIterator[Scan]:
        """Every scan of a scanner. Raises Refused where there is none of this name."""
        queue = self._scanners.get(device)
        if queue is None:
            raise Refused(device, "no scanner of this name is in the settings")
        async for scan in queue.scans():
            yield scan

    async def printer_status(self, device: str) -> PrinterStatus:
        """Ask a printer how it is; unknown is what it does not say. Raises Refused (no such printer)."""
        printer = self._printer(device)
        try:
            said = await self._ask(device, printer.health())
        except (Unreachable, Misspoke):
            said = Health(fault="does not answer")
        now = time.time_ns() // 1_000_000
        return PrinterStatus(device, said.paper, said.online, said.cover_open, said.fault, said.drawer_high, now)

    async def print_receipt(self, device: str, receipt: Receipt) -> Printout:
        """Print once. Raises before the first byte only: Unreachable, Unprintable, or Refused."""
        printer = self._printer(device)
        options = self._options.devices[device]
        if not isinstance(options, EscPosOptions):
            raise Refused(device, "it is no printer")
        pages = tuple(options.code_pages.items())
        try:
            data = write_receipt(receipt, options.columns, pages, chinese=options.chinese)
        except OddTextError as error:
            raise Unprintable(device, str(error)) from error
        return await self._ask(device, printer.print_out(data))

    def here(self, device: str) -> None:
        """For ports: the device is here."""
        if self._sink is not None:
            options = self._options.devices[device]
            self._sink.seen(Sighting(device, options.port, model=options.family))

    def gone(self, device: str, why: str) -> None:
        """For ports: the device is gone."""
        if self._sink is not None:
            self._sink.lost(device, why)

    def odd(self, device: str, why: str, said: bytes) -> None:
        """For ports and scanners: something could not be read."""
        if self._sink is not None:
            self._sink.misspoke(device, why, said)

    def _habits(self, device: str, options: DeviceOptions) -> Habits:
        if isinstance(options, ScannerOptions):
            queue = self._scanners[device] = ScanQueue(device, options, self.odd)
            quiet = queue.quiet if options.end == "pause" else None
            return Habits(hear=queue.hear, quiet=quiet, pause_ms=options.pause_ms, opened=queue.opened)
        made = build(options)
        if isinstance(made, EscPos):
            self._printers[device] = made
        else:
            self._scales[device] = made
        return Habits(check=made.check)

    def _printer(self, device: str) -> EscPos:
        if device not in self._printers:
            raise Refused(device, "no printer of this name is in the settings")
        return self._printers[device]

    async def _ask(self, device: str, talk: Talk[T]) -> T:
        done: Future[T] = self._ports[device].ask(talk)
        return await asyncio.wrap_future(done)
