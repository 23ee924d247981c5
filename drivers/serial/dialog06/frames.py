"""Dialog 06 records, both ways. Source: facts from one public driver, not a vendor's manual (see docs/serial.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from drivers.base import Balance
from drivers.serial.framing import ACK, ANY, DIGITS, ENQ, EOT, ESC, ETX, NAK, STX, Parser, Shape, look_for, shape

WEIGH = bytes([EOT, ENQ])
THANKS = bytes([EOT])
"""Every answer of the scale is answered by this."""
HIGHEST_PRICE, HIGHEST_TARE, LONGEST_TEXT = 999_999, 9_999, 13


def record(number: str, *fields: str) -> bytes:
    """One record to the scale: two digits, then fields, each behind ESC."""
    body = "".join(f"\x1b{field}" for field in fields)
    return bytes([EOT, STX]) + f"{number}{body}".encode("ascii") + bytes([ETX])


def set_price(minor: int, tare_grams: int = 0, text: str = "") -> bytes:
    """Records 01, 03, 04 or 05, as tare and text ask for. Raises ValueError for what does not fit the fields."""
    if not 0 <= minor <= HIGHEST_PRICE or not 0 <= tare_grams <= HIGHEST_TARE:
        raise ValueError("a price has six digits and a tare four")
    if len(text) > LONGEST_TEXT or not (text.isascii() and (text.isprintable())):
        raise ValueError("a text has at most 13 ASCII characters")
    price, tare = f"{minor:06d}", f"{tare_grams:04d}"
    if tare_grams and text:
        return record("05", price, tare, text)
    if tare_grams:
        return record("03", price, tare)
    if text:
        return record("04", price, f"{text:<13}")
    return record("01", price, "")


def ask_status() -> bytes:
    """Record 08."""
    return record("08")


def answer_challenge(number: str, rest: str) -> bytes:
    """Record 10: eight hex digits."""
    return record("10", number + rest)


class Challenge(StrEnum):
    """What record 11 says about the checksum."""

    REFUSED = "0"
    ACCEPTED = "1"
    ASKED = "2"


@dataclass(frozen=True, slots=True)
class Taken:
    """ACK or NAK."""

    yes: bool
    raw: bytes


@dataclass(frozen=True, slots=True)
class Sold:
    """Record 02: the weighing, in grams, and the scale's own total."""

    unit: str
    grams: int
    minor: int
    total_minor: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Status:
    """Record 09."""

    code: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Checksum:
    """Record 11. `challenge` is the byte Z where it is asked for."""

    word: Challenge
    challenge: int
    raw: bytes


Frame = Taken | Sold | Status | Checksum

CODES: Mapping[str, tuple[Balance | None, str]] = {
    "00": (Balance.NOT_READY, "ok"),
    "01": (None, "general error"),
    "02": (None, "parity error, or more characters than it can hold"),
    "10": (None, "record number not known"),
    "11": (None, "unit price not valid"),
    "12": (None, "tare not valid"),
    "13": (None, "text not valid"),
    "20": (Balance.MOVING, "still moving"),
    "21": (Balance.UNMOVED, "no motion since the last weighing"),
    "22": (Balance.NOT_READY, "price calculation not finished"),
    "30": (Balance.NOT_READY, "below the smallest weight"),
    "31": (Balance.UNDER, "below zero"),
    "32": (Balance.OVER, "over capacity"),
}
"""Record 09's codes: what they say about the pan, or None where something is wrong that no weighing mends."""

_E = bytes([ESC])
_SHAPES: Mapping[str, Shape] = {
    "ack": shape(bytes([ACK])),
    "nak": shape(bytes([NAK])),
    "sold": shape(
        b"\x0202", _E, (bytes(range(0x20, 0x7F)), 1), _E, (DIGITS, 5), _E, (DIGITS, 6), _E, (DIGITS, 6), bytes([ETX])
    ),
    "status": shape(b"\x0209", _E, (DIGITS, 2), bytes([ETX])),
    "checksum": shape(b"\x0211", _E, (b"01", 1), bytes([ETX])),
    "challenge": shape(b"\x0211", _E, b"2", (ANY, 1), bytes([ETX])),
}


def parser() -> Parser[Frame]:
    """For everything the scale says. A record's end is told by its length: the challenge byte may be any."""
    return Parser(look_for(_SHAPES, _build), bytes([ACK, NAK, STX]), 27)


def _build(name: str, raw: bytes) -> Frame:
    match name:
        case "ack" | "nak":
            return Taken(name == "ack", raw)
        case "sold":
            return Sold(chr(raw[4]), int(raw[6:11]), int(raw[12:18]), int(raw[19:25]), raw)
        case "status":
            return Status(raw[4:6].decode("ascii"), raw)
        case "checksum":
            return Checksum(Challenge(chr(raw[4])), 0, raw)
        case _:
            return Checksum(Challenge.ASKED, raw[5], raw)
