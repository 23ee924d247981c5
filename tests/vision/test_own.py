import hashlib
import json
import math
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.base import CameraDriver, Frame, load_driver
from edge.vision import own
from edge.vision.boxes import Boxes, overlaps
from edge.vision.cards import MAX_CARD_BYTES, OwnModelCard, open_carded, read_card
from edge.vision.config import CameraConfig
from edge.vision.detector import BadModelError, Grey
from edge.vision.line import Direction
from edge.vision.models import OWN, open_detector
from edge.vision.own import OwnDetector, open_own
from edge.vision.place import LEARN_EVERY_S, LearntBackground
from edge.vision.session import ModelSession
from edge.vision.watch import Watch
from simulators.camera import ClipTruth
from tests.vision.onnx_files import constant_model


def _frames(film: ClipTruth) -> list[Frame]:
    driver = load_driver("camera", {"pace": False})
    assert isinstance(driver, CameraDriver)
    return list(driver.frames("c", str(film.path)))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The shipped model and its card, in a folder where they may be spoilt. The card's path."""
    for path in own.CARD.parent.glob("people.*"):
        shutil.copy(path, tmp_path)
    return tmp_path / own.CARD.name


def _rewrite(card: Path, **changes: object) -> None:
    card.write_text(json.dumps({**json.loads(card.read_text()), **changes}))


def test_the_shipped_model_is_small_and_opens_by_its_name() -> None:
    detector = open_detector(OWN, 5)
    assert detector.name == "own"
    assert 0 < detector.sure < 1
    assert own.CARD.with_suffix(".onnx").stat().st_size < 2 << 20


def test_it_is_what_a_camera_gets_unless_it_asks_for_another() -> None:
    assert open_detector(CameraConfig(id="door", address="film").model, 5).name == "own"
    for other in (None, Path("background")):
        assert open_detector(CameraConfig(id="door", address="film", model=other).model, 5).name == "background"


def test_it_counts_a_film_of_people_that_it_was_not_trained_on(films: list[ClipTruth]) -> None:
    """Drawn by other hands: the simulators share no code with the training's pictures."""
    film = films[0]
    config = CameraConfig(id="door", address="film", line=film.line, fps=3.5)
    watch, ways = Watch(config, open_own(3.5)), list[Direction]()
    for frame in _frames(film)[::2]:
        ways += [entry.direction for entry in watch.look(frame).entries]
    wrong = abs(ways.count(Direction.IN) - film.entered) + abs(ways.count(Direction.OUT) - film.left)
    print(f"own model: {len(ways)} counted, {len(film.crossings)} true, {wrong} wrong")
    assert wrong <= 0.1 * len(film.crossings)


def test_the_same_pictures_give_the_same_boxes(short_film: ClipTruth) -> None:
    one, other = open_own(7), open_own(7)
    for frame in _frames(short_film)[:30]:
        np.testing.assert_array_equal(one.detect(frame.pixels), other.detect(frame.pixels))


