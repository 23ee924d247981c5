"""Pictures in, verdicts on record: reads photos in a thread of its own, and takes what the cameras' workers read."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from edge.prices.engine import PriceEngine
from edge.readback.facts import Judged, Look
from edge.readback.picture import BadPicture, open_picture
from edge.readback.reader import find_labels
from edge.readback.record import Glimpse, record_look
from edge.store import Store, StoreError

log = logging.getLogger(__name__)

OLDEST_MS = 10 * 60_000
"""A photo that is older says nothing about the shelf as it is."""
MOST_WAITING = 4
"""Photos that arrive, wait or are being read: each holds its picture in memory."""


class Busy(Exception):  # read as "the reader is busy"
    """Too many photos at once. The picture was not looked at."""


@dataclass
class ReadBack:
    """`domain`: the host in the links of this shop's labels; `clock` gives UTC epoch milliseconds."""

    store: Store
    engine: PriceEngine
    domain: str
    clock: Callable[[], int]
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: int = 0

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Room for one more photo, from its first byte on. Raises Busy when there is none."""
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def photo(
        self, data: bytes, by: str, place: str = "", age_ms: int = 0
    ) -> tuple[int, Look, tuple[Judged, ...]]:
        """Read a person's photo, taken `age_ms` ago. Returns the look's number, the look and the verdicts.

        Call it while `admitted`. The picture is gone when this returns. Raises BadPicture or StoreError.
        """
        if age_ms > OLDEST_MS:
            raise BadPicture("old", f"the picture was taken {age_ms // 60_000} min ago: take a new one")
        glimpse = Glimpse(self.clock() - max(0, age_ms), by=by, place=place)
        async with self._one:
            look = await asyncio.to_thread(self._read, data)
        number, judged = await self.store.do(lambda tx: record_look(tx, self.engine, look, glimpse))
        return number, look, judged

    def seen(self, camera: str, place: str, taken: int, look: Look) -> None:
        """Take what a camera's worker read. Returns at once; what the disk refuses is read again at the next look."""
        glimpse = Glimpse(taken, camera=camera, place=place)

        def failed(error: BaseException | None) -> None:
            if error is not None:
                log.warning("%s: what it read on the shelf is not on disk: %s", camera, error)

        try:
            waiting = self.store.run(lambda tx: record_look(tx, self.engine, look, glimpse))
        except StoreError as error:
            failed(error)
        else:
            waiting.add_done_callback(lambda future: failed(future.exception()))

    def _read(self, data: bytes) -> Look:
        return find_labels(open_picture(data), self.domain)
