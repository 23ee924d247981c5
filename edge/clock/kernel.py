"""What the kernel says of its own clock: whether a time server keeps it, and how far off it may be at the most.

The fields are those of `struct timex` in Linux's `include/uapi/linux/timex.h`; adjtimex(2) with `modes` 0 only reads.
"""

import ctypes
from dataclasses import dataclass
from pathlib import Path

STA_UNSYNC = 0x0040
TIME_ERROR = 5
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class _Timex(ctypes.Structure):
    """`struct timex`; `long` is the kernel's own on 64-bit machines."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("seconds", ctypes.c_long),
        ("microseconds", ctypes.c_long),
        ("tick", ctypes.c_long),
        ("ppsfreq", ctypes.c_long),
        ("jitter", ctypes.c_long),
        ("shift", ctypes.c_int),
        ("stabil", ctypes.c_long),
        ("jitcnt", ctypes.c_long),
        ("calcnt", ctypes.c_long),
        ("errcnt", ctypes.c_long),
        ("stbcnt", ctypes.c_long),
        ("tai", ctypes.c_int),
        ("spare", ctypes.c_int * 11),
    ]


@dataclass(frozen=True, slots=True)
class KernelClock:
    """`synced`: a time server keeps the clock. `error_ms`: how far it may be off at the most, if so."""

    synced: bool
    error_ms: int


def read_kernel() -> KernelClock | None:
    """Ask the kernel; None where it cannot be asked (another system, a 32-bit one, a sandbox)."""
    if ctypes.sizeof(ctypes.c_long) != 8:
        return None
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (AttributeError, OSError, TypeError):
        return None
    timex = _Timex()
    state = adjtimex(ctypes.byref(timex))
    if state < 0:
        return None
    synced = state != TIME_ERROR and not timex.status & STA_UNSYNC
    return KernelClock(synced, timex.maxerror // 1000 + 1)


def read_boot(monotonic: int) -> str:
    """A name for this run of the machine; where the kernel gives none, one that holds for this process alone."""
    try:
        return _BOOT_ID.read_text().strip()[:64]
    except OSError:
        return f"process-{monotonic}"
