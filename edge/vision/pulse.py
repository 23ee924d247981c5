"""A sign of life: what a vision worker is looking at, and since when, in memory that it shares with the gateway.

A worker that was killed, or hangs, can tell no more; this still says over whose picture it happened.
"""

import mmap
import os
import struct
import time

SIGN = struct.Struct("@qq")
"""The seat (0: none), and since when, monotonic nanoseconds."""


class Pulse:
    """Both ends. The gateway makes one with `new_pulse`; the worker opens it by its `fd`, which it takes over."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._memory = mmap.mmap(fd, SIGN.size)

    def begin(self, seat: int) -> None:
        """This seat's camera is on the table now."""
        SIGN.pack_into(self._memory, 0, seat, time.monotonic_ns())

    def rest(self) -> None:
        """Nothing is."""
        SIGN.pack_into(self._memory, 0, 0, 0)

    def read(self) -> tuple[int, float]:
        """The seat on the table (0: none), and for how many seconds."""
        seat, since = SIGN.unpack_from(self._memory, 0)
        return seat, (time.monotonic_ns() - since) / 1e9 if seat else 0.0

    def close(self) -> None:
        """Let go."""
        self._memory.close()
        os.close(self.fd)


def new_pulse() -> Pulse:
    """A fresh one. Raises OSError."""
    fd = os.memfd_create("aisle-pulse", os.MFD_CLOEXEC)
    os.truncate(fd, SIGN.size)
    return Pulse(fd)
