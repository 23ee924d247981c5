"""The agent's own encoding: what it writes it reads, and any bytes are refused, never worse."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.snmp.ber import BadBer, Reader, integer, octets, oid, sequence
from simulators.snmp.message import V2, Pdu, read_message
from simulators.snmp.usm import User, keys_of, localized

part = st.integers(0, 2**32 - 1)
names = st.tuples(st.integers(0, 2), st.integers(0, 39), *[part] * 3)


@given(st.integers(-(2**63), 2**64 - 1), st.binary(max_size=300), names)
def test_what_is_written_is_read(number: int, data: bytes, name: tuple[int, ...]) -> None:
    reader = Reader(sequence(integer(number), octets(data), oid(name)))
    inside = Reader(reader.expect(0x30))
    assert (inside.number(), inside.expect(0x04), inside.oid()) == (number, data, name)
    assert not inside


@given(st.binary(max_size=80))
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read_message(data)
    except BadBer:
        return


@given(st.integers(0, 60), st.binary(min_size=1, max_size=3))
def test_a_damaged_message_is_read_or_refused(at: int, damage: bytes) -> None:
    whole = V2(b"community", Pdu(0xA0, 7, 0, 0, (((1, 3, 6, 1, 2, 1, 1, 3, 0), b"\x05\x00"),))).encode()
    try:
        read_message(whole[:at] + damage + whole[at + len(damage) :])
    except BadBer:
        return


def test_keys_are_made_as_the_standard_says() -> None:
    """RFC 3414 A.3.2: password "maplesyrup", engine 00…02, SHA-1."""
    key = localized("maplesyrup", bytes(11) + b"\x02", "sha")
    assert key.hex() == "6695febc9288e36282235fc7151f128497b38f3f"


def test_what_is_sealed_opens_again() -> None:
    keys = keys_of(User("aisle", "an auth password", "a priv password"), b"engine")
    sealed, salt = keys.seal(b"plain words", 3, 99)
    assert sealed != b"plain words"
    assert keys.open(sealed, 3, 99, salt) == b"plain words"
    with pytest.raises(AttributeError):
        keys.auth = "none"  # type: ignore[misc]
