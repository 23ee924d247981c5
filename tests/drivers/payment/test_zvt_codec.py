"""ZVT's bytes: golden frames of both directions, any cutting of the stream, and any noise."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.payment.zvt import commands
from drivers.payment.zvt.apdu import Apdu, ApduReader, encode, parse_alone
from drivers.payment.zvt.block import Block, BlockReader, Sign, encode_block
from drivers.payment.zvt.commands import Access
from drivers.payment.zvt.fields import read_lines, read_status

EUR = Access("000000", "EUR")
SENT = {
    "06 00 06 00 00 00 BE 09 78": commands.registration(EUR),
    "06 01 07 04 00 00 00 00 12 50": commands.authorisation(1250),  # the reference page's own vector
    "06 20 05 00 00 00 03 03": commands.repeat_receipt(EUR),
    "06 30 06 12 34 56 87 00 42": commands.reversal("0042", Access("123456", "EUR")),
    "06 22 07 04 00 00 00 00 12 50": commands.pre_authorisation(1250),
    "06 31 0A 00 00 00 04 00 00 00 00 12 50": commands.refund(1250, EUR),
    "06 50 03 00 00 00": commands.end_of_day(EUR),
    "06 70 00": commands.diagnosis(),
    "05 01 03 00 00 00": commands.status_enquiry(EUR),
    "06 02 00": commands.log_off(),
    "06 B0 00": commands.abort(),
    "80 00 00": Apdu(0x8000),
}
APPROVED = bytes.fromhex(
    "04 0F 48 27 00 04 00 00 00 00 12 50 49 09 78 0B 00 10 01 0C 12 30 45 0D 11 21"
    " 22 F0 F8 49 29 12 34 56 78 12 34 19 70 29 52 50 00 11"
    " 2A 34 35 35 36 30 30 30 30 31 32 33 34 20 20 20 87 00 42 8A 0A 8B F0 F5 56 49 53 41 00 06 00"
)
HEARD = {
    "80 00 00": 0x8000,
    "84 9C 00": 0x849C,
    "04 FF 02 0A 01": 0x04FF,
    APPROVED.hex(): 0x040F,
    "06 D1 06 00 48 65 6C 6C 6F": 0x06D1,
    "06 D3 0C 06 0A 25 08 07 06 41 42 43 44 45 46": 0x06D3,
    "06 0F 0A 19 00 29 52 50 00 11 49 09 78": 0x060F,
    "06 1E 01 6C": 0x061E,
}


@pytest.mark.parametrize("golden", SENT)
def test_every_command_is_written_byte_for_byte(golden: str) -> None:
    assert encode(SENT[golden]) == bytes.fromhex(golden)


def test_an_approval_is_read_field_by_field() -> None:
    (apdu,) = ApduReader().feed(APPROVED)
    status = read_status(apdu.data)
    assert (status.result, status.amount_minor, status.currency) == (0, 1250, "978")
    assert (status.trace, status.receipt, status.original_trace) == ("001001", "0042", None)
    assert status.card == "VISA •••• 1234"
    assert status.mark == "0042/001001"


@pytest.mark.parametrize("golden", HEARD)
def test_each_message_is_whole_however_it_is_cut_and_merged(golden: str) -> None:
    frame = bytes.fromhex(golden)
    for cut in range(len(frame) + 1):
        reader = ApduReader()
        found = reader.feed(frame[:cut]) + reader.feed(frame[cut:] + frame)
        assert [apdu.control for apdu in found] == [HEARD[golden]] * 2
    reader = ApduReader()
    assert [apdu.control for byte in frame for apdu in reader.feed(bytes([byte]))] == [HEARD[golden]]


def test_a_long_message_has_its_length_low_byte_first() -> None:
    data = bytes(861)
    frame = encode(Apdu(0x06D3, data))
    assert frame[:5] == bytes.fromhex("06 D3 FF 5D 03")
    assert ApduReader().feed(frame) == [Apdu(0x06D3, data)]


@pytest.mark.parametrize("noise", [b"\x00", b"\x47\x45\x54", b"\x06\x0f\xff\xff\xff"])
def test_after_noise_a_stream_is_deaf(noise: bytes) -> None:
    reader = ApduReader()
    assert reader.feed(noise) == []
    assert reader.noise
    assert reader.feed(bytes.fromhex("800000")) == []


def test_a_serial_block_is_written_byte_for_byte() -> None:
    # CRC-16/KERMIT of 06 01 07 04 00 00 00 00 10 50 03, worked out by hand from its polynomial
    message = bytes.fromhex("06 01 07 04 00 00 00 00 10 50")
    block = encode_block(message)
    assert block[:2] == b"\x10\x02"
    assert block[2:-4] == bytes.fromhex("06 01 07 04 00 00 00 00 10 10 50")
    assert block[-4:-2] == b"\x10\x03"
    assert encode_block(bytes.fromhex("80 00 00")) == bytes.fromhex("10 02 80 00 00 10 03 F5 1F")


@pytest.mark.parametrize("golden", HEARD)
def test_each_block_is_whole_however_it_is_cut_and_merged(golden: str) -> None:
    frame = bytes.fromhex(golden)
    block = encode_block(frame)
    for cut in range(len(block) + 1):
        reader = BlockReader()
        found = reader.feed(block[:cut]) + reader.feed(block[cut:] + b"\x06" + block)
        assert found == [Block(frame), Sign.ACK, Block(frame)]


def test_one_wrong_bit_breaks_a_block_and_not_the_next() -> None:
    block = encode_block(bytes.fromhex("06 1E 01 6C"))
    for at in range(2, len(block)):
        for bit in range(8):
            wrong = bytearray(block)
            wrong[at] ^= 1 << bit
            reader = BlockReader()
            found = reader.feed(bytes(wrong)) + reader.feed(block) + reader.feed(block)
            assert Block(bytes.fromhex("061E016C")) in found
            assert all(not isinstance(one, Block) or one.data == bytes.fromhex("061E016C") for one in found)


def test_a_million_random_bytes_are_no_payment() -> None:
    rng = random.Random(4)
    blocks = BlockReader()
    for _ in range(2_000):
        noise = rng.randbytes(500)
        for found in blocks.feed(noise):
            assert not isinstance(found, Block)
        for apdu in ApduReader().feed(noise):
            status = read_status(apdu.data)
            assert not (apdu.control == 0x040F and status.result == 0 and status.receipt)
            read_lines(apdu.control, apdu.data)


@given(st.binary(max_size=300))
def test_no_data_makes_the_field_reader_raise(data: bytes) -> None:
    read_status(data)
    read_lines(0x06D1, data)
    read_lines(0x06D3, data)
    parse_alone(data)


@given(st.integers(0, 0xFFFF), st.binary(max_size=600), st.lists(st.integers(0, 700), max_size=6))
def test_what_is_framed_comes_back_from_a_serial_line(control: int, data: bytes, cuts: list[int]) -> None:
    whole = control.to_bytes(2, "big") + data
    block = encode_block(whole)
    reader, found, last = BlockReader(), [], 0
    for cut in [*sorted(cuts), len(block)]:
        found += reader.feed(block[last:cut])
        last = max(last, min(cut, len(block)))
    assert found == [Block(whole)]


def test_text_blocks_and_lines_are_masked() -> None:
    block = b"\x06\x22\x25\x20\x07\x08" + b"Hello  1" + b"\x07\x14" + b"PAN 4929123456781234"
    assert read_lines(0x06D3, block) == ["Hello  1", "PAN •••• 1234"]
    assert read_lines(0x06D1, b"\x004929 1234 5678 1234") == ["•••• 1234"]
