"""What a shop's local times mean, in every zone and where clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.clock.calendar import (
    CLOSED,
    HORIZON,
    Calendar,
    Hours,
    Instants,
    Stretch,
    closed_from,
    hours_on,
    instants,
    is_open,
    local,
    next_closing,
    next_opening,
    next_opening_day,
    read_hours,
    resolve,
    write_hours,
)

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ZAGREB = ZoneInfo("Europe/Zagreb")
ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
WALLS = st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2028-12-31"))
AT = st.integers(1_750_000_000_000, 1_850_000_000_000)


def utc(text: str) -> int:
    """UTC epoch milliseconds of an ISO time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Hours of a day on quarters of an hour; the last may go past midnight."""
    marks = sorted(draw(st.sets(st.integers(0, 95), max_size=4)))
    found = [Stretch(first * 15, last * 15) for first, last in zip(marks[::2], marks[1::2], strict=False)]
    if found:
        last = found.pop()
        late = last.closes + draw(st.integers(0, 15)) * 15
        found.append(Stretch(last.opens, min(late, last.opens + 1440)))
    return tuple(found)


CALENDARS = st.builds(
    Calendar, ZONES, st.tuples(*[hours()] * 7), st.dictionaries(st.dates(date(2025, 6, 1), date(2028, 9, 1)), hours())
)


def test_a_time_that_comes_twice_has_two_readings_an_hour_apart() -> None:
    assert instants(datetime.fromisoformat("2026-10-25T02:30"), ZAGREB) == Instants(
        utc("2026-10-25T00:30"), utc("2026-10-25T01:30")
    )


def test_a_time_that_does_not_exist_is_read_by_the_rule_before_and_the_one_after() -> None:
    assert instants(datetime.fromisoformat("2026-03-29T02:30"), ZAGREB) == Instants(
        utc("2026-03-29T00:30"), utc("2026-03-29T01:30")
    )


@given(ZONES, WALLS)
@settings(max_examples=200, deadline=None)
def test_both_readings_of_a_wall_time_show_it_or_it_does_not_exist(zone: ZoneInfo, wall: datetime) -> None:
    found = instants(wall, zone)
    shown = [local(at, zone).replace(tzinfo=None, fold=0) for at in (found.earlier, found.later)]
    cut = wall.replace(microsecond=wall.microsecond // 1000 * 1000)
    assert found.earlier <= found.later
    if found.earlier == found.later:
        assert shown[0] == cut
    elif cut in shown:
        assert shown == [cut, cut]
    else:
        assert shown[0] < cut < shown[1]


@given(CALENDARS, AT)
@settings(max_examples=150, deadline=None)
def test_what_lies_between_an_opening_and_a_closing_is_open(calendar: Calendar, at: int) -> None:
    opening, closing = next_opening(calendar, at), next_closing(calendar, at)
    if is_open(calendar, at):
        free = closed_from(calendar, at)
        assert free is None or (free > at and is_open(calendar, free - 1) and not is_open(calendar, free))
        assert closing is not None or free is None
    else:
        assert closed_from(calendar, at) == at
        until = opening.earlier if opening else at + 400 * DAY
        if opening is not None:
            assert is_open(calendar, opening.earlier)
        for step in range(1, 40):
            assert not is_open(calendar, at + (until - at) * step // 41)
    for edge in (opening, closing):
        assert edge is None or edge.earlier >= at


@given(CALENDARS, AT)
@settings(max_examples=150, deadline=None)
def test_the_next_opening_day_is_a_later_day_with_hours_and_none_between(calendar: Calendar, at: int) -> None:
    found, today = next_opening_day(calendar, at), local(at, calendar.zone).date()
    after = [today + timedelta(days=ahead) for ahead in range(1, HORIZON.days)]
    first = next((day for day in after if hours_on(calendar, day)), None)
    if first is None:
        assert found is None
    else:
        opens = min(stretch.opens for stretch in hours_on(calendar, first))
        wall = datetime.combine(first, datetime.min.time()) + timedelta(minutes=opens)
        assert found == instants(wall, calendar.zone)


def test_a_shop_without_hours_is_always_open_and_never_opens() -> None:
    always = Calendar(ZAGREB)
    assert is_open(always, 0)
    assert (next_opening(always, 0), next_closing(always, 0), next_opening_day(always, 0)) == (None, None, None)
    assert closed_from(always, 0) is None


def test_a_shop_that_is_open_round_the_clock_closes_only_where_a_day_says_so() -> None:
    day_and_night = Calendar(ZAGREB, ((Stretch(0, 1440),),) * 7, {date(2026, 12, 25): CLOSED})
    at = utc("2026-12-01T12:00")
    assert next_closing(day_and_night, at) == Instants(*[utc("2026-12-24T23:00")] * 2)
    assert next_opening(day_and_night, at) == Instants(*[utc("2026-12-25T23:00")] * 2)
    assert closed_from(day_and_night, at) == utc("2026-12-24T23:00")


def test_a_closing_day_moves_opening_and_closing() -> None:
    week = (*[(Stretch(480, 1200),)] * 6, CLOSED)  # 8 to 20, closed on Sundays
    shop = Calendar(ZAGREB, week, {date(2026, 11, 30): CLOSED, date(2026, 12, 1): read_hours("10:00-12:00")})
    saturday = utc("2026-11-28T20:00")  # nine in the evening
    assert not is_open(shop, saturday)
    assert resolve(shop, "opening", saturday) == Instants(*[utc("2026-12-01T09:00")] * 2)
    assert resolve(shop, "closing", saturday) == Instants(*[utc("2026-12-01T11:00")] * 2)
    assert resolve(shop, "opening-day", utc("2026-12-01T09:30")) == Instants(*[utc("2026-12-02T07:00")] * 2)
    assert resolve(shop, "2026-10-25T02:30", saturday) == Instants(utc("2026-10-25T00:30"), utc("2026-10-25T01:30"))


def test_hours_past_midnight_belong_to_the_day_on_which_they_began() -> None:
    bar = Calendar(ZAGREB, (CLOSED,) * 4 + (read_hours("20:00-02:00"),) * 2 + (CLOSED,))
    friday = utc("2026-11-27T23:30")  # half past midnight on Saturday
    assert is_open(bar, friday)
    assert closed_from(bar, friday) == utc("2026-11-28T01:00")
    assert not is_open(bar, utc("2026-11-29T01:00"))


@given(hours())
def test_hours_are_read_as_they_were_written(given: Hours) -> None:
    assert read_hours(write_hours(given)) == given


@pytest.mark.parametrize(
    "text", ["8-20", "08:00", "25:00-26:00", "08:60-09:00", "08:00-12:00, 11:00-13:00", "a-b", "²:00-3:00"]
)
def test_hours_that_make_no_sense_are_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|overlaps|opens"):
        read_hours(text)


@given(st.text(max_size=40))
def test_any_text_is_hours_or_refused(text: str) -> None:
    try:
        found = read_hours(text)
    except ValueError:
        return
    assert read_hours(write_hours(found)) == found
