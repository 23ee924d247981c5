"""What a simulated glass makes of bytes."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.ble.glass import MODELS, develop
from simulators.ble.screen import SHADES, to_png

FOUR_TWO = MODELS[0x004B]


def test_white_bits_and_red_bits_land_where_the_facts_say() -> None:
    payload = bytearray(30_000)
    payload[0] = 0b1100_0000
    payload[15_000] = 0b0110_0000
    screen = develop(FOUR_TWO, bytes(payload), inflate=False)
    assert screen[0, :4].tolist() == [1, 2, 2, 0]
    assert not screen[1:].any()


def test_the_hidden_rows_of_a_122_row_glass_are_not_seen() -> None:
    glass = MODELS[0x010B]
    bits = np.zeros((2, 250, 128), np.uint8)
    bits[0, :, 122:] = 1
    assert not develop(glass, np.packbits(bits).tobytes(), inflate=False).any()


def test_literal_and_stored_chunks_are_unpacked() -> None:
    glass = MODELS[0x022B]
    chunk = bytes((0x75, 59, 52, 0, 0, 0, 0)) + b"\xff" * 52
    payload = (4 + 480 * len(chunk)).to_bytes(4, "little") + chunk * 480
    assert (develop(glass, payload, inflate=True) == 2).all()


@pytest.mark.parametrize("model", sorted(MODELS))
@given(payload=st.binary(max_size=300), inflate=st.booleans())
def test_what_is_no_picture_is_told_and_not_shown(model: int, payload: bytes, inflate: bool) -> None:
    with pytest.raises(ValueError, match=r"due|chunk"):
        develop(MODELS[model], payload, inflate)


def test_a_screen_becomes_a_picture_in_its_inks() -> None:
    pixels = np.array([[0, 1, 2]], np.uint8)
    png = to_png(pixels, FOUR_TWO.inks, scale=3)
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (3, 9, 3)
    assert [tuple(picture[1, x]) for x in (1, 4, 7)] == [SHADES[ink] for ink in FOUR_TWO.inks]
