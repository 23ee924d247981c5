"""Frames that devices send, byte for byte, and what each parser must make of them. Written by hand from the facts."""

from collections.abc import Callable
from typing import Any, NamedTuple

from drivers.serial.cas import frames as cas
from drivers.serial.datalogic import frames as datalogic
from drivers.serial.dialog06 import frames as dialog06
from drivers.serial.escpos import status as escpos
from drivers.serial.mt8217 import frames as mt8217
from drivers.serial.nci import frames as nci


class Golden(NamedTuple):
    make: Callable[[], Any]
    raw: bytes
    frame: object


def _mt(raw: bytes, frame: object) -> Golden:
    return Golden(mt8217.parser, raw, frame)


def _cas(raw: bytes, frame: object) -> Golden:
    return Golden(cas.parser, raw, frame)


def _dialog(raw: bytes, frame: object) -> Golden:
    return Golden(dialog06.parser, raw, frame)


MT8217 = [
    _mt(raw := b"\x0201.234\r", mt8217.Weight("01.234", False, raw)),
    _mt(raw := b"\x0201.234N\r", mt8217.Weight("01.234", True, raw)),
    _mt(raw := b"\x0212.34\r", mt8217.Weight("12.34", False, raw)),
    _mt(raw := b"\x02012.34\r", mt8217.Weight("012.34", False, raw)),
    _mt(raw := b"\x0200.1235\r", mt8217.Weight("00.1235", False, raw)),
    _mt(raw := b"\x02?A\r", mt8217.NoWeight(0x41, raw)),
    _mt(raw := b"\x02?B\r", mt8217.NoWeight(0x42, raw)),
    _mt(raw := b"\x02?C\r", mt8217.NoWeight(0x43, raw)),
    _mt(raw := b"\x02?D\r", mt8217.NoWeight(0x44, raw)),
    _mt(raw := b"\x02?a\r", mt8217.NoWeight(0x61, raw)),
    _mt(raw := b"\x02@\r", mt8217.SelfTest(0x40, raw)),
    _mt(raw := b"\x02\x00\r", mt8217.SelfTest(0x00, raw)),
    _mt(raw := b"\x02P\r", mt8217.SelfTest(0x50, raw)),
    _mt(raw := b"\x02\r", mt8217.Sign(b"", raw)),
    _mt(raw := b"\x02E\r", mt8217.Sign(b"E", raw)),
]

CAS = [
    _cas(b"\x06", cas.Acknowledged(True, b"\x06")),
    _cas(b"\x15", cas.Acknowledged(False, b"\x15")),
    # 30 ^ 30 ^ 31 ^ 32 ^ 33 ^ 34 = 04
    _cas(raw := b"\x02001234\x04\x03", cas.Plain("01234", 0x30, raw)),
    _cas(raw := b"\x01\x02S 01.234kg\x65\x03\x04", cas.Full("01.234", True, False, False, "kg", raw)),
    _cas(raw := b"\x01\x02U 01.234kg\x63\x03\x04", cas.Full("01.234", False, False, False, "kg", raw)),
    _cas(raw := b"\x01\x02S-00.100kg\x6d\x03\x04", cas.Full("00.100", True, True, False, "kg", raw)),
    _cas(raw := b"\x01\x02SFFFFFFFkg\x19\x03\x04", cas.Full(None, False, False, False, "kg", raw)),
    _cas(raw := b"\x01\x02S 002.50lb\x64\x03\x04",
         cas.Full("002.50", True, False, False, "lb", raw)),
]  # fmt: skip

CAS_STREAM = [
    Golden(cas.stream_parser, raw := b"ST,GS,1A,   1.234 kg\r\n", cas.Full("1.234", True, False, False, "kg", raw)),
    Golden(cas.stream_parser, raw := b"US,GS,1A,   1.234 kg\r\n", cas.Full("1.234", False, False, False, "kg", raw)),
    Golden(cas.stream_parser, raw := b"OL,GS,1A,         kg\r\n",
           cas.Full(None, False, False, False, "kg", raw)),
    Golden(cas.stream_parser, raw := b"ST,NT,1A,  -0.050 kg\r\n", cas.Full("0.050", True, True, True, "kg", raw)),
]  # fmt: skip

