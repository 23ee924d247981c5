"""Who stays where and waits how long: exact in front of an ideal detector, whatever the rate of the camera."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.scene import Rules, Scene
from tests.vision.seen import BACK, FRUIT, TILL, look, way

SCENE = Scene(zones=(TILL, FRUIT))
rates = st.sampled_from([1.0, 2.5, 5.0, 10.0])


@settings(max_examples=25, deadline=None)
@given(rates, st.floats(6, 60), st.floats(0, 1))
def test_a_stay_lasts_as_long_as_it_lasted(fps: float, stays: float, offset: float) -> None:
    """In through the zone's upper edge, a stay, and out again; an average walk."""
    enters = 4 + offset
    leaves = enters + stays
    walk = way((0, (0.75, 0.3)), (enters, (0.75, 0.4)), (enters + 2, (0.75, 0.5)), (leaves - 2, (0.75, 0.5)),
               (leaves, (0.75, 0.4)), (leaves + 4, (0.75, 0.3)))  # fmt: skip
    visits, dwell, ended, waited = look(SCENE, lambda t: [walk(t)], leaves + 8, fps).zone(0)
    assert (visits, ended) == (1, 1)
    assert dwell == waited == pytest.approx(stays, abs=1.2 / fps + 0.45)


def test_who_only_passes_through_is_no_visit() -> None:
    walk = way((0, (0.75, 0.3)), (2, (0.75, 0.39)), (5, (0.75, 0.43)), (6.5, (0.75, 0.39)), (8, (0.75, 0.3)))
    seen = look(SCENE, lambda t: [walk(t)], 14)
    assert seen.zone(0) == (0, 0, 0, 0)
    assert all(zone.people == 0 for _, zones in seen.zones for zone in zones)


def test_stepping_out_for_a_moment_or_being_hidden_does_not_end_a_wait() -> None:
    walk = way((0, (0.75, 0.3)), (3, (0.75, 0.5)), (10, (0.75, 0.5)), (11, (0.75, 0.38)), (12, (0.75, 0.5)),
               (30, (0.75, 0.55)), (32, (0.75, 0.3)))  # fmt: skip
    seen = look(SCENE, lambda t: [None if 20 < t < 22.5 else walk(t)], 40)
    visits, dwell, ended, waited = seen.zone(0)
    assert (visits, ended) == (1, 1)
    assert dwell == waited == pytest.approx(29.7, abs=0.6)
    assert {zones[0].people for at, zones in seen.zones if 8 < at < 10 or 13 < at < 30} == {1}


def test_a_queue_says_how_many_wait_and_for_how_long() -> None:
    first = way((0, (0.9, 0.3)), (1, (0.9, 0.6)), (60, (0.9, 0.65)))
    second = way((20, (0.6, 0.3)), (21, (0.6, 0.6)), (60, (0.6, 0.65)))
    seen = look(SCENE, lambda t: [first(t), second(t)], 40)
    now = {at: zones[0] for at, zones in seen.zones}
    assert [now[at].people for at in (3.0, 10.0, 24.0, 30.0)] == [0, 1, 1, 2]
    assert now[30.0].longest_ms == pytest.approx(29_700, abs=500)
    assert now[30.0].lane == "till-1"


@pytest.mark.parametrize("fps", [1.0, 5.0])
def test_somebody_waits_too_long_from_the_moment_on(fps: float) -> None:
    scene = Scene(zones=(TILL,), rules=Rules(queue_alarm_s=30))
    walk = way((0, (0.75, 0.3)), (3, (0.75, 0.4)), (6, (0.75, 0.6)), (80, (0.75, 0.65)))
    seen = look(scene, lambda t: [walk(t)], 60, fps)
    first = next(at for at, zones in seen.zones if zones[0].too_long)
    assert first == pytest.approx(33, abs=1.5)


def test_a_poster_fades_and_is_in_no_sum() -> None:
    scene = Scene(zones=(TILL, FRUIT), rules=Rules(still_s=60))

    def poster(t: float) -> tuple[float, float]:
        return 0.25 + 0.002 * math.sin(7 * t), 0.7 + 0.002 * math.cos(5 * t)

    seen = look(scene, lambda t: [None if 100 < t < 110 else poster(t)], 130, 2.5)
    assert seen.zone(1) == (0, 0, 0, 0)
    shown = {round(number / 2.5): people for number, people in enumerate(seen.visitors)}
    assert (shown[30], shown[80], shown[120]) == (1, 0, 0)  # known again where it hangs


def test_who_sits_down_and_hardly_moves_is_still_a_visitor_with_a_stay() -> None:
    scene = Scene(zones=(TILL, FRUIT), rules=Rules(still_s=60))
    walk = way((0, (0.25, 0.3)), (4, (0.25, 0.6)), (50, (0.25, 0.6)), (54, (0.25, 0.3)))
    visits, dwell, _, _ = look(scene, lambda t: [walk(t)], 60).zone(1)
    assert visits == 1
    assert dwell == pytest.approx(50, abs=2.5)


def test_who_was_in_the_back_room_is_staff_and_waits_nowhere() -> None:
    scene = Scene(zones=(TILL, FRUIT, BACK), rules=Rules(staff_after_s=5))
    walk = way((0, (0.1, 0.2)), (10, (0.1, 0.25)), (14, (0.75, 0.6)), (60, (0.75, 0.65)))
    seen = look(scene, lambda t: [walk(t)], 60)
    assert seen.zone(0) == seen.zone(1) == (0, 0, 0, 0)
    assert seen.visitors[-1] == 0
