"""What a camera looks for: what may be drawn, what is refused and in which words, and how it fits every picture."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.vision.config import CameraConfig
from edge.vision.line import LineKind, Side
from edge.vision.scene import Floor, Line, Scene, Zone, ZoneKind

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
FLOOR = Floor(
    picture=((0.3, 0.4), (0.7, 0.4), (0.95, 0.95), (0.05, 0.95)), plan=((2.0, 1.0), (8.0, 1.0), (8.0, 9.0), (2.0, 9.0))
)
parts = st.floats(0, 1, allow_nan=False)
points = st.tuples(parts, parts)


def test_a_camera_of_the_configuration_looks_for_its_one_line() -> None:
    camera = CameraConfig(id="cam-1", address="x.avi", line_name="entrance", line=((0.0, 0.6), (1.0, 0.6)))
    scene = camera.what_to_look_for()
    assert [line.name for line in scene.lines] == ["entrance"]
    (line,) = scene.in_pixels(480, 360).lines
    assert (line.start[1], line.end[1], line.inside, line.kind) == (216, 216, Side.RIGHT, LineKind.ENTRANCE)


@settings(max_examples=60, deadline=None)
@given(points, points, st.integers(64, 1920), st.integers(64, 1080))
def test_a_line_goes_on_only_where_it_is_drawn_up_to_the_edge(
    start: tuple[float, float], end: tuple[float, float], width: int, height: int
) -> None:
    drawn = [(x * width, y * height) for x, y in (start, end)]
    assume(math.dist(start, end) > 0.1 and math.dist(*drawn) > 20)
    (line,) = Scene(lines=(Line(name="a", start=start, end=end, inside=Side.LEFT),)).in_pixels(width, height).lines
    for place, real in zip(drawn, (line.start, line.end), strict=True):
        inward = min(place[0], width - place[0], place[1], height - place[1])
        assert abs(line.place(place)[0]) < 1e-6 * max(width, height)  # the same line
        if inward > 0.04 * max(width, height):
            assert real == place
        if real != place:
            assert not (0 <= real[0] <= width and 0 <= real[1] <= height)


def test_a_scene_of_the_configuration_replaces_that_line() -> None:
    scene = {"zones": [{"name": "fruit & veg", "polygon": SQUARE}]}
    camera = CameraConfig.model_validate({"id": "cam-1", "address": "x.avi", "scene": scene})
    assert camera.what_to_look_for().lines == ()
    assert camera.what_to_look_for().zones[0].kind is ZoneKind.BROWSE


@pytest.mark.parametrize(
    ("scene", "word"),
    [
        ({"lines": [{"name": "a", "start": (0.5, 0.5), "end": (0.5, 0.51), "inside": "left"}]}, "no length"),
        ({"zones": [{"name": "a", "polygon": ((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9))}]}, "crosses itself"),
        ({"zones": [{"name": "a", "polygon": ((0.1, 0.1), (0.9, 0.1))}]}, "at least 3"),
        ({"zones": [{"name": "a", "polygon": ((0.1, 0.1), (0.101, 0.1), (0.1, 0.101))}]}, "too small"),
        ({"zones": [{"name": "a", "polygon": SQUARE, "lane": "till-1"}]}, "no queue"),
        ({"zones": [{"name": "a", "polygon": SQUARE}, {"name": "a", "polygon": SQUARE}]}, "used twice"),
        ({"zones": [{"name": "<b>", "polygon": SQUARE}]}, "name"),
        ({"zones": [{"name": "a", "polygon": ((0.1, 0.1), (1.2, 0.1), (0.1, 0.9))}]}, "less than or equal to 1"),
        ({"floor": {"picture": SQUARE, "plan": ((0, 0), (9, 9), (9, 0), (0, 9))}}, "corners of an area"),
        ({"floor": {"picture": SQUARE, "plan": ((0, 0), (0.2, 0), (0.2, 0.2), (0, 0.2))}}, "too close"),
        ({"colour": "red"}, "Extra inputs"),
        ({"rules": {"queue_alarm_s": math.nan}}, "queue_alarm_s"),
    ],
)
def test_a_bad_drawing_is_refused_in_words(scene: dict[str, object], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        Scene.model_validate(scene)


def test_a_scene_survives_being_written_down() -> None:
    scene = Scene(
        lines=(Line(name="大门", start=(0, 0.5), end=(1, 0.5), inside=Side.LEFT, kind=LineKind.PASSAGE),),
        zones=(Zone(name="till 1", polygon=SQUARE, kind=ZoneKind.QUEUE, lane="till-1"),),
        floor=FLOOR,
    )
    assert Scene.model_validate_json(scene.model_dump_json()) == scene


@settings(max_examples=60, deadline=None)
@given(points, st.integers(64, 1920), st.integers(64, 1080))
def test_who_stands_in_a_zone_is_found_whatever_the_size_of_the_picture(
    foot: tuple[float, float], width: int, height: int
) -> None:
    seen = Scene(
        zones=(Zone(name="left", polygon=((0, 0), (0.5, 0), (0.5, 1), (0, 1))), Zone(name="mid", polygon=SQUARE))
    )
    x, y = foot
    assume(min(abs(x - 0.5), *(abs(v - edge) for v in (x, y) for edge in (0.2, 0.8))) > 8 / 64)
    found = seen.in_pixels(width, height).zone_map.at(x * width, y * height)
    assert found == (x < 0.5) * 1 + (0.2 < x < 0.8 and 0.2 < y < 0.8) * 2


@settings(max_examples=60, deadline=None)
@given(points)
def test_the_four_points_carry_every_place_between_them_onto_the_plan(part: tuple[float, float]) -> None:
    """Straight lines stay straight, and the corners land where they were put."""
    ground = Scene(floor=FLOOR).in_pixels(480, 360).ground
    assert ground is not None
    for (x, y), spot in zip(FLOOR.picture, FLOOR.plan, strict=True):
        assert ground.place(x * 480, y * 360) == pytest.approx(spot, abs=1e-4)
    inside = ground.place(480 * (0.3 + 0.4 * part[0]), 360 * (0.4 + 0.55 * part[1]))
    assert inside is not None
    assert 2 - 1e-3 <= inside[0] <= 8 + 1e-3
    assert 1 - 1e-3 <= inside[1] <= 9 + 1e-3
    assert ground.place(240, -2000) is None  # above the horizon is no floor
