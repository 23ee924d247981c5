"""ZVT's bytes as the terminal writes and reads them (KIOSK_PROTOCOLS 4.1)."""

import binascii


def message(control: str, data: bytes = b"") -> bytes:
    """A message by its control field in hex, such as "060F"."""
    if len(data) < 0xFF:
        return bytes.fromhex(control) + bytes((len(data),)) + data
    return bytes.fromhex(control) + bytes((0xFF, len(data) % 256, len(data) // 256)) + data


def split(buffer: bytearray) -> list[tuple[str, bytes]]:
    """Take whole messages off the front of a buffer: control field in hex, and data."""
    taken: list[tuple[str, bytes]] = []
    while len(buffer) >= 3:
        head = 3
        size = buffer[2]
        if size == 0xFF:
            if len(buffer) < 5:
                break
            head, size = 5, buffer[3] + 256 * buffer[4]
        if len(buffer) < head + size:
            break
        taken.append((buffer[:2].hex().upper(), bytes(buffer[head : head + size])))
        del buffer[: head + size]
    return taken


def digits(number: int | str, size: int) -> bytes:
    """A number packed two digits to a byte."""
    return bytes(int(pair) // 10 * 16 + int(pair) % 10 for pair in _pairs(str(number).rjust(2 * size, "0")))


def number(packed: bytes) -> int:
    """The number that `digits` packed."""
    return int("".join(f"{byte:02x}" for byte in packed))


def variable(tag: int, value: bytes, places: int = 2) -> bytes:
    """A field whose length stands before it, a decimal digit to a byte."""
    return bytes((tag, *(0xF0 + int(digit) for digit in str(len(value)).rjust(places, "0")))) + value


def container(parts: bytes) -> bytes:
    """The field 06: tags, lengths and values."""
    size = bytes((len(parts),)) if len(parts) < 0x80 else bytes((0x82, len(parts) // 256, len(parts) % 256))
    return b"\x06" + size + parts


def block(whole: bytes) -> bytes:
    """A message on a serial line."""
    body = b"".join(b"\x10\x10" if byte == 0x10 else bytes((byte,)) for byte in whole)
    return b"\x10\x02" + body + b"\x10\x03" + checksum(whole + b"\x03")


def checksum(data: bytes) -> bytes:
    """Two bytes, low first: the reflected CCITT polynomial from zero, by way of the one that is not reflected."""
    mirrored = binascii.crc_hqx(bytes(_mirror(byte, 8) for byte in data), 0)
    value = _mirror(mirrored, 16)
    return bytes((value % 256, value // 256))


class Unblock:
    """Finds blocks on a serial line. What it gives: "ack", "nak", "bad", or the bytes of a good message."""

    def __init__(self) -> None:
        self._raw = bytearray()

    def feed(self, data: bytes) -> list[str | bytes]:
        """Take bytes; return what is complete."""
        self._raw += data
        found: list[str | bytes] = []
        while self._raw:
            if self._raw[0] in (0x06, 0x15):
                found.append("ack" if self._raw.pop(0) == 0x06 else "nak")
                continue
            if self._raw[0] != 0x10 or (len(self._raw) > 1 and self._raw[1] != 0x02):
                self._raw.pop(0)
                continue
            end = self._end()
            if end is None:
                break
            whole = bytes(self._raw[2:end]).replace(b"\x10\x10", b"\x10")
            good = bytes(self._raw[end + 2 : end + 4]) == checksum(whole + b"\x03")
            found.append(whole if good else "bad")
            del self._raw[: end + 4]
        return found

    def _end(self) -> int | None:
        """Where DLE ETX stands, once the checksum behind it is there too."""
        at = 2
        while at + 1 < len(self._raw):
            if self._raw[at] == 0x10:
                if self._raw[at + 1] == 0x03:
                    return at if at + 4 <= len(self._raw) else None
                at += 1
            at += 1
        return None


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(0, len(text), 2)]


def _mirror(value: int, bits: int) -> int:
    return int(format(value, f"0{bits}b")[::-1], 2)