DIALOG06 = [
    _dialog(b"\x06", dialog06.Taken(True, b"\x06")),
    _dialog(b"\x15", dialog06.Taken(False, b"\x15")),
    _dialog(
        raw := b"\x0202\x1b3\x1b01234\x1b000299\x1b000369\x03", dialog06.Sold("3", 1234, 299, 369, raw)
    ),
    *(
        _dialog(raw := b"\x0209\x1b" + code + b"\x03", dialog06.Status(code.decode(), raw))
        for code in (
            b"00", b"01", b"02", b"10", b"11", b"12", b"13", b"20", b"21", b"22", b"30", b"31", b"32",
        )
    ),
    _dialog(raw := b"\x0211\x1b0\x03", dialog06.Checksum(dialog06.Challenge.REFUSED, 0, raw)),
    _dialog(raw := b"\x0211\x1b1\x03", dialog06.Checksum(dialog06.Challenge.ACCEPTED, 0, raw)),
    _dialog(raw := b"\x0211\x1b2\x4a\x03", dialog06.Checksum(dialog06.Challenge.ASKED, 0x4A, raw)),
    # the challenge byte may be any, even the one that ends a record
    _dialog(raw := b"\x0211\x1b2\x03\x03", dialog06.Checksum(dialog06.Challenge.ASKED, 0x03, raw)),
]  # fmt: skip

DATALOGIC = [
    Golden(datalogic.parser, raw := b"S1101234\r", datalogic.Weight("01234", raw)),
    Golden(datalogic.parser, raw := b"S110272\r", datalogic.Weight("0272", raw)),
    Golden(datalogic.parser, raw := b"S14401234\r", datalogic.Weight("01234", raw)),
    *(
        Golden(datalogic.parser, raw := b"S14" + code + b"\r", datalogic.State(code.decode(), raw))
        for code in (b"0", b"1", b"2", b"3", b"5")
    ),
]

NCI = [
    Golden(nci.parser, raw := b"\n01.234kg\r\nS3030\r\x03", nci.Weight("01.234", "kg", "3030", raw)),
    Golden(nci.parser, raw := b"\n002.72LB\r\nS3030\r\x03", nci.Weight("002.72", "lb", "3030", raw)),
    Golden(nci.parser, raw := b"\nS3130\r\x03", nci.NoWeight("3130", raw)),
    Golden(nci.parser, raw := b"\n?\r\x03", nci.NoWeight("", raw)),
]

ESCPOS = [
    Golden(escpos.parser, b"\x12", escpos.RealTime(0x12)),
    Golden(escpos.parser, b"\x1a", escpos.RealTime(0x1A)),
    Golden(escpos.parser, b"\x16", escpos.RealTime(0x16)),
    Golden(escpos.parser, b"\x1e", escpos.RealTime(0x1E)),
    Golden(escpos.parser, b"\x72", escpos.RealTime(0x72)),
    Golden(escpos.parser, b"\x7e", escpos.RealTime(0x7E)),
    Golden(escpos.parser, b"\x10\x00\x00\x0f", escpos.Automatic(b"\x10\x00\x00\x0f")),
    Golden(escpos.parser, b"\x38\x00\x0f\x0f", escpos.Automatic(b"\x38\x00\x0f\x0f")),
    Golden(escpos.parser, b"\x00", escpos.WorkedOff(0x00)),
    Golden(escpos.parser, b"\x03", escpos.WorkedOff(0x03)),
    Golden(escpos.parser, b"\x0c", escpos.WorkedOff(0x0C)),
]

FAMILIES = {
    "mt8217": MT8217,
    "cas": CAS,
    "cas stream": CAS_STREAM,
    "dialog06": DIALOG06,
    "datalogic": DATALOGIC,
    "nci": NCI,
    "escpos": ESCPOS,
}
