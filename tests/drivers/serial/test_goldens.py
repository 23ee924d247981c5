"""Every frame, whole, cut at every byte, in two, merged with its neighbours, and behind rubbish."""

import random
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from drivers.serial.cas import frames as cas
from drivers.serial.datalogic import frames as datalogic
from drivers.serial.dialog06 import frames as dialog06
from drivers.serial.escpos import status as escpos
from drivers.serial.mt8217 import frames as mt8217
from drivers.serial.nci import frames as nci
from drivers.serial.parity import Parity, add, strip
from drivers.serial.scanner import LabelParser
from tests.drivers.serial.goldens import FAMILIES

RANDOM_BYTES = 1_000_000
LETTERS = b"\x01\x02\x03\x04\x05\x06\r\n S?N.,kgGTUF1"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_frame_is_read_however_it_is_cut(family: str) -> None:
    for make, raw, frame in FAMILIES[family]:
        for cut in range(len(raw) + 1):
            parser = make()
            frames = parser.feed(raw[:cut])
            assert frames == ([frame] if cut == len(raw) else [])
            assert frames + parser.feed(raw[cut:]) == [frame]
        parser = make()
        assert [found for byte in raw for found in parser.feed(bytes([byte]))] == [frame]
        assert (parser.held, parser.noise) == (b"", b"")


@pytest.mark.parametrize("family", FAMILIES)
def test_frames_that_come_together_are_both_read(family: str) -> None:
    """Each with every other of its family, cut at every byte."""
    for one, other in product(FAMILIES[family], repeat=2):
        both = one.raw + other.raw
        for cut in range(len(both) + 1):
            parser = one.make()
            assert parser.feed(both[:cut]) + parser.feed(both[cut:]) == [one.frame, other.frame]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_frame_behind_a_broken_one_is_read(family: str) -> None:
    """Whatever a torn plug left half said, the next whole frame counts, and half a frame never does."""
    for make, raw, frame in FAMILIES[family]:
        for cut in range(1, len(raw)):
            parser = make()
            assert parser.feed(raw[:cut]) == []
            if family in ("escpos", "dialog06") or raw[:cut].endswith(b"\x02"):
                parser.reset()  # these may go on with what follows: they begin anew with a connection
            assert parser.feed(raw)[-1:] == [frame], (raw, cut)


PARSERS: dict[str, tuple[Callable[[], Any], Any]] = {
    "mt8217": (mt8217.parser, mt8217.Weight),
    "cas": (cas.parser, cas.Plain | cas.Full),
    "cas stream": (cas.stream_parser, cas.Full),
    "dialog06": (dialog06.parser, dialog06.Sold),
    "datalogic": (datalogic.parser, datalogic.Weight),
    "nci": (nci.parser, nci.Weight),
    "escpos": (escpos.parser, ()),
}


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("seed", [1, 2])
def test_random_bytes_give_no_weight_and_no_exception(name: str, seed: int) -> None:
    make, weight = PARSERS[name]
    parser = make()
    source = random.Random(seed)
    left = RANDOM_BYTES if seed == 1 else RANDOM_BYTES // 5
    while left > 0:
        piece = source.randbytes(min(left, source.randrange(1, 400)))
        left -= len(piece)
        # the second seed speaks the device's own letters, where chance comes much nearer to a frame
        if seed == 2:
            piece = bytes(LETTERS[byte % len(LETTERS)] for byte in piece)
        frames = parser.feed(piece)
        assert len(parser.held) <= 32
        if seed == 1:
            assert not [frame for frame in frames if isinstance(frame, weight)]


@pytest.mark.parametrize("identifiers", [True, False])
def test_random_bytes_make_no_trouble_in_a_scanner(identifiers: bool) -> None:
    parser = LabelParser(identifiers=identifiers)
    source = random.Random(3)
    for _ in range(RANDOM_BYTES // 500):
        for label in parser.feed(source.randbytes(500)):
            assert label.symbology[:1] != "E", "chance cannot make a check digit and an identifier"
    parser.feed(b"x" * 100_000 + b"\r")
    assert not parser.holds


def test_seven_bits_come_with_their_parity_or_without() -> None:
    frame = b"\x0201.234\r"
    assert strip(frame, Parity.EVEN) == frame
    assert strip(add(frame, Parity.EVEN), Parity.EVEN) == frame
    assert strip(add(frame, Parity.ODD), Parity.ODD, always=True) == frame
    assert add(b"W", Parity.EVEN) == b"\xd7"
    assert add(b"A", Parity.EVEN) == b"A"
    wrong = bytearray(add(frame, Parity.EVEN))
    wrong[4] ^= 0x01  # a digit tipped over on the way
    assert mt8217.parser().feed(strip(bytes(wrong), Parity.EVEN, always=True)) == []


def test_what_is_sent_to_scales_byte_for_byte() -> None:
    sent = {command.name: command.value for command in mt8217.Command}
    assert sent == {
        "WEIGHT": b"W", "FINE_WEIGHT": b"H", "ZERO": b"Z", "TARE": b"T", "CLEAR_TARE": b"C", "SELF_TEST": b"A",
        "SELF_TEST_RESULT": b"B", "ECHO_ON": b"E", "ECHO_OFF": b"F",
    }  # fmt: skip
    assert mt8217.keyed_tare(1234) == b"T01234"
    assert (cas.ASK, cas.REQUEST["dc1"], cas.REQUEST["dc2"]) == (b"\x05", b"\x11", b"\x12")
    assert (cas.STREAM_ON, cas.STREAM_OFF) == (b"W", b"\r")
    assert (datalogic.WEIGHT, datalogic.STATE) == (b"S11\r", b"S14\r")
    assert [command.value for command in nci.Command] == [b"W\r", b"H\r", b"Z\r", b"U\r", b"M\r"]
    assert dialog06.WEIGH == b"\x04\x05"
    assert dialog06.THANKS == b"\x04"
    assert dialog06.set_price(299) == b"\x04\x0201\x1b000299\x1b\x03"
    assert dialog06.set_price(299, tare_grams=20) == b"\x04\x0203\x1b000299\x1b0020\x03"
    assert dialog06.set_price(299, text="Apples") == b"\x04\x0204\x1b000299\x1bApples       \x03"
    assert dialog06.set_price(299, 20, "Apples") == b"\x04\x0205\x1b000299\x1b0020\x1bApples\x03"
    assert dialog06.ask_status() == b"\x04\x0208\x03"
    assert dialog06.answer_challenge("1234", "ABCD") == b"\x04\x0210\x1b1234ABCD\x03"


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_what_is_asked_of_printers(n: int) -> None:
    assert escpos.ask(n) == bytes([0x10, 0x04, n])
    assert escpos.automatic(0xFF) == b"\x1da\xff"
    assert escpos.automatic(0) == escpos.AUTOMATIC_OFF
    assert escpos.ASK_AFTER_PRINTING == b"\x1dr\x01"
