"""Seven data bits on an eight-bit way: device servers and pseudo-terminals pass the parity bit along, or not."""

from enum import StrEnum

WRONG = 0xFF
"""Stands for a byte whose parity was wrong: no family uses it."""


class Parity(StrEnum):
    """How the eighth bit is made."""

    NONE = "none"
    EVEN = "even"
    ODD = "odd"


def strip(data: bytes, parity: Parity, *, always: bool = False) -> bytes:
    """The seven-bit bytes. A byte with its eighth bit set must have the right parity.

    `always`: the way is known to pass parity, so bytes without the eighth bit are checked too.
    """
    return bytes(_strip(byte, parity, always) for byte in data)


def _strip(byte: int, parity: Parity, always: bool) -> int:
    if byte < 0x80 and not always:
        return byte
    right = byte.bit_count() % 2 == (0 if parity is Parity.EVEN else 1)
    return byte & 0x7F if right else WRONG


def add(data: bytes, parity: Parity) -> bytes:
    """Seven-bit bytes with their parity in the eighth bit."""
    return bytes(
        byte & 0x7F | (0x80 if (byte & 0x7F).bit_count() % 2 == (1 if parity is Parity.EVEN else 0) else 0)
        for byte in data
    )
