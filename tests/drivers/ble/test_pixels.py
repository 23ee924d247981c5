"""Every model's bytes, against places worked out by hand and against the simulated glass."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import Panel
from drivers.ble.gicisky.models import model_of
from drivers.ble.gicisky.pixels import Pixels, Wire, encode
from simulators.ble.glass import MODELS, Packing, develop

WHITE = 1


def encoded(number: int, pixels: Pixels, inflates: bool = True, firmware: int = 0x0101) -> Wire:
    model = model_of(number, firmware)
    assert model.panel is not None
    assert model.memory is not None
    return encode(pixels, len(model.panel.inks), model.memory, inflates)


def blank(number: int) -> Pixels:
    panel = model_of(number, 0x0101).panel
    assert panel is not None
    return np.full((panel.height, panel.width), WHITE, np.uint8)


def bits(data: bytes) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
    return np.unpackbits(np.frombuffer(data, np.uint8))


# Where the corner pixels of the glass lie in the label's memory, as bit numbers of plane 1.
@pytest.mark.parametrize(
    ("number", "top_left", "top_right", "bottom_left"),
    [
        (0x000B, 0, 211 * 104, 103),
        (0x010B, 0, 249 * 128, 121),
        (0x0028, 295 * 128, 0, 295 * 128 + 127),
        (0x0033, 295 * 128, 0, 295 * 128 + 127),
        (0x004B, 0, 399, 299 * 400),
        (0x022B, 415 * 240, 415 * 240 + 239, 0),
        (0x008B, 0, 959, 639 * 960),
    ],
)
def test_a_black_corner_clears_its_bit_and_no_other(
    number: int, top_left: int, top_right: int, bottom_left: int
) -> None:
    for (y, x), place in {(0, 0): top_left, (0, -1): top_right, (-1, 0): bottom_left}.items():
        pixels = blank(number)
        pixels[y, x] = 0
        plain = bits(encoded(number, pixels, inflates=False).data)
        count = len(plain) // (1 if number == 0x0028 else 2)
        assert np.flatnonzero(plain[:count] == 0).tolist() == [place]
        assert not plain[count:].any()


def test_the_inverted_panel_sets_the_bit_of_black_and_only_of_black() -> None:
    pixels = blank(0x012B)
    pixels[0, 0], pixels[-1, 0] = 0, 2
    plain = bits(encoded(0x012B, pixels, inflates=False).data)
    assert np.flatnonzero(plain).tolist() == [479 * 800, 800 * 480 + 0]


@pytest.mark.parametrize("number", [0x000B, 0x010B, 0x0033, 0x004B, 0x022B, 0x008B])
def test_red_is_the_second_plane_and_is_not_white_in_the_first(number: int) -> None:
    pixels = blank(number)
    pixels[:, :] = 2
    plain = bits(encoded(number, pixels, inflates=False).data)
    count = len(plain) // 2
    hidden = 6 * 250 if number == 0x010B else 0
    assert plain[:count].sum() == hidden
    assert plain[count:].sum() == count - hidden


def test_four_colours_take_two_bits_each_black_white_yellow_red() -> None:
    pixels = blank(0x004E)
    pixels[0, :5] = [0, 1, 2, 3, 0]
    data = encoded(0x004E, pixels).data
    assert data[:2] == bytes((0b00_01_10_11, 0b00_01_01_01))
    assert len(data) == 400 * 300 // 4


def test_line_chunks_carry_a_total_and_one_chunk_per_column() -> None:
    data = encoded(0x022B, blank(0x022B)).data
    assert int.from_bytes(data[:4], "little") == len(data) == 4 + 2 * 240 * (7 + 52)
    assert data[4:11] == bytes((0x75, 59, 52, 0, 0, 0, 0))
    assert data[11:63] == b"\xff" * 52


def test_quicklz_frames_are_stored_chunks_of_64_bytes() -> None:
    wire = encoded(0x008B, blank(0x008B))
    plane = 960 * 640 // 8
    assert wire.framed
    assert int.from_bytes(wire.data[:4], "little") == plane
    assert wire.data[4:7] == bytes((0x74, 67, 64))
    assert len(wire.data) == 4 + 2 * (plane // 64) * 67


def test_old_firmware_of_the_largest_common_label_gets_line_chunks() -> None:
    wire = encoded(0x012B, blank(0x012B), firmware=0x8101)
    assert not wire.framed
    assert wire.data[4:7] == bytes((0x75, 67, 60))


@pytest.mark.parametrize("number", sorted(MODELS))
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), can_inflate=st.booleans())
def test_a_label_shows_exactly_what_was_drawn(number: int, seed: int, can_inflate: bool) -> None:
    panel, glass = model_of(number, 0x0101).panel, MODELS[number]
    assert panel == Panel(glass.width, glass.height, panel.inks if panel else ())
    assert tuple(panel.inks) == glass.inks
    shape = (panel.height, panel.width)
    pixels = np.random.default_rng(seed).integers(0, len(panel.inks), shape).astype(np.uint8)
    wire = encoded(number, pixels, can_inflate)
    assert wire.framed == (can_inflate and glass.packing is Packing.QUICKLZ)
    assert np.array_equal(develop(glass, wire.data, can_inflate), pixels)
