"""Did a device start anew, or did a counter merely wrap? Pure.

sysUpTime counts hundredths of a second in 32 bits and wraps after 497 days, so a fall proves nothing; and a device
that starts while nobody looks may show a *higher* figure than before. What tells is whether the figure is where the
time that passed would have put it.
"""

from enum import StrEnum

TICKS = 1 << 32
TICK_MS = 10
SLACK_MS, DRIFT_PER_MILLE = 3_000, 20
"""How far a device's clock may be off: a little at once, and more the longer the wait."""
FASTEST_BITS = 400_000_000_000
"""Bits a second that no port of a shop exceeds, for ports that do not tell their speed."""


class Continuity(StrEnum):
    """What became of a device's clock between two surveys."""

    SAME = "same"
    WRAPPED = "wrapped"
    """It went on, over the end of its 32 bits."""
    REBOOTED = "rebooted"
    JUMPED = "jumped"
    """It stands where neither waiting nor a start can have put it: another device, or a clock set. No rate is made."""

    @property
    def unbroken(self) -> bool:
        """Whether counters went on, so that their difference means something."""
        return self in (Continuity.SAME, Continuity.WRAPPED)


def judge(before: int, after: int, elapsed_ms: int) -> Continuity:
    """What happened between two readings of sysUpTime, `elapsed_ms` of steady time apart."""
    slack = (SLACK_MS + elapsed_ms * DRIFT_PER_MILLE // 1000) // TICK_MS
    off = (after - before - elapsed_ms // TICK_MS) % TICKS
    if min(off, TICKS - off) <= slack:
        return Continuity.WRAPPED if after < before and before - after > TICKS // 2 else Continuity.SAME
    if after <= elapsed_ms // TICK_MS + slack:
        return Continuity.REBOOTED
    return Continuity.JUMPED


def per_second(before: int, after: int, bits: int, elapsed_ms: int, most: int) -> int | None:
    """By how much a counter of so many bits grew a second, or None when that cannot be told.

    `most`: no faster than this a second. A counter that was set back, or one that may have wrapped more than
    once, gives no figure rather than a wrong one.
    """
    if elapsed_ms <= 0:
        return None
    grown = (after - before) % (1 << bits)
    possible = most * (elapsed_ms + SLACK_MS) // 1000
    if grown > possible or (bits < 64 and possible >= 1 << bits):
        return None
    return grown * 1000 // elapsed_ms
