"""Whether a fridge keeps its band: a plain function of (state, event, now). No clock, disk or sensor in it.

An excursion is a matter of time, not of one warm reading: time outside the band fills a measure, time inside empties
it at the same pace, and when it is full food may be spoiled. So a door that opens for a minute does not alarm, and a
fridge that is warm nine minutes out of ten does. Temperatures are hundredths of a degree Celsius, times steady
milliseconds.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Band:
    """What a fridge has to keep. `low` None: it cannot be too cold. `after_ms`: how long it may be outside."""

    low: int | None
    high: int
    after_ms: int = 600_000
    margin: int = 30
    """Once there is an excursion, the temperature has to be this far inside the band to count as back."""
    silent_ms: int = 900_000
    """A sensor that says nothing for so long tells nothing any more."""


class Look(StrEnum):
    """How a fridge is, in a word."""

    UNKNOWN = "unknown"
    IN_BAND = "in-band"
    OUTSIDE = "outside"
    """Outside its band, but not for long enough to harm."""
    EXCURSION = "excursion"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Cold:
    """What is known of a fridge. `outside_ms`: the measure; `alarmed`: it was full and is not empty again yet."""

    centi: int | None = None
    heard: int = 0
    """When the last reading came."""
    at: int = 0
    """Up to when time has been counted."""
    outside_ms: int = 0
    alarmed: bool = False
    silent: bool = False

    @property
    def look(self) -> Look:
        """In a word. An excursion whose sensor falls silent stays an excursion."""
        match self:
            case Cold(alarmed=True):
                return Look.EXCURSION
            case Cold(silent=True):
                return Look.SILENT
            case Cold(centi=None):
                return Look.UNKNOWN
            case Cold(outside_ms=0):
                return Look.IN_BAND
        return Look.OUTSIDE


@dataclass(frozen=True, slots=True)
class Read:
    """The sensor said a temperature."""

    centi: int


@dataclass(frozen=True, slots=True)
class Passed:
    """Time passed."""


def step(cold: Cold, event: Read | Passed, now: int, band: Band) -> Cold:
    """The fridge after an event. The temperature between two readings is taken to be the earlier one."""
    cold = _count(cold, max(now, cold.at), band)
    match event:
        case Read(centi):
            return replace(cold, centi=centi, heard=cold.at, silent=False)
        case Passed():
            return replace(cold, silent=cold.at - cold.heard >= band.silent_ms)


def outside(centi: int, band: Band, *, alarmed: bool = False) -> bool:
    """Whether a temperature lies outside the band; once alarmed, near its edge counts as outside."""
    margin = band.margin if alarmed else 0
    return centi > band.high - margin or (band.low is not None and centi < band.low + margin)


def _count(cold: Cold, now: int, band: Band) -> Cold:
    """Let time pass. What a silent sensor said last says nothing of the time after."""
    if cold.centi is None:
        return replace(cold, at=now, heard=cold.heard or now)
    passed = max(0, min(now, cold.heard + band.silent_ms) - cold.at)
    if outside(cold.centi, band, alarmed=cold.alarmed):
        full = min(band.after_ms, cold.outside_ms + passed)
        return replace(cold, at=now, outside_ms=full, alarmed=cold.alarmed or full >= band.after_ms)
    left = max(0, cold.outside_ms - passed)
    return replace(cold, at=now, outside_ms=left, alarmed=cold.alarmed and left > 0)