def test_parts_of_pictures_have_the_same_people_for_half_the_work(
    short_film: ClipTruth, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []
    run = ModelSession.run

    def counted(session: ModelSession, blob: Grey) -> Boxes:
        shown.append(blob.size)
        return run(session, blob)

    monkeypatch.setattr(ModelSession, "run", counted)
    card, pictures = read_card(own.CARD), [frame.pixels for frame in _frames(short_film)[::2]]
    assert isinstance(card, OwnModelCard)
    people, cost = [], []
    for parts in (True, False):
        detector = OwnDetector(open_carded(card, own.CARD.parent, parts=parts), card, 3.5)
        shown.clear()
        people.append([detector.detect(pixels) for pixels in pictures])
        cost.append(sum(shown))
    assert cost[0] < 0.65 * cost[1]  # the first third of it all is shown, until the place is known
    same = sum(int((overlaps(full, part) > 0.5).any(axis=1).sum()) for part, full in zip(*people, strict=True))
    some, every = (sum(map(len, found)) for found in people)
    print(f"{cost[0] / cost[1]:.2f} of the work: {same} of {every}, {some - same} more")
    assert every > 50
    assert same > 0.95 * every
    assert some - same < 0.05 * every


def test_who_stops_moving_is_found_at_every_look(short_film: ClipTruth) -> None:
    detector, pictures = open_own(7), [frame.pixels for frame in _frames(short_film)[: 7 * 16]]
    before = [detector.detect(pixels) for pixels in pictures][-1]
    assert len(before) > 1
    for _ in range(7 * 3):
        here = detector.detect(pictures[-1])
        assert (overlaps(before, here) > 0.5).any(axis=1).all()


def test_a_camera_that_swings_has_its_people_where_its_pictures_show_them(short_film: ClipTruth) -> None:
    still, swinging = open_own(7), open_own(7)
    same = every = told = 0
    for number, frame in enumerate(_frames(short_film)[: 7 * 24]):
        known = number >= 7 * 10
        right, down = (9 * math.sin(number / 3), 5 * math.cos(number / 5)) if known else (0.0, 0.0)
        way = np.array([[1, 0, right], [0, 1, down]], np.float32)
        moved = cv2.warpAffine(frame.pixels, way, frame.pixels.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
        here, there = still.detect(frame.pixels), swinging.detect(np.asarray(moved, np.uint8))
        if known:
            fits = overlaps(here, there - np.array([right, down, right, down, 0], np.float32)) > 0.75
            same, every, told = same + int(fits.any(axis=1).sum()), every + len(here), told + len(there)
    print(f"{same} of {every}, {told} told")
    assert every > 100
    assert same > 0.9 * every
    assert told < 1.1 * every


def test_peaks_may_be_told_in_any_order(short_film: ClipTruth, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are found on a map in bytes, and their scores are worked out more exactly after that."""
    pictures = [frame.pixels for frame in _frames(short_film)[7 * 8 : 7 * 16 : 2]]
    detector, run = open_own(3.5), ModelSession.run
    best_first = [detector.detect(pixels) for pixels in pictures]
    monkeypatch.setattr(ModelSession, "run", lambda session, blob: run(session, blob)[:, :, ::-1])
    detector = open_own(3.5)
    for pixels, people in zip(pictures, best_first, strict=True):
        np.testing.assert_array_equal(detector.detect(pixels), people)
    assert max(map(len, best_first)) > 1


@pytest.mark.parametrize("bright", [0, 90, 200, 255])
def test_there_is_nobody_in_an_empty_picture(bright: int) -> None:
    detector, noise = open_own(5), np.random.default_rng(2)
    for _ in range(8):
        grain = noise.integers(0, 8, (240, 320, 3), dtype=np.uint8)
        assert len(detector.detect(np.clip(grain + bright, 0, 255).astype(np.uint8))) == 0


@pytest.mark.parametrize("shape", [(7, 9), (1080, 40), (40, 1080), (288, 384), (720, 1280)])
def test_a_picture_of_any_shape_gives_boxes_inside_it_even_after_another(shape: tuple[int, int]) -> None:
    detector, noise = open_own(5), np.random.default_rng(1)
    for height, width in ((60, 80), shape, shape):
        boxes = detector.detect(noise.integers(0, 256, (height, width, 3), dtype=np.uint8))
        assert boxes.shape[1] == 5
        assert (boxes[:, :4] >= 0).all()
        assert (boxes[:, 2:4] <= (width, height)).all()


def test_a_changed_model_file_is_refused_by_its_hash(copied: Path) -> None:
    model = copied.with_suffix(".onnx")
    spoilt = bytearray(model.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    model.write_bytes(spoilt)
    with pytest.raises(BadModelError, match=r"people\.onnx is not the file of its card: SHA-256 [0-9a-f]{12}…, not "):
        open_own(5, copied)


def test_a_missing_model_file_is_refused(copied: Path) -> None:
    copied.with_suffix(".onnx").unlink()
    with pytest.raises(BadModelError, match=r"there is no model file .*people\.onnx"):
        open_own(5, copied)


def test_a_model_that_its_card_describes_wrongly_is_refused_with_both_shapes(copied: Path) -> None:
    _rewrite(copied, output=[1, 5, 50])
    with pytest.raises(BadModelError, match=r"takes \(1, 2, 448, 576\) .*its card says .*, \(1, 5, 50\)"):
        open_own(5, copied)
    _rewrite(copied, input=[1, 2, 240, 320], output=[1, 5, 100])
    with pytest.raises(BadModelError, match=r"people\.json is no model card: input\.2: .*multiple of 32"):
        open_own(5, copied)


def test_a_model_that_takes_floats_is_refused_when_it_is_opened(copied: Path) -> None:
    model = constant_model((1, 2, 448, 576), np.zeros((1, 5, 100)))
    copied.with_suffix(".onnx").write_bytes(model)
    _rewrite(copied, sha256=hashlib.sha256(model).hexdigest())
    with pytest.raises(BadModelError, match=r"its input is tensor\(float\) .*, not tensor\(uint8\) of a fixed shape"):
        open_own(5, copied)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"least": 1.5}, "least: .*less than 1"),
        ({"sha256": "none"}, "sha256: "),
        ({"file": "../other.onnx"}, "file: "),
        ({"colour": "blue"}, "colour: "),
        ({"layout": "boxes"}, "layout: "),
    ],
)
def test_a_wrong_card_is_refused_and_says_where(copied: Path, changes: dict[str, object], words: str) -> None:
    _rewrite(copied, **changes)
    with pytest.raises(BadModelError, match=r"people\.json is no model card: " + words):
        open_own(5, copied)


def test_what_is_no_card_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModelError, match=r"there is no model card .*none\.json"):
        open_own(5, tmp_path / "none.json")
    (tmp_path / "huge.json").write_bytes(b" " * (MAX_CARD_BYTES + 1))
    with pytest.raises(BadModelError, match="above 64 KiB"):
        open_own(5, tmp_path / "huge.json")
    (tmp_path / "odd.json").write_bytes(b"\xff\x00{")
    with pytest.raises(BadModelError, match="is no model card"):
        open_own(5, tmp_path / "odd.json")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 255), min_size=2, max_size=60), st.floats(0.5, 20), st.floats(1, 30))
def test_the_background_is_learnt_slowly_and_only_from_what_was_seen(
    levels: list[int], learn_s: float, fps: float
) -> None:
    place = np.zeros((3, 4), np.uint8)
    background = LearntBackground(place, learn_s, 8, fps)
    for number, level in enumerate(levels):
        picture = np.full((3, 4), level, np.uint8)
        background.begin(picture)
        known = place.astype(float)
        seen = levels[: max(number, 1)]
        assert min(seen) <= known.min() <= known.max() <= max(seen)
        background.learn(picture)
        step = np.abs(place - known).max()
        if number + 2 > learn_s * fps >= 1:
            assert step <= 8 * max(LEARN_EVERY_S / learn_s, 1 / (learn_s * fps)) * 1.5 + 1  # which rounding may add
