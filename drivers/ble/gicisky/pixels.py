"""From an upright picture to the bytes that a label's memory wants.

Source: reference/ESL_PROTOCOLS.md §3 "Pixels". Bits are filled most significant first.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from drivers.ble.gicisky.models import Layout, Memory

BLACK, WHITE, COLOUR = 0, 1, 2
"""Palette indices, the same for every model: see `models.COLOURS`."""
CHUNK = 64
"""Plain bytes in one QuickLZ chunk."""
STORED, LITERALS = 0x74, 0x75
"""QuickLZ chunk marks: plain bytes follow; or a control word (all zero: only literals) and then bytes."""

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Wire:
    """A picture as it travels. `framed` asks the label, in the length command, to unpack QuickLZ chunks."""

    data: bytes
    framed: bool = False


def encode(pixels: Pixels, inks: int, memory: Memory, inflates: bool) -> Wire:
    """Pack upright palette indices, uint8 of shape (height, width), for a panel of `inks` colours.

    A label that cannot inflate gets plain planes whatever its layout.
    """
    scan = _scan_order(pixels, memory)
    if memory.layout is Layout.TWO_BITS:
        return Wire(_two_bits(scan))
    planes = np.packbits(scan == (BLACK if memory.inverted else WHITE), axis=None).tobytes()
    if inks > 2:
        planes += np.packbits(scan == COLOUR, axis=None).tobytes()
    if memory.layout is Layout.PLANES or not inflates:
        return Wire(planes)
    if memory.layout is Layout.LINE_CHUNKS:
        return Wire(_line_chunks(planes, pixels.shape[0] // 8))
    return Wire(_quicklz(planes), framed=True)


def _scan_order(pixels: Pixels, memory: Memory) -> Pixels:
    padded = np.pad(pixels, ((0, memory.spare_rows), (0, 0)), constant_values=WHITE)
    scan = np.rot90(padded, memory.quarter_turns)
    if memory.mirror_x:
        scan = scan[:, ::-1]
    return scan[::-1] if memory.mirror_y else scan


def _two_bits(scan: Pixels) -> bytes:
    """Four pixels to a byte, the first in the top bits. The palette order is the wire's order."""
    quads = scan.reshape(-1, 4)
    return (quads[:, 0] << 6 | quads[:, 1] << 4 | quads[:, 2] << 2 | quads[:, 3]).astype(np.uint8).tobytes()


def _line_chunks(planes: bytes, size: int) -> bytes:
    """u32 total length (itself included), then for every column [0x75][size + 7][size][0 0 0 0][bytes]."""
    head = bytes((LITERALS, size + 7, size, 0, 0, 0, 0))
    body = b"".join(head + planes[at : at + size] for at in range(0, len(planes), size))
    return (len(body) + 4).to_bytes(4, "little") + body


def _quicklz(planes: bytes) -> bytes:
    """u32 plain length of the second half, then both halves as chunks [0x74][size + 3][size][bytes]."""
    half = len(planes) // 2
    chunks = (part[at : at + CHUNK] for part in (planes[:half], planes[half:]) for at in range(0, len(part), CHUNK))
    body = b"".join(bytes((STORED, len(chunk) + 3, len(chunk))) + chunk for chunk in chunks)
    return (len(planes) - half).to_bytes(4, "little") + body
