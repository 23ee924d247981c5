"""A day has every hour once, and people only while the shop is open."""

from hypothesis import given
from hypothesis import strategies as st

from tests.soak.day import CLOSES_H, DAY_S, FPS, HOUR_S, OPENS_H, Day, Film

PEOPLE, NOBODY = Film((b"one", b"two"), 3), Film((b"dark",), 0)


@given(st.integers(0, 23), st.integers(0, DAY_S * FPS - 1))
def test_people_are_shown_while_the_shop_is_open(begins_h: int, number: int) -> None:
    day = Day(PEOPLE, NOBODY, begins_h * HOUR_S)
    hour = (begins_h + number / FPS / HOUR_S) % 24
    assert (day[number] in PEOPLE.pictures) == (OPENS_H <= hour < CLOSES_H)
    assert day[number : number + 2][0] == day[number]


@given(st.integers(0, 23))
def test_the_crossings_of_a_day_are_those_of_its_open_hours(begins_h: int) -> None:
    day = Day(PEOPLE, NOBODY, begins_h * HOUR_S)
    assert day.crossings(DAY_S) == 3 * 60 * (CLOSES_H - OPENS_H)
    assert Day(PEOPLE, PEOPLE, begins_h * HOUR_S).crossings(600) == 30
