import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import load_driver
from edge.vision.background import BackgroundDetector
from edge.vision.boxes import keep_best, overlaps
from edge.vision.detector import BadModelError, Detector
from edge.vision.models import open_detector
from simulators.camera import ClipTruth
from tests.vision import pets
from tests.vision.onnx_files import identity_model

MODELS = {
    "YOLOX": pets.DATA / "models" / "yolox_nano_416.onnx",
    "FastestDet": pets.DATA / "models" / "fastestdet_352.onnx",
}
needs_data = pytest.mark.skipif(
    not (pets.VIDEO.exists() and all(path.exists() for path in MODELS.values())),
    reason="the test footage and models of ../shared/data are not here",
)


def _recall_and_precision(detector: Detector, frames: int) -> tuple[float, float]:
    """At IoU 0.5 over the first frames."""
    hits = true = found = 0
    for number, boxes, people in pets.looked_at(detector, 7):
        if number >= frames:
            break
        if number % 4 == 0:
            match = overlaps(people, boxes) >= 0.5
            hits += int(match.any(axis=1).sum()) if len(boxes) else 0
            true, found = true + len(people), found + len(boxes)
    return hits / true, hits / max(found, 1)


@needs_data
@pytest.mark.parametrize(("name", "recall", "precision"), [("YOLOX", 0.85, 0.85), ("FastestDet", 0.5, 0.5)])
def test_a_model_is_known_by_its_shapes_and_finds_the_people(name: str, recall: float, precision: float) -> None:
    detector = open_detector(MODELS[name], 7)
    assert detector.name == name
    got = _recall_and_precision(detector, 240)
    print(f"{name}: recall {got[0]:.3f}, precision {got[1]:.3f}")
    assert got[0] >= recall
    assert got[1] >= precision


@needs_data
def test_yolox_counts_the_pets_clip() -> None:
    score = pets.score(pets.count_crossings(open_detector(MODELS["YOLOX"], 5), 5), pets.true_crossings())
    print(f"PETS, YOLOX, 5 looks/s: count accuracy {score.accuracy:.3f}, F1 {score.f1:.3f}")
    assert score.f1 >= 0.95
    assert score.accuracy >= 0.93


@needs_data
def test_the_truth_of_the_pets_clip_has_the_known_number_of_crossings() -> None:
    assert len(pets.true_crossings()) == 340


@needs_data
@pytest.mark.parametrize("shape", [(7, 9), (1080, 40), (40, 1080), (416, 416)])
@pytest.mark.parametrize("name", MODELS)
def test_a_picture_of_any_shape_gives_boxes_inside_it(name: str, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    boxes = open_detector(MODELS[name], 5).detect(noise)
    assert boxes.shape[1] == 5
    assert (boxes[:, :4] >= 0).all()
    assert (boxes[:, 2] <= shape[1]).all()
    assert (boxes[:, 3] <= shape[0]).all()


def test_the_runtime_reports_nothing_to_its_maker(tmp_path: Path) -> None:
    """In a fresh process with a home of its own, loading and using the runtime leaves no trace there."""
    code = "from edge.vision.session import load_runtime; load_runtime().get_available_providers()"
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment = {key: value for key, value in os.environ.items() if key not in ("CI", "ORT_DISABLE_TELEMETRY")}
    subprocess.run([sys.executable, "-c", code], env={**environment, **home}, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_model_file_is_refused_with_its_name_and_the_reason(corrupt_model: Path, tmp_path: Path) -> None:
    with pytest.raises(BadModelError, match=r"broken\.onnx cannot be loaded as an ONNX model: ."):
        open_detector(corrupt_model, 5)
    with pytest.raises(BadModelError, match="there is no model file"):
        open_detector(tmp_path / "none.onnx", 5)
    (tmp_path / "empty.onnx").touch()
    with pytest.raises(BadModelError, match="is empty"):
        open_detector(tmp_path / "empty.onnx", 5)


@needs_data
def test_half_a_model_is_refused(tmp_path: Path) -> None:
    half = tmp_path / "half.onnx"
    half.write_bytes(MODELS["YOLOX"].read_bytes()[:1_500_000])
    with pytest.raises(BadModelError, match="cannot be loaded"):
        open_detector(half, 5)


def test_a_sound_model_of_another_kind_is_refused_with_its_shapes(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(identity_model((1, 3)))
    with pytest.raises(BadModelError, match="neither YOLOX nor NanoDet nor FastestDet"):
        open_detector(other, 5)


def test_an_empty_scene_has_nobody_in_it_however_bright() -> None:
    detector, noise = BackgroundDetector(5), np.random.default_rng(1)
    for i in range(40):
        grain = noise.integers(0, 8, (120, 160, 3), dtype=np.uint8)
        assert len(detector.detect(grain + np.uint8(100 + i // 4))) == 0


def test_who_stands_in_the_film_is_found_where_they_stand(short_film: ClipTruth) -> None:
    driver = load_driver("camera", {"pace": False})
    detector, seen = BackgroundDetector(7), 0
    for frame in driver.frames("c", str(short_film.path)):  # type: ignore[attr-defined]
        seen += len(detector.detect(frame.pixels))
    assert seen > 50


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(0, 100, width=32)] * 2, st.floats(1, 50, width=32), st.floats(0.125, 1, width=32)))
)
def test_kept_boxes_overlap_little_and_every_dropped_one_overlaps_a_better(
    rows: list[tuple[float, float, float, float]],
) -> None:
    found = [(x, y, x + size, y + size, score) for x, y, size, score in rows]
    boxes = np.array(found, np.float32).reshape(-1, 5)
    kept = keep_best(found, 0.5)
    among = overlaps(kept, kept) - np.eye(len(kept))
    assert (among <= 0.5).all()
    for box in boxes:
        assert any((other >= box).all() or overlaps(box[None], other[None])[0, 0] > 0.5 for other in kept)


def test_nobody_is_an_empty_array() -> None:
    assert keep_best([], 0.5).shape == (0, 5)
