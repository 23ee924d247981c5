"""A camera that trembles, swings or is knocked aside sees the same place; whoever stands before it has not moved it."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.detector import Grey
from edge.vision.place import LearntBackground
from edge.vision.steadying import FARTHEST, STILL, Landmarks, Shift, laid

SIZE = 224, 288
FPS = 5.0
far = st.floats(-0.045, 0.045)
"""Of the picture's sides."""


def shelves(seed: int, size: tuple[int, int] = SIZE) -> Grey:
    """A place full of things of all sizes."""
    random = np.random.default_rng(seed)
    place = np.full(size, 120, np.uint8)
    for _ in range(250):
        x, y = int(random.integers(0, size[1])), int(random.integers(0, size[0]))
        wide, tall = (int(one) for one in random.integers(4, 40, 2))
        cv2.rectangle(place, (x, y), (x + wide, y + tall), int(random.integers(20, 235)), -1)
    return np.asarray(cv2.GaussianBlur(place, (3, 3), 0), np.uint8)


def seen(place: Grey, shift: Shift, brighter: float = 0.0, noise: float = 0.0) -> Grey:
    """What a camera shows of it that has moved: the content lies farther right and down."""
    way = np.array([[1, 0, shift.x], [0, 1, shift.y]], np.float32)
    moved = cv2.warpAffine(place, way, place.shape[::-1], borderMode=cv2.BORDER_REFLECT)
    grain = np.random.default_rng(7).normal(0, noise, place.shape) if noise else 0.0
    return np.asarray(np.clip(moved + brighter + grain, 0, 255), np.uint8)


def with_somebody(picture: Grey, *, much: float) -> Grey:
    """A figure with a pattern of its own before so much of the picture."""
    shown = picture.copy()
    edge = round(shown.shape[1] * much)
    shown[:, :edge] = shelves(99, shown.shape)[:, :edge]
    return shown


@given(st.integers(0, 50), far, far, st.floats(-25, 25), st.floats(0, 4))
@settings(max_examples=60, deadline=None)
def test_a_shift_that_is_told_is_right_in_any_light(
    seed: int, right: float, down: float, brighter: float, noise: float
) -> None:
    place, shift = shelves(seed), Shift(right * SIZE[1], down * SIZE[0])
    found = Landmarks.of(place).shift_of(seen(place, shift, brighter, noise))
    assert found == STILL or math.hypot(found.x - shift.x, found.y - shift.y) < 1


@pytest.mark.parametrize("shift", [Shift(2, 1), Shift(-4.5, 2), Shift(0, -6), Shift(12, 9), Shift(-9, -3)])
def test_nearly_every_shift_is_told(shift: Shift) -> None:
    found = [Landmarks.of(shelves(seed)).shift_of(seen(shelves(seed), shift, 9.0, 2.0)) for seed in range(40)]
    assert found.count(STILL) <= 2


@given(st.integers(0, 50), st.floats(-25, 25), st.floats(0, 6))
@settings(max_examples=40, deadline=None)
def test_a_camera_that_has_not_moved_has_not_moved(seed: int, brighter: float, noise: float) -> None:
    place = shelves(seed)
    assert Landmarks.of(place).shift_of(seen(place, STILL, brighter, noise)) == STILL


def test_whoever_stands_there_hides_no_shift_and_makes_none() -> None:
    place, shift = shelves(3), Shift(6.0, -3.5)
    marks = Landmarks.of(place)
    assert marks.shift_of(with_somebody(place, much=0.2)) == STILL
    found = marks.shift_of(with_somebody(seen(place, shift), much=0.2))
    assert found.x == pytest.approx(6.0, abs=0.6)
    assert found.y == pytest.approx(-3.5, abs=0.6)


def crowd() -> tuple[Grey, Grey]:
    place = shelves(4)
    return place, with_somebody(seen(place, Shift(6.0, 2.0)), much=0.8)


def beyond() -> tuple[Grey, Grey]:
    place = shelves(5)
    return place, seen(place, Shift(2.5 * FARTHEST * SIZE[1], 0.0))


def wall() -> tuple[Grey, Grey]:
    place = np.full(SIZE, 130, np.uint8)
    return place, with_somebody(place, much=0.2)


def straight_edge() -> tuple[Grey, Grey]:
    place = np.full(SIZE, 90, np.uint8)
    place[:, 150:] = place[:, :20] = 170
    return place, seen(place, Shift(3.0, 0.0))


@pytest.mark.parametrize("case", [crowd, beyond, wall, straight_edge])
def test_where_nothing_is_sure_nothing_is_moved(case: pytest.FixtureRequest) -> None:
    place, picture = case()  # type: ignore[operator]
    assert Landmarks.of(place).shift_of(picture) == STILL


def test_a_picture_is_laid_over_its_place_and_the_place_shows_at_the_rim() -> None:
    place, shift = shelves(6), Shift(8.0, 4.0)
    over = laid(seen(place, shift), shift, place)
    assert float(np.abs(over.astype(int) - place).mean()) < 1.0
    assert (over[:, -4:] == place[:, -4:]).all()


def settled(place: Grey) -> tuple[LearntBackground, Grey]:
    told = np.zeros(SIZE, np.uint8)
    background = LearntBackground(told, 4.0, 8.0, FPS)
    for _ in range(40):
        picture = place.copy()
        background.begin(picture)
        background.steady(picture)
        background.learn(picture)
    return background, told


def test_a_camera_that_swings_is_learnt_where_it_hangs() -> None:
    place = shelves(8)
    background, told = settled(place)
    for look in range(100):
        picture = seen(place, Shift(5.0 * float(np.sin(look / 3)), 2.0 * float(np.cos(look / 2))))
        _, moved = background.steady(picture)
        background.learn(picture)
        assert moved == STILL
    assert float(np.abs(told.astype(int) - place).mean()) < 2.0


def test_a_camera_that_was_knocked_aside_is_followed_after_seconds() -> None:
    place, shift = shelves(9), Shift(9.0, 5.0)
    background, told = settled(place)
    went_along = []
    for _ in range(30):
        picture = seen(place, shift)
        by, moved = background.steady(picture)
        went_along.append(moved)
        assert by == STILL or by.x == pytest.approx(9.0, abs=0.6)
        background.learn(picture)
    ((look, moved),) = [(look, moved) for look, moved in enumerate(went_along) if moved != STILL]
    assert look == pytest.approx(3.0 * FPS, abs=1)
    assert (moved.x, moved.y) == pytest.approx((9.0, 5.0), abs=0.6)
    assert float(np.abs(told.astype(int) - seen(place, shift)).mean()) < 1.5
