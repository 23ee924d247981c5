"""What the simulated labels are: size, inks and the order in which each model's memory fills its glass.

Written from reference/ESL_PROTOCOLS.md §3 alone, as coordinates: bit k of a plane lights pixel (x, y).
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""Upright palette indices of shape (height, width)."""


class Order(Enum):
    """How the bits of a plane run over the glass."""

    ROWS_DOWN = "rows, from the top"
    ROWS_UP = "rows, from the bottom"
    COLUMNS_RIGHT = "columns read downwards, from the left"
    COLUMNS_LEFT = "columns read downwards, from the right"


class Packing(Enum):
    """What the label expects after the length command."""

    PLANES = "planes"
    QUADS = "two bits per pixel"
    LINES = "one literal chunk per line"
    QUICKLZ = "QuickLZ chunks"


@dataclass(frozen=True, slots=True)
class Glass:
    """One model's display. `inks[i]` is palette index i."""

    width: int
    height: int
    inks: tuple[str, ...]
    order: Order = Order.ROWS_DOWN
    packing: Packing = Packing.PLANES
    column_bits: int = 0
    """Bits of a column in memory, where that is more than the visible height."""
    bit_is_black: bool = False
    """In plane 1 a set bit is black; else it is white."""

    @property
    def pixels(self) -> int:
        """Pixels in memory, hidden ones included."""
        return self.width * max(self.height, self.column_bits)


BW = ("black", "white")
BWR = (*BW, "red")
BWRY = (*BW, "yellow", "red")
MODELS = {
    0x000B: Glass(212, 104, BWR, Order.COLUMNS_RIGHT),
    0x010B: Glass(250, 122, BWR, Order.COLUMNS_RIGHT, column_bits=128),
    0x0028: Glass(296, 128, BW, Order.COLUMNS_LEFT),
    0x0033: Glass(296, 128, BWR, Order.COLUMNS_LEFT),
    0x002E: Glass(296, 128, BWRY, Order.COLUMNS_LEFT, Packing.QUADS),
    0x0048: Glass(400, 300, BW),
    0x004B: Glass(400, 300, BWR),
    0x004E: Glass(400, 300, BWRY, packing=Packing.QUADS),
    0x022B: Glass(240, 416, BWR, Order.ROWS_UP, Packing.LINES),
    0x012B: Glass(800, 480, BWR, Order.ROWS_UP, Packing.QUICKLZ, bit_is_black=True),
    0x008B: Glass(960, 640, BWR, packing=Packing.QUICKLZ),
}


def develop(glass: Glass, payload: bytes, inflate: bool) -> Pixels:
    """Turn what was uploaded into what a person sees. Raises ValueError for what is no picture of it."""
    if inflate and glass.packing in (Packing.LINES, Packing.QUICKLZ):
        payload = _inflate(payload, glass.packing)
    count = glass.pixels
    bits = np.unpackbits(np.frombuffer(payload, np.uint8))
    if glass.packing is Packing.QUADS:
        _must_be(len(bits), 2 * count)
        values = bits[0::2] * 2 + bits[1::2]
    elif len(glass.inks) == 2:
        _must_be(len(bits), count)
        values = bits ^ glass.bit_is_black
    else:
        _must_be(len(bits), 2 * count)
        values = np.where(bits[count:], np.uint8(2), bits[:count] ^ glass.bit_is_black)
    x, y = _places(glass)
    seen = y < glass.height
    screen = np.zeros((glass.height, glass.width), np.uint8)
    screen[y[seen], x[seen]] = values[seen]
    return screen


def _places(glass: Glass) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    k = np.arange(glass.pixels)
    column = max(glass.height, glass.column_bits)
    match glass.order:
        case Order.ROWS_DOWN:
            return k % glass.width, k // glass.width
        case Order.ROWS_UP:
            return k % glass.width, glass.height - 1 - k // glass.width
        case Order.COLUMNS_RIGHT:
            return k // column, k % column
        case Order.COLUMNS_LEFT:
            return glass.width - 1 - k // column, k % column


def _inflate(payload: bytes, packing: Packing) -> bytes:
    """Unpack [u32] and chunks: 0x74 stored, or 0x75 with a control word of zero: literals only."""
    length, at, plain = int.from_bytes(payload[:4], "little"), 4, bytearray()
    while at < len(payload):
        head = 3 if payload[at] == 0x74 else 7
        mark, size, count = payload[at : at + 3].ljust(3, b"\0")
        if mark not in (0x74, 0x75) or size != count + head or at + size > len(payload):
            raise ValueError(f"no chunk at byte {at}")
        if head == 7 and any(payload[at + 3 : at + 7]):
            raise ValueError("this simulated label unpacks literal chunks only")
        plain += payload[at + head : at + size]
        at += size
    _must_be(length, len(payload) if packing is Packing.LINES else len(plain) - len(plain) // 2)
    return bytes(plain)


def _must_be(got: int, want: int) -> None:
    if got != want:
        raise ValueError(f"{got} where {want} was due")
