"""SNMP messages of v2c and v3, read and built."""

from dataclasses import dataclass

from simulators.snmp.ber import SEQUENCE, BadBer, Oid, Reader, integer, octets, oid, sequence, tlv
from simulators.snmp.usm import Keys

GET, GET_NEXT, RESPONSE, SET, GET_BULK, TRAP, REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA7, 0xA8
AUTH, PRIV, REPORTABLE = 1, 2, 4
USM = 3


@dataclass(frozen=True, slots=True)
class Pdu:
    """One request or answer. `second` and `third` are error status and index, or the two figures of GETBULK."""

    kind: int
    request: int
    second: int
    third: int
    bindings: tuple[tuple[Oid, bytes], ...]

    def encode(self) -> bytes:
        """The bytes."""
        rows = b"".join(sequence(oid(name), value) for name, value in self.bindings)
        return sequence(
            integer(self.request), integer(self.second), integer(self.third), tlv(SEQUENCE, rows), tag=self.kind
        )


def read_pdu(data: bytes) -> Pdu:
    """Read a PDU. Raises BadBer."""
    kind, body = Reader(data).element()
    reader = Reader(body)
    request, second, third = reader.number(), reader.number(), reader.number()
    rows, bindings = Reader(reader.expect(SEQUENCE)), []
    while rows:
        row = Reader(rows.expect(SEQUENCE))
        name = row.oid()
        bindings.append((name, tlv(*row.element())))
    return Pdu(kind, request, second, third, tuple(bindings))


@dataclass(frozen=True, slots=True)
class V2:
    """A message of SNMP v2c."""

    community: bytes
    pdu: Pdu

    def encode(self) -> bytes:
        """The bytes."""
        return sequence(integer(1), octets(self.community), self.pdu.encode())


@dataclass(frozen=True, slots=True)
class V3:
    """The outer half of a message of SNMP v3, as it came: `payload` may be encrypted."""

    number: int
    flags: int
    engine: bytes
    boots: int
    time: int
    user: bytes
    code: bytes
    salt: bytes
    payload: bytes
    whole: bytes

    def authentic(self, keys: Keys) -> bool:
        """Whether the code fits the message."""
        blank = self.whole.replace(self.code, bytes(len(self.code)), 1)
        return len(self.code) == keys.mac_size and keys.mac(blank) == self.code


def read_message(data: bytes) -> V2 | V3:
    """Read a message. Raises BadBer."""
    reader = Reader(Reader(data).expect(SEQUENCE))
    match reader.number():
        case 1:
            return V2(reader.expect(0x04), read_pdu(reader.rest()))
        case 3:
            head = Reader(reader.expect(SEQUENCE))
            number, _size, flags, model = head.number(), head.number(), head.expect(0x04), head.number()
            if model != USM or len(flags) != 1:
                raise BadBer("another security model")
            safety = Reader(Reader(reader.expect(0x04)).expect(SEQUENCE))
            engine, boots, time = safety.expect(0x04), safety.number(), safety.number()
            user, code, salt = safety.expect(0x04), safety.expect(0x04), safety.expect(0x04)
            tag, payload = reader.element()
            sealed = payload if flags[0] & PRIV else tlv(tag, payload)
            return V3(number, flags[0], engine, boots, time, user, code, salt, sealed, data)
        case version:
            raise BadBer(f"version {version}")


def read_scoped(data: bytes) -> tuple[bytes, bytes, Pdu]:
    """Context engine, context name and PDU of a scoped PDU. Raises BadBer."""
    reader = Reader(Reader(data).expect(SEQUENCE))
    return reader.expect(0x04), reader.expect(0x04), read_pdu(reader.rest())


@dataclass(frozen=True, slots=True)
class Clock:
    """Whose message it is: the authoritative engine, how often it has started, and seconds since."""

    engine: bytes
    boots: int
    time: int


def write_v3(number: int, clock: Clock, user: bytes, context: bytes, pdu: Pdu, keys: Keys | None) -> bytes:
    """A whole message; with keys it is authenticated and encrypted."""
    scoped = sequence(octets(clock.engine), octets(context), pdu.encode())
    code, salt, flags = b"", b"", 0
    if keys is not None:
        sealed, salt = keys.seal(scoped, clock.boots, clock.time)
        scoped, code, flags = octets(sealed), bytes(keys.mac_size), AUTH | PRIV
    safety = sequence(
        octets(clock.engine), integer(clock.boots), integer(clock.time), octets(user), octets(code), octets(salt)
    )
    head = sequence(integer(number), integer(65_507), octets(bytes((flags,))), integer(USM))
    whole = sequence(integer(3), head, octets(safety), scoped)
    if keys is not None:
        at = whole.index(safety) + len(safety) - len(octets(salt)) - len(code)
        whole = whole[:at] + keys.mac(whole) + whole[at + len(code) :]
    return whole
