"""One camera's newest picture, in memory that two processes share and that no disk, name or third process knows.

Three places for a picture, each behind a lock of the kernel (a POSIX record lock on its byte of the file). The writer
takes any place that is neither the newest nor being read, so it never waits and a picture is never torn; the reader
looks at the newest where it lies, without a copy. Locks and memory go with the processes that hold them, however these
end. Nothing is queued: a newer picture replaces one that nobody looked at.

Layout: page 0 is the writer's (which place is the newest; what lies in each), page 1 the reader's (what it looked at
last), then the places. The file has no name (`memfd_create`, so Linux only) and is left out of core dumps.
"""

import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType

import numpy as np

from edge.vision.detector import Pixels

PLACES = 3
MOST_BYTES = 7680 * 4320 * 3
"""Of one picture: 8K. Memory is taken only for what is really written."""
PAGE = mmap.ALLOCATIONGRANULARITY
PLACE = -(-MOST_BYTES // PAGE) * PAGE
SIZE = 2 * PAGE + PLACES * PLACE
NEWEST = struct.Struct("@QQ")
"""Numbers of the newest picture (from 1; 0: none) and of the last in which something moved. A hint, read unlocked."""
MARK = struct.Struct("@QdqII")
"""Of one place: number (0: none whole), when taken, time in the stream (ms), height, width."""
MARKS = 64
"""Where the first of these lies."""
LOOKED = struct.Struct("@Q")
MOST_TRIES = 1_000
"""How often a reader tries to be faster than a writer; it looks again later then."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What can be told of the newest picture without looking at it."""

    number: int
    """From 1; 0: there is none yet."""
    moved: int
    """Number of the last picture in which something moved."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture where it lies. `pixels` (BGR, read-only) holds only as long as the slot's `newest` is open."""

    number: int
    taken: float
    """Seconds of the machine's monotonic clock."""
    at: int
    """Milliseconds of the stream."""
    pixels: Pixels


class Slot:
    """Owns the memory. Raises OSError when there is none. Whoever was handed `fd` keeps it until they let go."""

    def __init__(self) -> None:
        self.fd = os.memfd_create("aisle-newest-picture", os.MFD_CLOEXEC)
        os.truncate(self.fd, SIZE)

    def close(self) -> None:
        """Let go. Safe to call twice."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def __enter__(self) -> "Slot":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class SlotWriter:
    """The end of the process that takes the pictures."""

    def __init__(self, fd: int) -> None:
        self._fd, self._number, self._moved = fd, 0, 0
        self._newest = -1
        self._memory = mmap.mmap(fd, SIZE)
        self._memory.madvise(mmap.MADV_DONTDUMP)
        self._bytes = np.frombuffer(self._memory, np.uint8)

    def write(self, pixels: Pixels, at: int, taken: float, moved: bool) -> int:
        """Make this the newest picture. Returns its number, from 1. `at`, `taken`: see Picture.

        Raises ValueError for what is no BGR picture of a size that fits.
        """
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not 0 < pixels.nbytes <= MOST_BYTES:
            raise ValueError(f"no picture that can be looked at: {pixels.dtype} of shape {pixels.shape}")
        place = self._free_place()
        self._number += 1
        self._moved = self._number if moved else self._moved
        try:
            MARK.pack_into(self._memory, MARKS + place * MARK.size, 0, 0, 0, 0, 0)  # whoever is killed here leaves none
            start = 2 * PAGE + place * PLACE
            there = self._bytes[start : start + pixels.nbytes].reshape(pixels.shape)
            np.copyto(there, pixels)
            mark = (self._number, taken, at, pixels.shape[0], pixels.shape[1])
            MARK.pack_into(self._memory, MARKS + place * MARK.size, *mark)
        finally:
            fcntl.lockf(self._fd, fcntl.LOCK_UN, 1, place)
        self._newest = place
        NEWEST.pack_into(self._memory, 0, self._number, self._moved)
        return self._number

    @property
    def written(self) -> int:
        """Number of the newest picture; 0: none yet."""
        return self._number

    @property
    def looked_at(self) -> int:
        """Number of the last picture that was looked at and told of."""
        number: int = LOOKED.unpack_from(self._memory, PAGE)[0]
        return number

    def _free_place(self) -> int:
        """Lock a place that nobody looks at and that is not the newest. With one reader there always is one."""
        for place in range(PLACES):
            if place != self._newest:
                with suppress(BlockingIOError):
                    fcntl.lockf(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
                    return place
        raise BlockingIOError("more than one process looks at this camera")


class SlotReader:
    """The end of the process that looks at the pictures. Takes over `fd`."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._memory = mmap.mmap(fd, SIZE, prot=mmap.PROT_READ)
        self._memory.madvise(mmap.MADV_DONTDUMP)
        self._own = mmap.mmap(fd, PAGE, offset=PAGE)
        self._places: list[Pixels] = []

    def glance(self) -> Glance:
        """What there is to look at."""
        return Glance(*NEWEST.unpack_from(self._memory, 0))

    @contextmanager
    def newest(self) -> Iterator[Picture | None]:
        """The newest picture, which stays as it is while this is open. None: none yet, or none to be had now."""
        place = self._locked()
        if place is None:
            yield None
            return
        try:
            number, taken, at, height, width = MARK.unpack_from(self._memory, MARKS + place * MARK.size)
            start = 2 * PAGE + place * PLACE
            pixels = np.frombuffer(self._memory, np.uint8, height * width * 3, start).reshape(height, width, 3)
            yield Picture(number, taken, at, pixels)
        finally:
            fcntl.lockf(self._fd, fcntl.LOCK_UN, 1, place)

    def looked(self, number: int) -> None:
        """Say that this picture was looked at, and what it showed was told."""
        LOOKED.pack_into(self._own, 0, number)

    def close(self) -> None:
        """Let go of the memory. Safe to call twice."""
        self._own.close()
        with suppress(BufferError):  # somebody still holds a picture; then it goes with the last of them
            self._memory.close()
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    def _locked(self) -> int | None:
        """Lock the place of the newest picture, or of a newer one that a faster writer has made meanwhile.

        Between reading the numbers and locking, a writer may be at one place and then at another: what is left then is
        a picture from long ago, and taking it would be a step back in time.
        """
        least = max(self.glance().number, 1)
        for _ in range(MOST_TRIES):
            numbers = [self._number_at(place) for place in range(PLACES)]
            for place in sorted(range(PLACES), key=lambda place: -numbers[place]):
                if numbers[place] >= least and self._lock(place):
                    if self._number_at(place) >= least:
                        return place
                    fcntl.lockf(self._fd, fcntl.LOCK_UN, 1, place)
        return None

    def _number_at(self, place: int) -> int:
        number: int = MARK.unpack_from(self._memory, MARKS + place * MARK.size)[0]
        return number

    def _lock(self, place: int) -> bool:
        try:
            fcntl.lockf(self._fd, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, place)
        except BlockingIOError:
            return False
        return True
