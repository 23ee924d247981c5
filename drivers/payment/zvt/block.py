"""ZVT on a serial line: DLE STX, the message with every DLE doubled, DLE ETX, CRC low byte first.

The CRC runs over the message (DLEs single) and ETX: polynomial 0x8408, reflected, from 0 [two public clients
agree]. A block is
answered with ACK or NAK; it is repeated on NAK only.
"""

from dataclasses import dataclass, field
from enum import Enum, auto

from drivers.payment.zvt.apdu import LONGEST

DLE, STX, ETX, ACK, NAK = 0x10, 0x02, 0x03, 0x06, 0x15


class Sign(Enum):
    """What a line says outside of blocks, or about one that arrived broken."""

    ACK = auto()
    NAK = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A whole block with a right checksum; `data` is one message."""

    data: bytes = field(repr=False)


class _Where(Enum):
    OUTSIDE = auto()
    OUTSIDE_DLE = auto()
    INSIDE = auto()
    INSIDE_DLE = auto()
    CRC_LOW = auto()
    CRC_HIGH = auto()


def crc(data: bytes) -> int:
    """The checksum as a number; its low byte goes first on the line."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return value


def encode_block(message: bytes) -> bytes:
    """A message as it goes over the line."""
    doubled = message.replace(b"\x10", b"\x10\x10")
    return b"\x10\x02" + doubled + b"\x10\x03" + crc(message + b"\x03").to_bytes(2, "little")


class BlockReader:
    """Cuts a line into blocks and signs, byte by byte. Noise between blocks is passed over."""

    def __init__(self) -> None:
        self._where = _Where.OUTSIDE
        self._data = bytearray()
        self._crc = 0

    def feed(self, data: bytes) -> list[Block | Sign]:
        """Take bytes, return what is complete now."""
        return [found for byte in data if (found := self._take(byte)) is not None]

    def _take(self, byte: int) -> Block | Sign | None:
        match self._where:
            case _Where.OUTSIDE:
                if byte == DLE:
                    self._where = _Where.OUTSIDE_DLE
                return {ACK: Sign.ACK, NAK: Sign.NAK}.get(byte)
            case _Where.OUTSIDE_DLE:
                self._where = _Where.INSIDE if byte == STX else _Where.OUTSIDE
                if byte == DLE:
                    self._where = _Where.OUTSIDE_DLE
                return None
            case _Where.INSIDE:
                if byte == DLE:
                    self._where = _Where.INSIDE_DLE
                    return None
                return self._keep(byte)
            case _Where.INSIDE_DLE:
                return self._after_dle(byte)
            case _Where.CRC_LOW:
                self._crc, self._where = byte, _Where.CRC_HIGH
                return None
            case _Where.CRC_HIGH:
                whole = bytes(self._data)
                self._begin_anew()
                return Block(whole) if crc(whole + b"\x03") == self._crc | byte << 8 else Sign.BROKEN

    def _after_dle(self, byte: int) -> Sign | None:
        if byte == ETX:
            self._where = _Where.CRC_LOW
            return None
        if byte == DLE:
            self._where = _Where.INSIDE
            return self._keep(byte)
        self._begin_anew()
        if byte == STX:  # the end of the last block was lost, and this is a new one
            self._where = _Where.INSIDE
        return Sign.BROKEN

    def _keep(self, byte: int) -> Sign | None:
        if len(self._data) > LONGEST:
            self._begin_anew()
            return Sign.BROKEN
        self._data.append(byte)
        return None

    def _begin_anew(self) -> None:
        self._data[:] = bytes(len(self._data))  # what was read is wiped, not only dropped
        self._data.clear()
        self._where = _Where.OUTSIDE
