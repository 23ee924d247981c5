"""`S11` and `S14` of a scanner-scale. Source: Datalogic's manual. Prefix `S` and the CR can be set otherwise there."""

import re
from dataclasses import dataclass

from drivers.base import Balance
from drivers.serial.framing import CR, MORE, NOISE, Parser

WEIGHT = b"S11\r"
"""Answered only when stable and in range."""
STATE = b"S14\r"
"""Always answered."""

STATES = {
    "0": Balance.NOT_READY,
    "1": Balance.MOVING,
    "2": Balance.OVER,
    "3": Balance.EMPTY,
    "5": Balance.UNDER,
}
_LONGEST = 10
_FRAME = re.compile(rb"S11([0-9]{4,5})|S14(?:([01235])|4([0-9]{4,5}))")
_SO_FAR = re.compile(rb"S(?:1(?:1[0-9]{0,5}|4(?:[01235]|4[0-9]{0,5})?)?)?")


@dataclass(frozen=True, slots=True)
class Weight:
    """Four digits are hundredths of a pound, five are grams; there is no point. Rest was said."""

    digits: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class State:
    """No weight, and why; "3" is an empty pan at rest."""

    code: str
    raw: bytes


def parser() -> Parser[Weight | State]:
    """For the scale's answers; labels that the scanner reads pass by as noise."""
    return Parser(_look, b"S", _LONGEST)


def _look(data: bytes) -> tuple[Weight | State | None, int]:
    end = data.find(CR)
    if end < 0:
        return None, MORE if _SO_FAR.fullmatch(data) else NOISE
    found = _FRAME.fullmatch(data[:end])
    if not found:
        return None, NOISE
    raw = data[: end + 1]
    if found[2]:
        return State(found[2].decode("ascii"), raw), end + 1
    return Weight((found[1] or found[3]).decode("ascii"), raw), end + 1
