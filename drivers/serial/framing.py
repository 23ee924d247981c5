"""Cutting frames out of a byte stream that may begin, break and lie anywhere. Pure, bounded, and never raises."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

F = TypeVar("F")

SOH, STX, ETX, EOT, ENQ, ACK = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
LF, CR, DC1, DC2, NAK, ESC, GS = 0x0A, 0x0D, 0x11, 0x12, 0x15, 0x1B, 0x1D

MORE, NOISE = 0, -1
"""What a look answers instead of a length: it may still become a frame; no frame begins here."""

Look = Callable[[bytes], tuple[F | None, int]]
"""Looks at bytes whose first is one of the parser's `starts`; returns (frame, its length), or MORE or NOISE.

It must say NOISE as soon as no continuation can be a frame, and never before: then it makes no difference how the
bytes were cut into pieces on their way.
"""

_REMEMBERED = 64


class Parser(Generic[F]):
    """Feed it bytes as they come; it gives back the frames that they complete. Holds at most `limit` bytes."""

    def __init__(self, look: Look[F], starts: bytes, limit: int) -> None:
        self._look = look
        self._starts = frozenset(starts)
        self._limit = limit
        self._held = b""
        self.pending: list[F] = []
        """Frames that came together with the one that was waited for."""
        self.noise = b""
        """The last bytes that belonged to no frame, at most 64."""

    def feed(self, data: bytes) -> list[F]:
        """The frames that are complete now. What belongs to none is passed over."""
        held, here, frames = self._held + data, 0, []
        wasted = bytearray()
        while here < len(held):
            frame, length = (None, NOISE)
            if held[here] in self._starts:
                frame, length = self._look(held[here : here + self._limit])
            if length == MORE and len(held) - here < self._limit:
                break
            if length > 0:
                here += length
                if frame is not None:
                    frames.append(frame)
            else:
                wasted.append(held[here])
                here += 1
        self._held = held[here:]
        if wasted:
            self.noise = (self.noise + bytes(wasted[-_REMEMBERED:]))[-_REMEMBERED:]
        return frames

    @property
    def held(self) -> bytes:
        """The beginning of a frame that has not ended."""
        return self._held

    def reset(self) -> None:
        """Forget what was held: the link was lost in between."""
        self._held = self.noise = b""
        self.pending.clear()


DIGITS = b"0123456789"
ANY = bytes(range(256))

Shape = Sequence[bytes]
"""A frame of fixed length: for each place, the bytes that may stand there."""


def shape(*parts: bytes | tuple[bytes, int]) -> Shape:
    """Single bytes stand for themselves; (choices, n) for n places that hold any of the choices."""
    places: list[bytes] = []
    for part in parts:
        places += [bytes([byte]) for byte in part] if isinstance(part, bytes) else [part[0]] * part[1]
    return tuple(places)


def look_for(shapes: Mapping[str, Shape], build: Callable[[str, bytes], F | None]) -> Look[F]:
    """A look for frames of fixed shapes. `build` makes the fact, or says None where a checksum is wrong."""

    def look(data: bytes) -> tuple[F | None, int]:
        partly = False
        for name, places in shapes.items():
            if all(byte in allowed for byte, allowed in zip(data, places, strict=False)):
                if len(data) < len(places):
                    partly = True
                elif (frame := build(name, data[: len(places)])) is not None:
                    return frame, len(places)
        return None, MORE if partly else NOISE

    return look


def xor(data: bytes) -> int:
    """The block check character of several scale families."""
    total = 0
    for byte in data:
        total ^= byte
    return total
