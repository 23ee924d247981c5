from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.camera.reconnect import LONGEST_WAIT_MS, Bridge, Event, Phase, step


@settings(max_examples=100)
@given(st.integers(0, 6), st.lists(st.sampled_from(Event), max_size=60))
def test_a_stream_is_tried_again_only_after_it_worked_and_not_for_ever(tries: int, events: list[Event]) -> None:
    state = Bridge(tries, 500)
    breaks_in_a_row = 0
    for event in events:
        before, state = state, step(state, event)
        match event:
            case Event.FRAME if before.phase in (Phase.OPENING, Phase.FLOWING):
                breaks_in_a_row = 0
            case Event.BROKE if before.phase in (Phase.OPENING, Phase.FLOWING):
                breaks_in_a_row += 1
        assert state.failed == breaks_in_a_row
        assert breaks_in_a_row <= tries + 1
        assert 0 <= state.wait_ms <= LONGEST_WAIT_MS
        assert (state.wait_ms > 0) is (state.phase is Phase.WAITING)
        if before.phase is Phase.GIVEN_UP:
            assert state == before


def test_a_stream_that_never_worked_is_reported_at_once() -> None:
    assert step(Bridge(4, 500), Event.BROKE).phase is Phase.GIVEN_UP


def test_waits_double() -> None:
    state, waits = step(Bridge(4, 500), Event.FRAME), []
    for _ in range(4):
        state = step(state, Event.BROKE)
        waits.append(state.wait_ms)
        state = step(state, Event.WAITED)
    assert waits == [500, 1000, 2000, 4000]
    assert step(state, Event.BROKE).phase is Phase.GIVEN_UP
