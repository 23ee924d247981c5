from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.facts import Crossing, Minute
from edge.vision.line import Direction
from edge.vision.minutes import MINUTE_MS, Tally, add, close

crossings = st.builds(
    Crossing,
    camera=st.sampled_from(["a", "b"]),
    line=st.just("door"),
    at=st.integers(0, 5 * MINUTE_MS),
    direction=st.sampled_from(Direction),
    epoch=st.just(1),
    n=st.just(1),
)


@settings(max_examples=60)
@given(st.lists(crossings, max_size=40), st.lists(st.integers(0, 6 * MINUTE_MS), max_size=5))
def test_the_minutes_add_up_to_the_crossings_however_often_they_are_closed(
    told: list[Crossing], closings: list[int]
) -> None:
    tally, minutes = Tally(), []
    for i, crossing in enumerate(told):
        tally = add(tally, crossing)
        if i < len(closings):
            tally, over = close(tally, closings[i])
            minutes += over
    tally, rest = close(tally, None)
    minutes += rest
    assert tally == Tally()
    for camera in ("a", "b"):
        for direction in Direction:
            total = sum(m.entered if direction is Direction.IN else m.left for m in minutes if m.camera == camera)
            assert total == sum(c.direction is direction for c in told if c.camera == camera)
    assert all(minute.minute % MINUTE_MS == 0 and minute.entered + minute.left > 0 for minute in minutes)


def test_a_minute_is_told_when_it_is_over_and_not_before() -> None:
    tally = add(Tally(), Crossing("a", "door", 90_000, Direction.IN, 1, 1))
    assert close(tally, 119_999) == (tally, [])
    assert close(tally, 120_000) == (Tally(), [Minute("a", "door", 60_000, 1, 0)])
