"""NCI's bytes. Source: a vendor's manual, which does not say what the status bits mean (see docs/serial.md).

A command is a letter and CR; every answer begins with LF and ends with CR ETX. A weight refused is the status alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from drivers.serial.framing import CR, DIGITS, ETX, LF, Parser, Shape, look_for, shape


class Command(Enum):
    """What can be sent: weight, the same ten times finer, zero, change of unit, metrology status."""

    WEIGHT = b"W\r"
    FINE_WEIGHT = b"H\r"
    ZERO = b"Z\r"
    UNIT = b"U\r"
    METROLOGY = b"M\r"


@dataclass(frozen=True, slots=True)
class Weight:
    """A figure of six characters, and the unit as the scale wrote it, in small letters."""

    figure: str
    unit: str
    status: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class NoWeight:
    """The status alone; "" where the scale did not know the command."""

    status: str
    raw: bytes


_HEX = DIGITS + b"ABCDEFabcdef"
_END = bytes([CR, ETX])
_SHAPES: Mapping[str, Shape] = {
    "weight": shape(
        bytes([LF]), (DIGITS + b".", 6), (b"kgKGlbLB", 2), bytes([CR, LF]), b"S", (_HEX, 4), _END
    ),
    "status": shape(bytes([LF]), b"S", (_HEX, 4), _END),
    "unknown": shape(bytes([LF]), b"?", _END),
}  # fmt: skip
_FIGURE = re.compile(rb"[0-9]+\.[0-9]+")


def parser() -> Parser[Weight | NoWeight]:
    """For everything such a scale says."""
    return Parser(look_for(_SHAPES, _build), bytes([LF]), 18)


def _build(name: str, raw: bytes) -> Weight | NoWeight | None:
    if name == "unknown":
        return NoWeight("", raw)
    if name == "status":
        return NoWeight(raw[2:6].decode("ascii"), raw)
    unit = raw[7:9].decode("ascii").lower()
    if not _FIGURE.fullmatch(raw[1:7]) or unit not in ("kg", "lb"):
        return None
    return Weight(raw[1:7].decode("ascii"), unit, raw[12:16].decode("ascii"), raw)
