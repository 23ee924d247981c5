"""How a picture gets onto a label, as a plain function of (state, what the label said) -> (state, writes).

The label leads: it names its block size, then asks for one part after another (stop and wait).
Source: reference/ESL_PROTOCOLS.md §3.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

from drivers.ble.gicisky.pixels import Wire
from drivers.errors import Misspoke

ASKS = 3
"""The upload ends when one part is asked for this often."""
PART_HEAD = 4
"""Bytes of part number in front of every part."""
LARGEST_PART = 240
SMALLEST_PART = 16
"""A block of 20 bytes is the least that Bluetooth carries; a smaller claim would only cost us time."""


class Where(Enum):
    """The characteristic to write to."""

    COMMAND = auto()
    IMAGE = auto()


@dataclass(frozen=True, slots=True)
class Write:
    """One write to the label, at most 244 bytes."""

    where: Where
    data: bytes


class Phase(Enum):
    """What the label is expected to say next."""

    BLOCK_SIZE = auto()
    LENGTH_TAKEN = auto()
    PART_WANTED = auto()
    COMPLETE = auto()


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload under way."""

    device: str
    wire: Wire
    phase: Phase = Phase.BLOCK_SIZE
    part_size: int = LARGEST_PART
    asked: bytes = b""
    """How often each part was asked for."""

    @property
    def complete(self) -> bool:
        """Whether the label has said that it has everything."""
        return self.phase is Phase.COMPLETE

    @property
    def progress(self) -> float:
        """Share of the parts that were sent, 0 to 1."""
        return 1.0 if self.complete else 1 - self.asked.count(0) / max(1, len(self.asked))


def begin(device: str, wire: Wire) -> tuple[Upload, tuple[Write, ...]]:
    """Start an upload. Ask for the block size."""
    return Upload(device, wire), (Write(Where.COMMAND, b"\x01"),)


def heard(upload: Upload, said: bytes) -> tuple[Upload, tuple[Write, ...]]:
    """Take one notification and answer it. Raises Misspoke for what the protocol does not allow here."""
    match (upload.phase, *said[:2]):
        case (Phase.COMPLETE, *_):
            return upload, ()
        case (Phase.BLOCK_SIZE, 0x01, _) if len(said) >= 3:
            return _take_block_size(upload, said)
        case (Phase.LENGTH_TAKEN, 0x02, 0x00):
            return replace(upload, phase=Phase.PART_WANTED), (Write(Where.COMMAND, b"\x03"),)
        case (Phase.PART_WANTED, 0x05, 0x08):
            return _finish(upload, said)
        case (Phase.PART_WANTED, 0x05, 0x00) if len(said) >= 6:
            return _send_part(upload, said)
        case _:
            raise Misspoke(upload.device, f"the label said something unexpected, {upload.phase.name} was due", said)


def _take_block_size(upload: Upload, said: bytes) -> tuple[Upload, tuple[Write, ...]]:
    size = min(int.from_bytes(said[1:3], "little") - PART_HEAD, LARGEST_PART)
    if size < SMALLEST_PART:
        raise Misspoke(upload.device, "the label names an impossible block size", said)
    length = len(upload.wire.data)
    command = b"\x02" + length.to_bytes(4, "little") + (b"\x01" if upload.wire.framed else bytes(3))
    parts = -(-length // size)
    return (
        replace(upload, phase=Phase.LENGTH_TAKEN, part_size=size, asked=bytes(parts)),
        (Write(Where.COMMAND, command),),
    )


def _send_part(upload: Upload, said: bytes) -> tuple[Upload, tuple[Write, ...]]:
    part = int.from_bytes(said[2:6], "little")
    if part >= len(upload.asked):
        return _finish(upload, said)
    asks = upload.asked[part] + 1
    if asks >= ASKS:
        raise Misspoke(upload.device, f"the label asked for part {part} {ASKS} times", said)
    at = part * upload.part_size
    data = upload.wire.data[at : at + upload.part_size]
    asked = upload.asked[:part] + bytes((asks,)) + upload.asked[part + 1 :]
    return replace(upload, asked=asked), (Write(Where.IMAGE, said[2:6] + data),)


def _finish(upload: Upload, said: bytes) -> tuple[Upload, tuple[Write, ...]]:
    """Believe "I have everything" only after everything was sent: what is left could be an older picture."""
    if missing := upload.asked.count(0):
        raise Misspoke(upload.device, f"the label claims to be complete, {missing} parts were never sent", said)
    return replace(upload, phase=Phase.COMPLETE), ()
