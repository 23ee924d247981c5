"""The sheet of a batch: whatever is pressed in whatever order, nothing unmeasured, warm or old is ever accepted."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from edge.receiving.machine import (
    Accept,
    Drop,
    Event,
    Hold,
    Measured,
    Missing,
    Objection,
    Refused,
    Reject,
    Release,
    Rules,
    Sheet,
    State,
    missing,
    objections,
    step,
)

TODAY = date(2026, 11, 2)
CHILLED = Sheet(low=0, high=400, expires=TODAY + timedelta(days=9))
RULES = Rules()


def play(*events: Event, sheet: Sheet = CHILLED, rules: Rules = RULES) -> Sheet:
    for event in events:
        sheet = step(sheet, event, TODAY, rules)
    return sheet


def test_open_measure_sign() -> None:
    assert play(Measured(280, 6_100), Accept()).state is State.ACCEPTED
    assert play(Measured(280), Measured(humidity=6_100), Accept()).state is State.ACCEPTED


@pytest.mark.parametrize("signing", [Accept(), Hold("looks odd")])
def test_nobody_signs_without_both_readings(signing: Event) -> None:
    for readings in ((), (Measured(280),), (Measured(humidity=6_100),)):
        with pytest.raises(Refused, match="without"):
            play(*readings, signing)
    undated = Sheet(low=0, high=400)
    assert missing(undated) == (Missing.TEMPERATURE, Missing.HUMIDITY, Missing.EXPIRY)


def test_one_warm_reading_is_enough_and_a_cold_one_does_not_wash_it_away() -> None:
    sheet = play(Measured(401, 6_000), Measured(200))
    assert objections(sheet, TODAY, RULES) == (Objection.TOO_WARM,)
    with pytest.raises(Refused, match="too-warm"):
        play(Accept(), sheet=sheet)
    assert play(Hold(), sheet=sheet).state is State.HELD
    assert play(Accept(), sheet=sheet, rules=Rules(tolerance=1)).state is State.ACCEPTED


@pytest.mark.parametrize(
    ("days", "found"),
    [(-1, (Objection.EXPIRED,)), (0, (Objection.SHORT_DATED,)), (2, (Objection.SHORT_DATED,)), (3, ())],
)
def test_dates(days: int, found: tuple[Objection, ...]) -> None:
    sheet = Sheet(low=0, high=400, expires=TODAY + timedelta(days=days), coldest=100, warmest=200, humidity=5_000)
    assert objections(sheet, TODAY, Rules(days_left=3)) == found


def test_frozen_goods_cannot_be_too_cold_and_ambient_ones_need_no_thermometer() -> None:
    frozen = Sheet(high=-1_800, expires=TODAY + timedelta(days=90))
    assert play(Measured(-3_500, 4_000), Accept(), sheet=frozen).state is State.ACCEPTED
    assert play(Accept(), sheet=Sheet()).state is State.ACCEPTED


def test_what_is_held_waits_for_a_manager_who_says_why() -> None:
    held = play(Measured(900, 6_000), Hold())
    for decision in (Release(" "), Reject("")):
        with pytest.raises(Refused, match="say why"):
            play(decision, sheet=held)
    assert play(Release("core temperature measured: 2.1 °C"), sheet=held).state is State.ACCEPTED
    assert play(Reject("sent back"), sheet=held).state is State.REJECTED
    with pytest.raises(Refused, match="is held"):
        play(Drop(), sheet=held)


def test_what_is_past_its_date_is_released_by_nobody() -> None:
    old = Sheet(State.HELD, 0, 400, TODAY - timedelta(days=1), 100, 200, 5_000)
    with pytest.raises(Refused, match="past its date"):
        play(Release("smells fine"), sheet=old)


@pytest.mark.parametrize("odd", [Measured(), Measured(9_001), Measured(-9_001), Measured(humidity=10_001)])
def test_what_no_instrument_reads_is_refused(odd: Measured) -> None:
    with pytest.raises(Refused):
        play(odd)


EVENTS = st.one_of(
    st.builds(Measured, st.none() | st.integers(-2_000, 2_000), st.none() | st.integers(0, 10_000)),
    st.sampled_from([Accept(), Hold(), Hold("odd"), Release("checked"), Release(""), Reject("back"), Drop()]),
)


@given(st.lists(EVENTS, max_size=12), st.integers(-3, 10), st.sampled_from([(0, 400), (None, -1_800)]))
@hypothesis(max_examples=200, deadline=None)
def test_no_order_of_events_accepts_what_is_unmeasured_warm_or_old(
    events: list[Event], days: int, band: tuple[int | None, int]
) -> None:
    sheet = Sheet(low=band[0], high=band[1], expires=TODAY + timedelta(days=days))
    measured: list[int] = []
    released = False
    for event in events:
        before = sheet
        try:
            sheet = step(sheet, event, TODAY, RULES)
        except Refused:
            continue
        if isinstance(event, Measured) and event.centi is not None:
            measured.append(event.centi)
        released = released or isinstance(event, Release)
        if sheet.state is State.ACCEPTED and before.state is not State.ACCEPTED:
            assert measured
            assert sheet.humidity is not None
            assert days >= 0
            fits = all((band[0] is None or band[0] <= one) and one <= band[1] for one in measured)
            assert released or (fits and days >= 1)
        assert before.state not in (State.ACCEPTED, State.REJECTED, State.DROPPED)
