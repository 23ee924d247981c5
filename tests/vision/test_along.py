"""What was drawn goes along with a camera that was moved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vision.along import along
from edge.vision.scene import Scene
from tests.vision.seen import DOOR, FLOOR, TILL

SCENE = Scene(lines=(DOOR,), zones=(TILL,), floor=FLOOR)
part = st.floats(-1.2, 1.2)


@given(part, part)
def test_wherever_a_camera_is_turned_the_scene_is_one_that_can_be_kept(right: float, down: float) -> None:
    moved = along(SCENE, (right, down))
    assert Scene.model_validate_json(moved.model_dump_json()) == moved
    assert {one.name for one in moved.lines} <= {DOOR.name}
    assert {one.name for one in moved.zones} <= {TILL.name}
    assert moved.rules == SCENE.rules


def test_every_place_moves_by_the_same() -> None:
    moved = along(SCENE, (0.03, -0.02))
    assert moved.lines[0].start == pytest.approx((DOOR.start[0] + 0.03, DOOR.start[1] - 0.02))
    assert moved.zones[0].polygon[0] == pytest.approx((TILL.polygon[0][0] + 0.03, TILL.polygon[0][1] - 0.02))
    assert moved.floor is not None
    assert moved.floor.picture[0] == pytest.approx((FLOOR.picture[0][0] + 0.03, FLOOR.picture[0][1] - 0.02))
    assert moved.floor.plan == FLOOR.plan


def test_what_has_left_the_picture_is_left_out() -> None:
    assert along(SCENE, (0.0, 1.0)) == Scene(rules=SCENE.rules)
