"""How large a picture the shipped model is shown, and that it finds the same people in every size it may be shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import CameraDriver, Frame, load_driver
from edge.vision.boxes import Boxes, overlaps
from edge.vision.cards import OwnModelCard, open_carded, read_card
from edge.vision.config import CameraConfig
from edge.vision.detector import BadModelError
from edge.vision.own import CARD, OwnDetector, open_own
from edge.vision.sizes import FOR_THE_MODEL, SHOWN, Size, affordable
from edge.vision.supervisor import VisionSupervisor
from simulators.camera import ClipTruth

SIDES = st.integers(1, 40).map(lambda many: many * 32)
FEW, TOO_MANY = 0.001, 1e6
"""Looks a second that any core can do, and that none can."""


def _card() -> OwnModelCard:
    card = read_card(CARD)
    assert isinstance(card, OwnModelCard)
    return card


@given(
    st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=12, unique_by=lambda size: size[0] * size[1]),
    st.floats(0.1, 500), st.floats(0.1, 1000),
)  # fmt: skip
def test_no_larger_picture_would_leave_the_core_time_for_all(
    sizes: list[Size], full_ms: float, core_looks: float
) -> None:
    def busy(size: Size) -> float:
        """Milliseconds of a second."""
        return core_looks * SHOWN * full_ms * (size[0] * size[1]) / max(rows * columns for rows, columns in sizes)

    def area(size: Size) -> int:
        return size[0] * size[1]

    shown = affordable(sizes, full_ms, core_looks)
    assert shown in sizes
    larger = [size for size in sizes if area(size) > area(shown)]
    assert all(busy(size) > 1000 * FOR_THE_MODEL for size in larger)
    assert busy(shown) <= 1000 * FOR_THE_MODEL or area(shown) == min(map(area, sizes))


def test_few_cameras_are_seen_in_full_and_many_a_little_smaller() -> None:
    card = _card()
    for core_looks in (0, FEW):
        assert open_own(5, core_looks=core_looks).name == "own"
    rows, columns = min(card.smaller, key=lambda size: size[0] * size[1])
    assert open_own(5, core_looks=TOO_MANY).name == f"own, {columns}×{rows}"


@pytest.fixture(scope="module")
def looks(short_film: ClipTruth) -> list[tuple[Frame, Boxes]]:
    """Pictures of a film, and who is found in them at their largest."""
    driver, full = load_driver("camera", {"pace": False}), open_own(3)
    assert isinstance(driver, CameraDriver)
    frames = list(driver.frames("c", str(short_film.path)))[::4]
    return [(frame, full.detect(frame.pixels)) for frame in frames]


@pytest.mark.parametrize("size", _card().smaller[::5])
def test_whoever_is_found_in_the_full_picture_is_found_in_a_smaller_one(
    looks: list[tuple[Frame, Boxes]], size: Size
) -> None:
    card = _card()
    shown = OwnDetector(open_carded(card, CARD.parent, size), card, 3)
    people = found = more = 0
    for frame, there in looks:
        here = shown.detect(frame.pixels)
        same = int((overlaps(there, here) > 0.5).any(axis=1).sum())
        people, found, more = people + len(there), found + same, more + len(here) - same
    print(f"{size}: {found} of {people}, {more} more")
    assert people > 50
    assert found > 0.85 * people
    assert more < 0.15 * people


def test_a_size_that_the_file_does_not_take_is_refused() -> None:
    card = _card()
    with pytest.raises(BadModelError, match=r"people\.onnx cannot be loaded|its card says"):
        open_carded(card, CARD.parent, (50, 70)).run(np.zeros((1, 2, 50, 70), np.uint8))


@pytest.mark.parametrize(("workers", "core_looks"), [(1, 14.5), (2, 7.25), (9, 14.5 / 4)])
def test_a_core_promises_its_share_of_all_cameras_that_count(workers: int, core_looks: float) -> None:
    cameras = [
        CameraConfig(id=f"c{number}", address="usb:0", fps=fps, counts_people=fps != 3)
        for number, fps in enumerate((5, 7, 2.5, 3))
    ]
    assert VisionSupervisor(cameras, print, workers=workers).core_looks == pytest.approx(core_looks)
