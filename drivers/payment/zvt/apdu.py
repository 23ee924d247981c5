"""ZVT's application messages: class, instruction, length, data (KIOSK_PROTOCOLS 4.1).

The length is one byte; 0xFF says that two more follow, low byte first [K; one public client's example agrees].
"""

from dataclasses import dataclass, field

LONGEST = 8192
"""Bytes of data we take in one message. Receipts are a few hundred; more is noise."""
CLASSES = frozenset({0x04, 0x05, 0x06, 0x08, 0x80, 0x84})
"""First bytes that a message can begin with."""


@dataclass(frozen=True, slots=True)
class Apdu:
    """One message. `data` may hold card data until `fields` has read it: it is never shown, logged or kept."""

    control: int
    """Class and instruction as one number: 0x0601 is 06 01."""
    data: bytes = field(default=b"", repr=False)


ACK = Apdu(0x8000)


def encode(apdu: Apdu) -> bytes:
    """The message's bytes. Raises ValueError when the data is too long for any length field."""
    size = len(apdu.data)
    if size > 0xFFFF:
        raise ValueError("a ZVT message holds at most 65535 bytes")
    length = bytes([size]) if size < 0xFF else b"\xff" + size.to_bytes(2, "little")
    return apdu.control.to_bytes(2, "big") + length + apdu.data


class ApduReader:
    """Cuts a TCP stream into messages, however it is split. After noise it stays deaf: a stream cannot be resumed."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.noise = False
        """Whether something arrived that can be no message: the connection is good for nothing any more."""

    def feed(self, data: bytes) -> list[Apdu]:
        """Take bytes, return the messages that are complete now."""
        found: list[Apdu] = []
        if self.noise:
            return found
        self._buffer += data
        while (size := self._whole()) is not None:
            found.append(parse(bytes(self._buffer[:size])))
            self._buffer[:size] = bytes(size)  # what was read is wiped, not only dropped
            del self._buffer[:size]
        return found

    def _whole(self) -> int | None:
        """How many bytes the first message has, if it is there in full."""
        head = self._buffer
        if head and head[0] not in CLASSES:
            self._give_up()
            return None
        if len(head) < 3 or (head[2] == 0xFF and len(head) < 5):
            return None
        start, length = (5, head[3] | head[4] << 8) if head[2] == 0xFF else (3, head[2])
        if length > LONGEST:
            self._give_up()
            return None
        return start + length if len(head) >= start + length else None

    def _give_up(self) -> None:
        self.noise = True
        self._buffer.clear()


def parse(whole: bytes) -> Apdu:
    """A message whose length field is known to be right."""
    return Apdu(int.from_bytes(whole[:2], "big"), whole[5:] if whole[2] == 0xFF else whole[3:])


def parse_alone(whole: bytes) -> Apdu | None:
    """A message that something else has framed; None when its own length field disagrees."""
    reader = ApduReader()
    found = reader.feed(whole)
    return found[0] if len(found) == 1 and not reader.noise and encode(found[0]) == whole else None
