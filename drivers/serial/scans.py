"""From a scanner's bytes, in its port's thread, to scans that an event loop waits for. Bounded: the oldest go first."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from drivers.base import Scan
from drivers.serial.options import ScannerOptions
from drivers.serial.scanner import Label, LabelParser, Repeats
from drivers.serial.scanner.labels import ENABLE
from drivers.serial.scanner.repeats import heard

MOST_UNREAD = 100


class ScanQueue:
    """One scanner's scans. `hear`, `quiet` and `opened` belong to the port's thread; the rest to the event loop."""

    def __init__(self, device: str, options: ScannerOptions, odd: Callable[[str, str, bytes], None]) -> None:
        self._device = device
        self._parser = LabelParser(
            options.prefix.encode("ascii"), options.suffix.encode("ascii"), identifiers=options.identifiers
        )
        self._repeats = Repeats(options.repeat_ms)
        self._greeting = ENABLE if options.enable else b""
        self._odd = odd
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unread: asyncio.Queue[Scan | None] = asyncio.Queue(MOST_UNREAD)

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand scans to this loop from now on."""
        self._loop = loop

    def end(self) -> None:
        """No more scans: whoever waits for one is let go."""
        self._put(None)
        self._loop = None

    def opened(self) -> bytes:
        """The line is there anew; half a label is none. Returns what to send."""
        self._parser.reset()
        return self._greeting

    def hear(self, data: bytes) -> None:
        """Bytes came."""
        self._take(self._parser.feed(data))

    def quiet(self) -> None:
        """Nothing came for a while."""
        self._take(self._parser.quiet())

    async def scans(self) -> AsyncIterator[Scan]:
        """Each scan, until the end."""
        while (scan := await self._unread.get()) is not None:
            yield scan

    def _take(self, labels: list[Label]) -> None:
        if self._parser.noise:
            self._odd(self._device, "a scan cannot be read, or has no AIM identifier", self._parser.noise)
            self._parser.noise = b""
        for label in labels:
            self._repeats, own = heard(self._repeats, label, time.monotonic_ns() // 1_000_000)
            if own and self._loop is not None:
                scan = Scan(self._device, label.symbology, label.text, time.time_ns() // 1_000_000)
                self._loop.call_soon_threadsafe(self._put, scan)

    def _put(self, scan: Scan | None) -> None:
        if self._unread.full():
            self._unread.get_nowait()
        self._unread.put_nowait(scan)
