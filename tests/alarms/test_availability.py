"""How much of the time a device was ready, from its recorded changes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.alarms.availability import Availability, Change, availability
from edge.alarms.presence import KEEP_MS, forget_changes
from edge.views.tickets import read_availability
from tests.alarms.rig import HOUR, Rig

DAY = 24 * HOUR
STATES = ("init", "ready", "asleep", "lost", "fault")


def test_time_is_counted_from_change_to_change() -> None:
    changes = [Change(0, "ready"), Change(60, "lost"), Change(80, "ready"), Change(90, "fault")]
    assert availability(changes, 10, 100) == Availability(up_ms=60, down_ms=30, breakdowns=2)


def test_sleep_is_no_breakdown_and_what_is_not_known_counts_neither_way() -> None:
    assert availability([Change(0, "init"), Change(50, "asleep")], 0, 100) == Availability(50, 0, 0)
    assert availability([], 0, 100).share is None


def test_time_while_the_box_was_off_does_not_count() -> None:
    changes = [Change(0, "ready"), Change(40, "lost")]
    assert availability(changes, 0, 100, [(30, 50)]) == Availability(30, 50, 1)


@given(
    st.lists(st.tuples(st.integers(-50, 150), st.sampled_from(STATES)), max_size=12), st.integers(0, 50),
    st.integers(51, 120),
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_no_more_time_is_counted_than_passed(raw: list[tuple[int, str]], start: int, end: int) -> None:
    found = availability([Change(at, state) for at, state in raw], start, end, [(60, 70)])
    assert found.up_ms >= 0
    assert found.down_ms >= 0
    assert found.up_ms + found.down_ms <= end - start
    assert found.share is None or 0 <= found.share <= 1


def test_a_devices_changes_are_kept_whoever_writes_them_and_read_per_day_and_week() -> None:
    rig = Rig()
    rig.desk.now -= 3 * DAY
    rig.look()
    rig.desk.device("till-1", "till")
    rig.state("till-1", "ready")
    rig.desk.now += 2 * DAY
    rig.look()
    rig.state("till-1", "lost")
    rig.desk.now += DAY
    rig.look()
    box, till = read_availability(Database(rig.desk.sql), rig.desk.now, "Europe/Zagreb")
    assert box.week.share == 1
    assert till.today.share == 0
    assert till.week.share == pytest.approx(2 / 3)
    assert till.week.breakdowns == 1
    assert till.week.between_ms == 2 * DAY


def test_a_gap_between_two_lives_of_the_box_is_its_own_outage() -> None:
    rig = Rig()
    rig.desk.device("till-1", "till")
    rig.state("till-1", "ready")
    rig.desk.now += HOUR
    steady = rig.desk.now
    rig.look()
    rig.restart()

    def after_an_hour(tx: object) -> None:
        tx.now, tx.steady = rig.desk.now, steady  # type: ignore[attr-defined]  # the box was off: no steady time passed
        rig.watch.look(tx)  # type: ignore[arg-type]

    rig.desk.now += HOUR
    rig.desk.do(after_an_hour)
    rig.desk.now += HOUR
    box, till = read_availability(Database(rig.desk.sql), rig.desk.now, "Europe/Zagreb")
    assert box.today == Availability(HOUR, HOUR, 1)
    assert till.today == Availability(2 * HOUR, 0, 0)


def test_old_changes_are_forgotten_but_for_what_still_says_how_it_was() -> None:
    rig = Rig()
    rig.desk.device("till-1", "till")
    for state in ("ready", "lost", "ready"):
        rig.state("till-1", state)
        rig.desk.now += HOUR
    rig.desk.now += KEEP_MS
    rig.desk.do(forget_changes)
    assert rig.sql("SELECT state FROM device_change WHERE device = 'till-1'") == [("ready",)]
