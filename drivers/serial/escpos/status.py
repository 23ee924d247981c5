"""What a printer says about itself, byte by byte. Source: see docs/serial.md for each bit's confidence.

Three kinds of answer share the line and are told apart by their fixed bits:
real-time status (DLE EOT) is 0xx1xx10; automatic status (GS a) begins 0xx1xx00 and goes on with three bytes 0xx0xxxx;
what GS r answers, after everything before it was worked off, is one byte 0xx0xxxx.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.base import Paper
from drivers.serial.framing import MORE, NOISE, Parser

PRINTER, OFFLINE, ERROR, PAPER = 1, 2, 3, 4
"""The n of DLE EOT n."""
ASK_AFTER_PRINTING = b"\x1dr\x01"
"""GS r 1: answered when everything before it is worked off; a printer that has run out of paper never gets there."""
AUTOMATIC_OFF = b"\x1da\x00"


def ask(n: int) -> bytes:
    """DLE EOT n: answered at once, even off-line. It must not stand inside another command."""
    return bytes([0x10, 0x04, n])


def automatic(events: int) -> bytes:
    """GS a n: which changes the printer tells by itself; 0 is none."""
    return bytes([0x1D, 0x61, events])


@dataclass(frozen=True, slots=True)
class RealTime:
    """The answer to DLE EOT; which n it answers is known only to who asked."""

    byte: int


@dataclass(frozen=True, slots=True)
class Automatic:
    """Four bytes that come by themselves."""

    raw: bytes


@dataclass(frozen=True, slots=True)
class WorkedOff:
    """The answer to GS r 1: bits 0 and 1 near the end, bits 2 and 3 at the end of the paper."""

    byte: int

    @property
    def paper(self) -> Paper:
        """What the paper sensors said at that moment."""
        if self.byte & 0x0C:
            return Paper.OUT
        return Paper.LOW if self.byte & 0x03 else Paper.PLENTY


Frame = RealTime | Automatic | WorkedOff
_STARTS = bytes(byte for byte in range(0x80) if byte & 0x93 in (0x12, 0x10) or not byte & 0x90)


def parser() -> Parser[Frame]:
    """For everything a printer says."""
    return Parser(_look, _STARTS, 4)


def _look(data: bytes) -> tuple[Frame | None, int]:
    match data[0] & 0x93:
        case 0x12:
            return RealTime(data[0]), 1
        case 0x10:
            if any(byte & 0x90 for byte in data[1:4]):
                return None, NOISE
            return (None, MORE) if len(data) < 4 else (Automatic(data), 4)
        case _:
            return WorkedOff(data[0]), 1


@dataclass(frozen=True, slots=True)
class Health:
    """What the four real-time answers add up to. None and UNKNOWN: not answered."""

    paper: Paper = Paper.UNKNOWN
    online: bool | None = None
    cover_open: bool | None = None
    fault: str = ""
    drawer_high: bool | None = None


def read_health(answers: Sequence[int | None]) -> Health:
    """From the answers to n = 1, 2, 3, 4; None where there was none. A silent printer is never fit."""
    printer, offline, error, paper = answers
    faults = []
    if offline is not None and offline & 0x40:
        faults.append("error")
    if error is not None:
        faults += [
            name
            for bit, name in ((0x08, "cutter"), (0x20, "cannot recover"), (0x40, "recovers by itself"))
            if error & bit
        ]
    return Health(
        Paper.UNKNOWN if paper is None else _paper(paper, offline),
        None if printer is None else not printer & 0x08,
        None if offline is None else bool(offline & 0x04),
        ", ".join(faults) if offline is not None and error is not None else "does not answer",
        None if printer is None else bool(printer & 0x04),
    )


def _paper(byte: int, offline: int | None) -> Paper:
    if byte & 0x60 or (offline is not None and offline & 0x20):
        return Paper.OUT
    return Paper.LOW if byte & 0x0C else Paper.PLENTY
