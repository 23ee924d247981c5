"""The PD-II's bytes. Source: the CAS manual, and Ohaus' and AP-1 sheets for the block check (see docs/serial.md)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from drivers.serial.framing import (
    ACK,
    ANY,
    CR,
    DC1,
    DC2,
    DIGITS,
    ENQ,
    EOT,
    ETX,
    LF,
    NAK,
    SOH,
    STX,
    Parser,
    Shape,
    look_for,
    shape,
    xor,
)

Request = Literal["dc1", "dc2"]
ASK = bytes([ENQ])
REQUEST: Mapping[Request, bytes] = {"dc1": bytes([DC1]), "dc2": bytes([DC2])}
STREAM_ON, STREAM_OFF = b"W", b"\r"

_FIGURE = re.compile(rb" *([0-9]+\.[0-9]+|[0-9]+)")
_UNITS = {b"kg": "kg", b"lb": "lb", b" g": "g", b"g ": "g"}


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The scale will answer (or, `yes` being false, will not)."""

    yes: bool
    raw: bytes


@dataclass(frozen=True, slots=True)
class Plain:
    """Types 0 and 1: five digits, nothing about rest or motion, sign or unit. `scale` is the scale's type byte."""

    digits: str
    scale: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Full:
    """Type 6 and the indicators' stream. `figure` is None when overloaded; never negative (see `negative`)."""

    figure: str | None
    stable: bool
    negative: bool
    net: bool
    unit: str
    raw: bytes


Frame = Acknowledged | Plain | Full

_SHAPES: Mapping[str, Shape] = {
    "ack": shape(bytes([ACK])),
    "nak": shape(bytes([NAK])),
    "plain": shape(bytes([STX]), (ANY, 1), (DIGITS, 5), (ANY, 1), bytes([ETX])),
    "full": shape(
        bytes([SOH, STX]), (b"SU", 1), (b" -F", 1), (DIGITS + b" .F", 6), (b"kgKGlbLB ", 2), (ANY, 1), bytes([ETX, EOT])
    ),
}
_STREAM: Mapping[str, Shape] = {
    "stream": shape(
        (b"SUO", 1), (b"TSL", 1), b",", (b"GN", 1), (b"ST", 1), b",", (ANY, 2), b",", (DIGITS + b" .-+", 8), b" ",
        (b"kKlL ", 1), (b"gGbB", 1), bytes([CR, LF]),
    )
}  # fmt: skip


def parser() -> Parser[Frame]:
    """For a scale that is asked, of any type."""
    return Parser(look_for(_SHAPES, _build), bytes([ACK, NAK, STX, SOH]), 15)


def stream_parser() -> Parser[Frame]:
    """For an indicator that sends 22 bytes again and again, unasked."""
    return Parser(look_for(_STREAM, _build), b"SUO", 22)


def _build(name: str, raw: bytes) -> Frame | None:
    match name:
        case "ack" | "nak":
            return Acknowledged(name == "ack", raw)
        case "plain":
            return Plain(raw[2:7].decode("ascii"), raw[1], raw) if xor(raw[1:7]) == raw[7] else None
        case "full":
            return _full(raw) if xor(raw[2:12]) == raw[12] else None
        case _:
            return _stream(raw)


def _full(raw: bytes) -> Frame | None:
    unit = _UNITS.get(raw[10:12].lower())
    if unit is None:
        return None
    if raw[3:4] == b"F" or raw[4:10] == b"FFFFFF":
        return Full(None, False, False, False, unit, raw)
    found = _FIGURE.fullmatch(raw[4:10])
    if found is None:
        return None
    return Full(found[1].decode("ascii"), raw[2:3] == b"S", raw[3:4] == b"-", False, unit, raw)


def _stream(raw: bytes) -> Frame | None:
    header, load = raw[:2], raw[3:5]
    unit = _UNITS.get(raw[18:20].lower())
    figure = raw[9:17].lstrip(b" ")
    negative = figure.startswith(b"-")
    found = _FIGURE.fullmatch(figure.lstrip(b"+-").lstrip(b" "))
    if header not in (b"ST", b"US", b"OL") or load not in (b"GS", b"NT") or unit is None:
        return None
    if header == b"OL":
        return Full(None, False, False, load == b"NT", unit, raw)
    if found is None:
        return None
    return Full(found[1].decode("ascii"), header == b"ST", negative, load == b"NT", unit, raw)
