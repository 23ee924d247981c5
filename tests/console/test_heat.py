"""Heat maps: where the colour is, to one scale, and what the figures behind it add up to."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.console.drawn.heat import EDGE, HEAD, LARGE, Area, Grid, Kind, Sheet, Words, draw_heat, peak, soften

WORDS = Words("Time spent", "none", "12 min", "Nobody")


def drawn(
    grid: Grid, top: float | None = None, kind: Kind = Kind.MUCH, **more: object
) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    hills = soften(grid)
    sheet = Sheet((10.0, 6.0), **more)  # type: ignore[arg-type]
    png = draw_heat(sheet, hills, 0.5, peak(hills) if top is None else top, WORDS, kind)
    picture = np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    return picture[HEAD : HEAD + round(LARGE * 0.6), EDGE : EDGE + LARGE]


def at(
    picture: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", x: float, y: float
) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """The colour at a place of the plan, in metres."""
    return np.asarray(picture[round(y * LARGE / 10), round(x * LARGE / 10)], np.int64)


def test_the_hottest_place_is_the_darkest_and_it_is_where_people_were() -> None:
    grid = np.zeros((12, 20))
    grid[4, 15] = 600.0
    picture = drawn(grid)
    assert at(picture, 7.75, 2.25).sum() < 300
    assert at(picture, 2.3, 4.7).sum() > 720


def test_two_pictures_can_be_drawn_to_one_scale() -> None:
    grid = np.zeros((12, 20))
    grid[4, 15] = 600.0
    weak = drawn(grid / 6, top=peak(soften(grid)))
    assert at(weak, 7.75, 2.25).sum() > at(drawn(grid), 7.75, 2.25).sum() + 200


def test_more_is_warm_and_less_is_cold() -> None:
    grid = np.zeros((12, 20))
    grid[4, 15], grid[4, 4] = 300.0, -300.0
    picture = drawn(grid, kind=Kind.CHANGE)
    more, less = at(picture, 7.75, 2.25), at(picture, 2.25, 2.25)
    assert more[2] > more[0]
    assert less[0] > less[2]


def test_a_plan_with_a_picture_and_zones_shows_them() -> None:
    plan = np.full((60, 100, 3), 255, np.uint8)
    plan[:, 50:] = 0
    picture = drawn(np.zeros((12, 20)), plan=plan, areas=(Area("乳品", ((1, 1), (4, 1), (4, 3), (1, 3))),))
    assert at(picture, 9, 5).sum() < at(picture, 1.5, 5).sum()
    assert at(picture, 2.5, 1).sum() < 200, "the outline"


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 20), st.integers(0, 20), st.floats(0, 1e9), st.sampled_from(Kind))
def test_no_figures_break_it(rows: int, columns: int, figure: float, kind: Kind) -> None:
    grid = np.full((rows, columns), figure)
    assert drawn(grid, kind=kind).shape == (624, 1040, 3)


@pytest.mark.parametrize("place", [(3, 3), (5, 12)])
def test_softening_moves_nothing_and_loses_nothing(place: tuple[int, int]) -> None:
    grid = np.zeros((12, 20))
    grid[place] = 100.0
    hills = soften(grid)
    assert tuple(int(part) for part in np.unravel_index(hills.argmax(), hills.shape)) == place
    assert hills.sum() == pytest.approx(100.0, rel=0.02)
