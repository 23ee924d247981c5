"""The 8217's bytes, both ways. Source: MT service manual, Datalogic's SASI note, public code (see docs/serial.md).

A command is one ASCII byte without an end; every answer is STX … CR. Length and decimals of a weight depend on the
scale's set-up, so they are read, never counted off.
"""

import re
from dataclasses import dataclass
from enum import Enum, StrEnum

from drivers.base import Balance
from drivers.serial.framing import CR, MORE, NOISE, STX, Parser

_LONGEST = 12
_WEIGHT = re.compile(rb" {0,3}([0-9]{1,3}\.[0-9]{2,4})(N?)")
_WEIGHT_SO_FAR = re.compile(rb" {0,3}(?:[0-9]{1,3}(?:\.(?:[0-9]{0,4}|[0-9]{2,4}N))?)?")
_QUERY, _ECHO = 0x3F, 0x45


class Command(Enum):
    """What can be sent. Tare and clear answer about 150 ms later, or never where tare is not calibrated."""

    WEIGHT = b"W"
    FINE_WEIGHT = b"H"
    ZERO = b"Z"
    TARE = b"T"
    CLEAR_TARE = b"C"
    SELF_TEST = b"A"
    SELF_TEST_RESULT = b"B"
    ECHO_ON = b"E"
    ECHO_OFF = b"F"


def keyed_tare(figure: int) -> bytes:
    """A tare by number: grams where the scale shows kg, hundredths where it shows lb. Raises ValueError."""
    if not 0 <= figure <= 99_999:
        raise ValueError("a keyed tare has five digits")
    return b"T%05d" % figure


class Profile(StrEnum):
    """Whose reading of the status byte holds; they contradict each other, but never about what is a weight."""

    MT = "mt"
    SASI = "sasi"
    PS60 = "ps60"


@dataclass(frozen=True, slots=True)
class Weight:
    """A stable weight, as the scale wrote it."""

    figure: str
    net: bool
    raw: bytes


@dataclass(frozen=True, slots=True)
class NoWeight:
    """`?` and a status: whatever the status says, there is no weight."""

    status: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class SelfTest:
    """0x40: all passed. 0: the result was read before. Bits 4 to 1: ROM, CPU memory, memory, settings failed."""

    result: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Sign:
    """The self-test began (empty body), or the echo is on ("E")."""

    body: bytes
    raw: bytes


Frame = Weight | NoWeight | SelfTest | Sign


def parser() -> Parser[Frame]:
    """For everything an 8217 says."""
    return Parser(_look, bytes([STX]), _LONGEST)


def _look(data: bytes) -> tuple[Frame | None, int]:
    end = data.find(CR, 1)
    body = data[1:] if end < 0 else data[1:end]
    if end < 0:
        return None, MORE if len(body) < _LONGEST - 1 and _may_go_on(body) else NOISE
    frame = _read(body, data[: end + 1])
    return (None, NOISE) if frame is None else (frame, end + 1)


def _may_go_on(body: bytes) -> bool:
    if _WEIGHT_SO_FAR.fullmatch(body):
        return True
    if body[0] == _QUERY:
        return len(body) == 1 or (len(body) == 2 and bool(body[1] & 0x40))
    return len(body) == 1 and (body[0] == _ECHO or _is_result(body[0]))


def _is_result(byte: int) -> bool:
    return byte == 0 or byte & ~0x1E == 0x40


def _read(body: bytes, raw: bytes) -> Frame | None:
    if found := _WEIGHT.fullmatch(body):
        return Weight(found[1].decode("ascii"), bool(found[2]), raw)
    if len(body) == 2 and body[0] == _QUERY and body[1] & 0x40:
        return NoWeight(body[1], raw)
    if body in (b"", b"E"):
        return Sign(body, raw)
    if len(body) == 1 and _is_result(body[0]):
        return SelfTest(body[0], raw)
    return None


def why_no_weight(status: int, profile: Profile) -> tuple[Balance, bool]:
    """What the status means, and whether a tare is on. For the words on a screen only: none of them is a weight."""
    if profile is Profile.SASI:
        letters = {0x41: Balance.MOVING, 0x42: Balance.OVER, 0x43: Balance.UNDER}
        return letters.get(status, Balance.NOT_READY), False
    net = bool(status & 0x20) and profile is not Profile.PS60
    if status & 0x01:
        return Balance.MOVING, net
    if status & 0x02:
        return Balance.OVER, net
    if status & 0x04:
        return Balance.UNDER, net
    return Balance.NOT_READY, net
