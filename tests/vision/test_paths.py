"""Paths and heat: every second on the floor is somewhere, whatever the rate of the camera."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.scene import Scene
from tests.vision.seen import FLOOR, Foot, look, way

SCENE = Scene(floor=FLOOR)
places = st.tuples(st.floats(0.25, 0.9), st.floats(0.4, 0.9))


@settings(max_examples=25, deadline=None)
@given(st.lists(places, min_size=2, max_size=5), st.sampled_from([2.5, 5.0]))
def test_every_second_of_a_walk_is_on_the_floor_once(stops: list[Foot], fps: float) -> None:
    start, end = (0.05, 0.35), (0.95, 0.95)
    walk = way(*((6.0 * i, stop) for i, stop in enumerate([start, *stops, end])))
    seconds = 6.0 * (len(stops) + 1)
    seen = look(SCENE, lambda t: [walk(t)], seconds + 3, fps)
    assert seen.heat_s == pytest.approx(seconds, abs=2 / fps + 0.8)


def test_a_slow_camera_draws_the_same_path_as_a_quick_one() -> None:
    walk = way((0, (0.1, 0.4)), (8, (0.8, 0.5)), (14, (0.8, 0.9)), (20, (0.2, 0.9)))
    maps = []
    for fps in (1.0, 10.0):
        cells = np.zeros((16, 20))
        for learnt in look(SCENE, lambda t: [walk(t)], 24, fps).learnt:
            for one in learnt.trodden:
                cells[one.cell[1], one.cell[0]] += one.seconds
        maps.append(cells)
    assert np.corrcoef(maps[0].ravel(), maps[1].ravel())[0, 1] > 0.9


def test_who_stands_is_where_they_stand_on_the_plan() -> None:
    walk = way((0, (0.2, 0.4)), (4, (0.5, 0.65)), (44, (0.5, 0.65)))
    cells: dict[tuple[int, int], float] = {}
    for learnt in look(SCENE, lambda t: [walk(t)], 44).learnt:
        for one in learnt.trodden:
            cells[one.cell] = cells.get(one.cell, 0.0) + one.seconds
    middle = [(x, y) for (x, y), seconds in cells.items() if seconds > 5]
    assert set(middle) == {(9, 7), (10, 7), (9, 8), (10, 8)}  # 5 m right, 4 m down: where four cells meet
    assert sum(cells.values()) == pytest.approx(44, abs=1)
