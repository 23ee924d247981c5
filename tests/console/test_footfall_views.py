"""Periods of the shop's calendar, figures by quarters, zones beside their sales: sums are exact."""

from datetime import date

from edge.store import Transaction
from edge.views.footfall_steps import read_steps
from edge.views.footfall_zones import Sold, list_departments, list_lanes, read_sold, zone_days
from edge.views.period import Period
from tests.console.conftest import MILK, NOW, OIL, SALT
from tests.console.floor import DAY, HOUR, MINUTE, Floor

ZAGREB = "Europe/Zagreb"
MIDNIGHT = NOW - 12 * HOUR - 40 * MINUTE
"""Of the shop's own Monday, 2 November 2026."""


def test_a_week_is_seven_whole_days_and_meets_the_weekdays_before() -> None:
    week = Period(7)
    assert week.spans(NOW, ZAGREB) == [(MIDNIGHT - 6 * DAY, MIDNIGHT + DAY)]
    assert week.dates(NOW, ZAGREB) == (date(2026, 10, 27), date(2026, 11, 2))
    assert Period(1).before.dates(NOW, ZAGREB) == (date(2026, 10, 26), date(2026, 10, 26))
    assert Period(28).before == Period(28, 28)


def test_the_time_before_is_compared_up_to_the_same_hour() -> None:
    ((start, end),) = Period(1).so_far(NOW, ZAGREB)
    assert (start, end) == (MIDNIGHT, NOW)
    ((start, end),) = Period(1).before.so_far(NOW, ZAGREB)
    assert (start, end) == (MIDNIGHT - 7 * DAY, NOW - 7 * DAY)


def test_one_hour_of_each_day_also_when_the_clocks_change() -> None:
    """On 25 October 2026 there are two hours from 2 to 3 in Zagreb, and in all 25."""
    spans = Period(7, 2, 17).spans(NOW, ZAGREB)
    assert len(spans) == 7
    assert all(end - start == HOUR for start, end in spans)
    assert {(start - MIDNIGHT) % DAY for start, _ in spans} == {17 * HOUR}
    ((start, end),) = Period(1, 8).spans(NOW, ZAGREB)
    assert end - start == 25 * HOUR


def test_hours_of_today_that_have_not_come_are_left_out() -> None:
    assert len(Period(7, 0, 20).spans(NOW, ZAGREB)) == 7
    assert len(Period(7, 0, 20).so_far(NOW, ZAGREB)) == 6


def test_quarters_add_up_to_what_was_counted(shop: Floor) -> None:
    def work(tx: Transaction) -> None:
        for minute, came, left in ((0, 3, 0), (14, 2, 1), (15, 1, 0), (50, 0, 4)):
            tx.sql.execute(
                "INSERT INTO visit (camera, line, minute, entered, departed) VALUES ('door', 'in', ?, ?, ?)",
                (MIDNIGHT + 9 * HOUR + minute * MINUTE, came, left),
            )
        tx.sql.execute("INSERT INTO passing VALUES ('door', 'street', ?, 12)", (MIDNIGHT + 9 * HOUR + 3 * MINUTE,))

    shop.do(work)
    with shop.store.reading() as db:
        steps = read_steps(db, [(MIDNIGHT, MIDNIGHT + DAY)], ZAGREB)
    assert len(steps) == 96
    assert sum(one.entered for one in steps) == 6
    assert [one.entered for one in steps[36:40]] == [5, 1, 0, 0]
    assert [one.inside for one in steps[35:41]] == [0, 4, 5, 5, 5, 1]
    assert steps[36].passed == 12


def test_the_inside_curve_begins_each_day_with_nobody(shop: Floor) -> None:
    shop.do(
        lambda tx: tx.sql.execute(
            "INSERT INTO visit (camera, line, minute, entered, departed) VALUES ('door', 'in', ?, 5, 0)",
            (MIDNIGHT - HOUR,),
        )
    )
    with shop.store.reading() as db:
        steps = read_steps(db, [(MIDNIGHT - DAY, MIDNIGHT + DAY)], ZAGREB)
    assert [one.inside for one in steps[91:97]] == [0, 5, 5, 5, 5, 0]


def test_a_zones_sales_are_those_of_the_goods_that_hang_there(shop: Floor) -> None:
    def sell(tx: Transaction) -> None:
        for number, (item, total, at) in enumerate(
            ((MILK, 258, NOW), (OIL, 1149, NOW - HOUR), (SALT, 99, NOW), (MILK, 129, NOW - 2 * DAY), ("0" * 14, 5, NOW))
        ):
            lines = f'{{"lines":[["{item}",1,{total},1,{total}]]}}'
            sale = ("till-1", 1, number, f"R-{number}", at, "EUR", total, lines)
            tx.sql.execute("INSERT INTO sale VALUES (?, ?, ?, ?, ?, ?, ?, ?)", sale)

    shop.do(sell)
    with shop.store.reading() as db:
        assert list_departments(db) == ["Aisle 2", "Dairy 1", "Dairy 2"]
        assert list_lanes(db) == ["till-1", "till-2"]
        sold = read_sold(db, [(NOW - DAY, NOW + 1)])
    assert sold == {"Dairy 1": Sold(1, 258), "Dairy 2": Sold(1, 258), "Aisle 2": Sold(2, 1248)}


def test_zones_over_several_spans_are_added_up(shop: Floor) -> None:
    def work(tx: Transaction) -> None:
        for day, visits, longest in ((0, 3, 9_000), (1, 4, 7_000)):
            tx.sql.execute(
                "INSERT INTO zone_minute VALUES ('door', 'Dairy', ?, 1, 60000, 'browse', ?, ?, ?, ?, ?, 2)",
                (MIDNIGHT - day * DAY + 9 * HOUR, visits, visits * 6_000, visits, visits * 6_000, longest),
            )

    shop.do(work)
    hour = 9 * HOUR
    spans = [(MIDNIGHT - day * DAY + hour, MIDNIGHT - day * DAY + hour + HOUR) for day in (1, 0)]
    with shop.store.reading() as db:
        (one,) = zone_days(db, spans)
    assert (one.visits, one.dwell_ms, one.longest_ms, one.average_ms) == (7, 42_000, 9_000, 6_000.0)
