"""A fridge's band: excursions by time, not by a door, whatever the readings and their rhythm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.coldchain.machine import Band, Cold, Look, Passed, Read, step

MINUTE = 60_000
CHILLED = Band(0, 400)
FROZEN = Band(None, -1_800)


def run(readings: list[int], every_ms: int = MINUTE, band: Band = CHILLED, cold: Cold | None = None) -> Cold:
    """One reading after the other."""
    cold = cold or Cold()
    for centi in readings:
        cold = step(cold, Read(centi), cold.at + every_ms, band)
    return cold


def test_a_fridge_that_keeps_its_band_is_in_band() -> None:
    assert run([350, 400, 0, 210]).look is Look.IN_BAND
    assert Cold().look is Look.UNKNOWN


@pytest.mark.parametrize("wrong", [401, -1, 2_000])
def test_the_alarm_comes_after_ten_minutes_give_or_take_a_sample(wrong: int) -> None:
    assert run([300] + [wrong] * 10).look is Look.OUTSIDE
    assert run([300] + [wrong] * 11).look is Look.EXCURSION


def test_frozen_goods_cannot_be_too_cold() -> None:
    assert run([-4_000] * 60, band=FROZEN).look is Look.IN_BAND
    assert run([-1_799] * 11, band=FROZEN).look is Look.EXCURSION


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(5, 20)), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_door_openings_never_alarm(doors: list[tuple[int, int]]) -> None:
    cold = Cold()
    for warm, calm in doors:
        cold = run([1_500] * warm, cold=cold)
        assert cold.look is not Look.EXCURSION
        cold = run([300] * calm, cold=cold)
        assert cold.look is not Look.EXCURSION


def test_a_fridge_that_is_warm_nine_minutes_in_ten_alarms() -> None:
    assert run(([900] * 9 + [390]) * 3).look is Look.EXCURSION


def test_an_excursion_ends_only_after_as_long_well_inside_the_band() -> None:
    cold = run([900] * 12)
    assert run([395] * 60, cold=cold).look is Look.EXCURSION
    assert run([300] * 9, cold=cold).look is Look.EXCURSION
    assert run([300] * 12, cold=cold).look is Look.IN_BAND


def test_silence_is_told_and_counts_neither_way() -> None:
    cold = run([300, 900])
    cold = step(cold, Passed(), cold.at + 3 * MINUTE, CHILLED)
    assert cold.look is Look.OUTSIDE
    quiet = step(run([300]), Passed(), 60 * MINUTE, CHILLED)
    assert quiet.look is Look.SILENT
    assert run([300], cold=quiet).look is Look.IN_BAND


def test_an_excursion_whose_sensor_falls_silent_stays_one() -> None:
    cold = run([900] * 12)
    assert step(cold, Passed(), cold.at + 600 * MINUTE, CHILLED).look is Look.EXCURSION


@given(
    st.lists(st.tuples(st.integers(-500, 900), st.integers(0, 20 * MINUTE), st.booleans()), max_size=40),
    st.sampled_from([CHILLED, FROZEN]),
)
@settings(max_examples=150, deadline=None)
def test_no_alarm_without_as_much_time_outside(looks: list[tuple[int, int, bool]], band: Band) -> None:
    cold, now, warm_ms = Cold(), 0, 0
    for centi, passed, read in looks:
        wrong = cold.centi is not None and (cold.centi > band.high or (band.low is not None and cold.centi < band.low))
        warm_ms += passed if wrong else 0
        now += passed
        before = cold
        cold = step(cold, Read(centi) if read else Passed(), now, band)
        assert 0 <= cold.outside_ms <= band.after_ms
        if cold.alarmed and not before.alarmed:
            assert warm_ms >= band.after_ms
        assert cold.at == now


@given(st.integers(-100, 100), st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_a_clock_that_stands_still_or_steps_back_counts_nothing(back: int, times: int) -> None:
    cold = run([900] * 3)
    for _ in range(times):
        cold = step(cold, Passed(), cold.at - abs(back), CHILLED)
    assert cold.outside_ms == 2 * MINUTE
