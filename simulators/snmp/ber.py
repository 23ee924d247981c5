"""BER as SNMP uses it (RFC 3417 section 8): definite lengths, small tags. Values are bytes of whole TLVs."""

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
ADDRESS, COUNTER32, GAUGE32, TICKS, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x46
NO_OBJECT, NO_INSTANCE, END_OF_VIEW = b"\x80\x00", b"\x81\x00", b"\x82\x00"
Oid = tuple[int, ...]


class BadBer(ValueError):
    """These bytes are no BER of the kind that SNMP uses."""


def tlv(tag: int, body: bytes) -> bytes:
    """One element."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def sequence(*parts: bytes, tag: int = SEQUENCE) -> bytes:
    """Elements one after the other, inside another."""
    return tlv(tag, b"".join(parts))


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A whole number in as few bytes as it needs."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes | str) -> bytes:
    """A string of bytes."""
    return tlv(OCTETS, value.encode() if isinstance(value, str) else value)


def oid(value: Oid) -> bytes:
    """An object's name."""
    body = bytearray((value[0] * 40 + value[1],))
    for part in value[2:]:
        groups = [part & 0x7F]
        while part := part >> 7:
            groups.append(part & 0x7F | 0x80)
        body += bytes(reversed(groups))
    return tlv(OID, bytes(body))


class Reader:
    """Reads element after element. Raises BadBer for whatever does not fit."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def element(self) -> tuple[int, bytes]:
        """The next element's tag and body."""
        data, at = self._data, self._at
        if at + 2 > len(data):
            raise BadBer("cut short")
        tag, size, at = data[at], data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            if not 1 <= count <= 3 or at + count > len(data):
                raise BadBer("a length that SNMP does not use")
            size, at = int.from_bytes(data[at : at + count], "big"), at + count
        if at + size > len(data):
            raise BadBer("cut short")
        self._at = at + size
        return tag, data[at : at + size]

    def expect(self, tag: int) -> bytes:
        """The body of an element that has this tag."""
        found, body = self.element()
        if found != tag:
            raise BadBer(f"tag {found:#x} where {tag:#x} belongs")
        return body

    def rest(self) -> bytes:
        """Everything that was not read yet."""
        return self._data[self._at :]

    def number(self) -> int:
        """A whole number."""
        return int.from_bytes(self.expect(INTEGER), "big", signed=True)

    def oid(self) -> Oid:
        """An object's name."""
        body = self.expect(OID)
        if not body or body[-1] & 0x80:
            raise BadBer("a name cut short")
        parts, value = [], 0
        for byte in body:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                parts.append(value)
                value = 0
        first = min(parts[0] // 40, 2)
        return (first, parts[0] - first * 40, *parts[1:])
