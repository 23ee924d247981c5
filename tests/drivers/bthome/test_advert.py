"""BTHome adverts byte by byte: golden frames, splits, encryption, and whatever else is in the air."""

import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import Measure
from drivers.bthome.advert import KINDS, Advert, Trouble, read_advert

MAC = "54:48:E6:8F:80:A5"
KEY = bytes.fromhex("231d39c1d7cc1ab1aee224cd096db932")


def said(hexed: str, key: bytes | None = None) -> Advert | Trouble:
    return read_advert(bytes.fromhex(hexed), MAC, key)


@pytest.mark.parametrize(
    ("frame", "measures"),
    [
        ("40 02CA09 03BF13", [("temperature", 2506, "c°C"), ("humidity", 5055, "c%")]),
        ("40 0161", [("battery", 97, "%")]),
        ("40 0200F8", [("temperature", -2048, "c°C")]),
        ("40 451101", [("temperature", 2730, "c°C")]),
        ("40 57EA", [("temperature", -2200, "c°C")]),
        ("40 58EA", [("temperature", -770, "c°C")]),
        ("40 2E23", [("humidity", 3500, "c%")]),
        ("40 0C020C", [("voltage", 3074, "mV")]),
        ("40 00 09 01 64 02 3007", [("battery", 100, "%"), ("temperature", 1840, "c°C")]),
        ("44 1A01", [("door", 1, "")]),
        ("40 020001 02C800", [("temperature", 256, "c°C"), ("temperature.2", 200, "c°C")]),
        ("40 5303414243 020001", [("temperature", 256, "c°C")]),
        ("40 020001 EE 02C800", [("temperature", 256, "c°C")]),
        ("40", []),
    ],
)
def test_golden_frames(frame: str, measures: list[tuple[str, int, str]]) -> None:
    assert said(frame) == Advert(tuple(Measure(*one) for one in measures))


def test_an_encrypted_advert_is_read_with_its_key_and_refused_clearly_without() -> None:
    frame = "41 a47266c95f73 00112233 78237214"
    assert said(frame, KEY) == Advert(
        (Measure("temperature", 2506, "c°C"), Measure("humidity", 5055, "c%")), 0x33221100
    )
    assert said(frame) is Trouble.NO_KEY
    assert said(frame, bytes(16)) is Trouble.WRONG_KEY
    assert said("41 a47266c95f74 00112233 78237214", KEY) is Trouble.WRONG_KEY


def test_a_sensor_with_a_key_is_never_believed_in_plain_words() -> None:
    assert said("40 02CA09", KEY) is Trouble.PLAIN


@pytest.mark.parametrize("frame", ["", "20 02CA09", "60 02CA09", "41", "41 0011223378237214"])
def test_what_is_no_advert_of_this_version_is_not_used(frame: str) -> None:
    assert isinstance(said(frame, KEY if frame.startswith("41") else None), Trouble)


def test_a_cut_advert_never_makes_a_temperature_of_its_own() -> None:
    whole = bytes.fromhex("40 0161 0200F8 03BF13")
    for end in range(len(whole) + 1):
        read = read_advert(whole[:end], MAC, None)
        if isinstance(read, Advert):
            assert all(one in {Measure("battery", 97, "%"), Measure("temperature", -2048, "c°C"),
                               Measure("humidity", 5055, "c%")} for one in read.measures)  # fmt: skip


@given(st.binary(max_size=300), st.sampled_from([None, KEY]))
@settings(max_examples=300, deadline=None)
def test_random_bytes_never_raise(noise: bytes, key: bytes | None) -> None:
    for frame in (noise, b"\x40" + noise, b"\x41" + noise):
        read = read_advert(frame, MAC, key)
        assert isinstance(read, Advert | Trouble)
        if key is not None:
            assert isinstance(read, Trouble)


@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.binary(min_size=4, max_size=4)), max_size=20))
@settings(max_examples=100, deadline=None)
def test_what_is_encrypted_reads_as_it_does_in_plain(objects: list[tuple[int, bytes]]) -> None:
    plain = b"".join(bytes([number]) + value[: KINDS[number].size] for number, value in objects)
    counter = os.urandom(4)
    nonce = bytes.fromhex(MAC.replace(":", "")) + b"\xd2\xfc\x41" + counter
    frame = b"\x41" + (box := AESCCM(KEY, tag_length=4).encrypt(nonce, plain, None))[:-4] + counter + box[-4:]
    read, open_read = read_advert(frame, MAC, KEY), read_advert(b"\x40" + plain, MAC, None)
    assert isinstance(open_read, Advert)
    if plain:
        assert isinstance(read, Advert)
        assert read.measures == open_read.measures
