import math

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.walking import Spread, Walk, corrected, first, later

WALK = Walk(noise=0.06, sway=0.25, pace=0.6)
GAPS = st.lists(st.floats(0.001, 5), min_size=1, max_size=30)


def _is_possible(spread: Spread) -> bool:
    return spread.place > 0 and spread.speed > 0 and spread.both**2 <= spread.place * spread.speed * (1 + 1e-6) + 1e-12


@settings(max_examples=60, deadline=None)
@given(GAPS)
def test_what_is_not_known_grows_while_nobody_looks_and_shrinks_with_every_sight(gaps: list[float]) -> None:
    spread = first(WALK)
    for gap in gaps:
        grown = later(spread, gap, WALK)
        assert grown.speed > spread.speed
        spread, to_place, to_speed = corrected(grown, WALK)
        assert 0 < to_place < 1
        assert math.isfinite(to_speed)
        assert spread.place < min(grown.place, WALK.noise**2 * (1 + 1e-9))
        assert _is_possible(grown)
        assert _is_possible(spread)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.01, 3), st.floats(0.01, 3))
def test_two_waits_are_as_one_of_both(one: float, other: float) -> None:
    """So that it does not matter how often was looked in vain."""
    start = corrected(later(first(WALK), 0.4, WALK), WALK)[0]
    for got, wanted in zip(later(later(start, one, WALK), other, WALK), later(start, one + other, WALK), strict=True):
        assert math.isclose(got, wanted, rel_tol=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.floats(-1.5, 1.5), st.floats(2.3, 12))
def test_a_steady_walkers_speed_is_learnt_at_any_rate(speed: float, fps: float) -> None:
    place, pace, spread = 0.0, 0.0, first(WALK)
    for i in range(1, round(4 * fps)):
        spread, to_place, to_speed = corrected(later(spread, 1 / fps, WALK), WALK)
        off = speed * i / fps - (place + pace / fps)
        place, pace = place + pace / fps + to_place * off, pace + to_speed * off
    assert abs(pace - speed) < 0.1
