"""Files that operators bring: NanoDet's layout, and cards that a file is held to."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.detector import BadModelError, Detector
from edge.vision.models import LAYOUTS, open_detector
from edge.vision.nanodet import distances
from tests.vision.onnx_files import constant_model

SIDE = 64
CELLS = [(stride, SIDE // stride) for stride in (8, 16, 32, 64)]
ROWS = sum(count**2 for _, count in CELLS)
PLACES = [(stride, x, y) for stride, count in CELLS for y in range(count) for x in range(count)]
PICTURE = np.zeros((120, 320, 3), np.uint8)


def _logits(far: float) -> np.ndarray:
    """Eight logits whose mean is `far`, all on its two neighbours."""
    part = np.full(8, 1e-12)
    low = min(int(far), 6)
    part[low], part[low + 1] = low + 1 - far + 1e-12, far - low + 1e-12
    return np.asarray(np.log(part))


def _answer(people: list[tuple[int, float, tuple[float, ...]]]) -> np.ndarray:
    """What a NanoDet says of people: number of the row, score, and strides to left, top, right and bottom."""
    rows = np.zeros((1, ROWS, 112), np.float32)
    rows[0, :, 1] = 0.99  # a sure bicycle is nobody
    for row, score, sides in people:
        rows[0, row, 0] = score
        rows[0, row, 80:] = np.concatenate([_logits(far) for far in sides])
    return rows


def _write(folder: Path, answer: np.ndarray) -> Path:
    path = folder / "nano.onnx"
    path.write_bytes(constant_model((1, 3, SIDE, SIDE), answer))
    return path


def _card(model: Path, **changes: object) -> Path:
    path = model.with_suffix(".json")
    facts = {
        "name": "the shop's own", "file": model.name, "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "layout": "NanoDet", "input": [1, 3, SIDE, SIDE], "output": [1, ROWS, 112], "least": 0.2, "sure": 0.3,
        "overlap": 0.5,
    }  # fmt: skip
    path.write_text(json.dumps({**facts, **changes}))
    return path


@settings(max_examples=25, deadline=None)
@given(row=st.integers(0, ROWS - 1), score=st.floats(0.4, 1), sides=st.tuples(*[st.floats(0.3, 7)] * 4))
def test_a_nanodets_box_lies_where_its_cell_and_its_sides_say(
    row: int, score: float, sides: tuple[float, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    boxes = open_detector(_write(tmp_path_factory.mktemp("m"), _answer([(row, score, sides)])), 5).detect(PICTURE)
    stride, x, y = PLACES[row]
    left, top, right, bottom = (far * stride for far in sides)
    across, down = 320 / SIDE, 120 / SIDE
    wanted = np.array([x * stride - left, y * stride - top, x * stride + right, y * stride + bottom])
    wanted = (wanted * (across, down, across, down)).clip(0, (320, 120, 320, 120))
    if min(wanted[2] - wanted[0], wanted[3] - wanted[1]) < 1.1:
        return
    assert boxes.shape == (1, 5)
    np.testing.assert_allclose(boxes[0, :4], wanted, atol=0.2)
    assert boxes[0, 4] == pytest.approx(score, abs=1e-5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-60, 60), min_size=8, max_size=8))
def test_a_side_is_never_farther_than_seven_strides(logits: list[float]) -> None:
    far = distances(np.array([logits], np.float32))
    assert far.shape == (1,)
    assert 0 <= far[0] <= 7 + 1e-5  # it is reckoned in single precision


@settings(max_examples=15, deadline=None)
@given(value=st.floats(allow_nan=True, allow_infinity=True, width=32))
def test_whatever_a_model_answers_boxes_lie_inside(value: float, tmp_path_factory: pytest.TempPathFactory) -> None:
    answer = np.full((1, ROWS, 112), value, np.float32)
    with np.errstate(all="ignore"):
        boxes = open_detector(_write(tmp_path_factory.mktemp("m"), answer), 5).detect(PICTURE)
    assert np.isfinite(boxes).all()
    assert (boxes[:, :4] >= 0).all()
    assert (boxes[:, [0, 2]] <= 320).all()
    assert (boxes[:, [1, 3]] <= 120).all()


def test_a_nanodet_is_known_by_its_shapes(tmp_path: Path) -> None:
    detector = open_detector(_write(tmp_path, _answer([])), 5)
    assert detector.name == "NanoDet"
    assert len(detector.detect(PICTURE)) == 0


def test_a_card_beside_the_file_gives_its_name_and_thresholds(tmp_path: Path) -> None:
    model = _write(tmp_path, _answer([(0, 0.25, (2.0, 2.0, 2.0, 2.0))]))
    assert len(open_detector(model, 5).detect(PICTURE)) == 0
    card = _card(model)
    opened: list[Detector] = [open_detector(model, 5), open_detector(card, 5)]
    for detector in opened:
        assert (detector.name, detector.sure) == ("the shop's own", 0.3)
        assert len(detector.detect(PICTURE)) == 1


def test_another_file_than_that_of_the_card_is_refused(tmp_path: Path) -> None:
    model = _write(tmp_path, _answer([]))
    _card(model)
    _write(tmp_path, _answer([(3, 0.9, (1.0, 1.0, 1.0, 1.0))]))
    with pytest.raises(BadModelError, match=r"nano\.onnx is not the file of its card: SHA-256 "):
        open_detector(model, 5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"file": "other.onnx"}, r"is the card of other\.onnx, not of nano\.onnx"),
        ({"file": "../nano.onnx"}, "file: "),
        ({"layout": "YOLOX"}, "no YOLOX takes "),
        ({"layout": "SSD"}, "layout: "),
        ({"input": [1, 3, 32, 32], "output": [1, 23, 112]}, "no NanoDet takes "),
        ({"input": [1, 3, 32, 32], "output": [1, 22, 112]}, r"takes \(1, 3, 64, 64\).*its card says"),
        ({"least": 0}, "least: "),
        ({"learn_s": 3}, "learn_s: "),
    ],
)
def test_a_card_that_cannot_be_right_is_refused_with_the_reason(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    model = _write(tmp_path, _answer([]))
    _card(model, **changes)
    with pytest.raises(BadModelError, match=words):
        open_detector(model, 5)


def test_every_layout_refuses_the_shapes_of_the_others() -> None:
    shapes = {
        "YOLOX": ((1, 3, 416, 416), (1, 3549, 85)),
        "NanoDet": ((1, 3, 416, 416), (1, 3598, 112)),
        "FastestDet": ((1, 3, 352, 352), (1, 85, 22, 22)),
    }
    for name, (fits, _) in LAYOUTS.items():
        assert [other for other, both in shapes.items() if fits(*both)] == [name]
