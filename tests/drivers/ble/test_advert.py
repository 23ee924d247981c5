"""What an advert tells, and what hostile adverts cannot do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import DEVICE_ID, Ink, Panel
from drivers.ble.gicisky.advert import clean_name, device_id, read_advert

BW = (Ink.BLACK, Ink.WHITE)
RED, YELLOW = (*BW, Ink.RED), (*BW, Ink.YELLOW)
FOUR = (*BW, Ink.YELLOW, Ink.RED)


def test_the_documented_advert_is_read_as_documented() -> None:
    facts = read_advert(bytes.fromhex("4b 1e 81 01 40"))
    assert facts is not None
    assert facts.model.panel == Panel(400, 300, RED)
    assert (facts.model.name, facts.battery_mv, facts.firmware, facts.inflates) == (
        "004B",
        3000,
        "8101",
        False,
    )


@pytest.mark.parametrize(
    ("number", "width", "height", "inks"),
    [
        (0x0008, 212, 104, BW),
        (0x000B, 212, 104, RED),
        (0x010B, 250, 122, RED),
        (0x0028, 296, 128, BW),
        (0x0033, 296, 128, RED),
        (0x002E, 296, 128, FOUR),
        (0x004B, 400, 300, RED),
        (0x004D, 400, 300, YELLOW),
        (0x004E, 400, 300, FOUR),
        (0x022B, 240, 416, RED),
        (0x006A, 640, 384, RED),
        (0x008B, 960, 640, RED),
        (0x00A0, 250, 132, BW),
        (0x00C8, 196, 96, BW),
        (0x00EB, 640, 480, RED),
        (0x012B, 800, 480, RED),
        (0x0148, 280, 480, BW),
    ],
)
def test_every_size_and_colour_is_told_from_the_type(
    number: int, width: int, height: int, inks: tuple[Ink, ...]
) -> None:
    facts = read_advert(bytes((number & 0xFF, 30, 1, 1, number >> 8)))
    assert facts is not None
    assert facts.model.panel == Panel(width, height, inks)
    assert facts.inflates


@pytest.mark.parametrize("number", [0x00A0, 0x006A, 0x00C8, 0x0148, 0x012E])
def test_a_model_whose_memory_nobody_has_described_has_no_memory(number: int) -> None:
    facts = read_advert(bytes((number & 0xFF, 30, 1, 1, number >> 8)))
    assert facts is not None
    assert facts.model.memory is None


@given(st.binary(max_size=12))
def test_any_advert_is_read_or_left_alone(said: bytes) -> None:
    facts = read_advert(said)
    assert (facts is None) == (len(said) != 5)


@given(st.text(max_size=300) | st.none())
def test_a_name_never_carries_control_characters_or_length(name: str | None) -> None:
    cleaned = clean_name(name)
    assert len(cleaned) <= 32
    assert cleaned.isprintable()


def test_hostile_names_lose_their_sting() -> None:
    assert clean_name("NEMR\r\n\x00\x1b[31m\u202e12345678") == "NEMR[31m12345678"
    assert clean_name("A" * 10_000) == "A" * 32
    assert clean_name("\ue000 \x7f ") == ""


@given(st.from_regex(r"FF:FF(:[0-9A-Fa-f]{2}){4}", fullmatch=True))
def test_a_label_address_becomes_a_device_id(address: str) -> None:
    device = device_id(address)
    assert device is not None
    assert DEVICE_ID.fullmatch(device)
    assert device == "ble-" + address.replace(":", "").lower()


@pytest.mark.parametrize("address", ["", "FF:FF", "AA:FF:92:00:00:01", "FF:FF:92:00:00:01\n", "FF:FF:92:00:00:01:02"])
def test_an_address_outside_the_family_is_no_label(address: str) -> None:
    assert device_id(address) is None
