import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.boxes import NO_BOXES, Boxes
from edge.vision.detector import Pixels
from edge.vision.still import MOST_WIDTH, still_png


def _noise(width: int, height: int) -> Pixels:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


def _opened(png: bytes) -> Pixels:
    assert png.startswith(b"\x89PNG")
    return np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def _boxes(*rows: tuple[float, float, float, float]) -> Boxes:
    return np.array([(*row, 0.9) for row in rows], np.float32).reshape(-1, 5)


def _colours(part: Pixels) -> int:
    return len(np.unique(part.reshape(-1, 3), axis=0))


def test_heads_are_hidden_and_the_rest_stays() -> None:
    picture = _noise(480, 360)
    still = _opened(still_png(picture, [_boxes((100, 100, 140, 220)), _boxes((300, 40, 340, 160))]))
    for left, top in ((100, 100), (300, 40)):
        assert _colours(still[top : top + 40, left : left + 40]) <= 25, "a head is a few blocks of one colour"
    assert (still[250:] == picture[250:]).all()
    assert (still[160:220, 100:140] == picture[160:220, 100:140]).all(), "where somebody stands can be seen"


def test_where_nobody_looks_for_people_the_whole_picture_is_coarse() -> None:
    assert _colours(_opened(still_png(_noise(480, 360), None))) <= 40 * 30
    picture = _noise(200, 100)
    assert (_opened(still_png(picture, [NO_BOXES])) == picture).all()


def test_a_large_picture_is_made_smaller_and_its_heads_with_it() -> None:
    still = _opened(still_png(_noise(3840, 2160), [_boxes((400, 400, 720, 1360))]))
    assert still.shape == (540, MOST_WIDTH, 3)
    assert _colours(still[100:180, 100:180]) <= 25


@settings(max_examples=60)
@given(
    st.integers(1, 90), st.integers(1, 90),
    st.lists(st.tuples(*[st.floats(-200, 300, width=32)] * 4), max_size=4),
)  # fmt: skip
def test_no_box_breaks_it(width: int, height: int, rows: list[tuple[float, float, float, float]]) -> None:
    assert _opened(still_png(_noise(width, height), [_boxes(*rows)])).shape == (height, width, 3)
