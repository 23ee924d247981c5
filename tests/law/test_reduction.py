"""Announced reductions: what is refused, what is not, and which relaxations change that."""

from dataclasses import replace

import pytest

from cloud_sync.contract.change import ChangeRow
from edge.law.lows import DAY, Paid, Record, Span
from edge.law.reduction import Objection, judge_reduction
from edge.law.settings import Action, Reductions, chinese, european
from tests.desk import A

NOW = 1000 * DAY
EU, CN = european(), chinese()


def promotion(minor: int = 900, was: int | None = 1200, name: str = "Kava 250 g") -> ChangeRow:
    return ChangeRow(item=A, name=name, minor=minor, currency="EUR", was_minor=was)


def days_ago(days: float) -> int:
    return NOW - round(days * DAY)


def span(version: int, minor: int, began: float, ended: float | None = None, was: int | None = None) -> Span:
    """Times in days before now."""
    return Span(version, minor, days_ago(began), None if ended is None else days_ago(ended), was)


def judged(row: ChangeRow, rule: Reductions, *spans: Span, paid: tuple[Paid, ...] = ()) -> str:
    """The refusal, or "" when nothing stands against the row."""
    found = judge_reduction(row, Record(spans, paid), NOW, rule)
    assert found is None or found.action is Action.REFUSE
    return "" if found is None else found.why


REGULAR = span(1, 1200, 100)


def test_a_was_that_is_the_low_passes_and_one_cent_above_is_refused() -> None:
    assert judged(promotion(was=1200), EU, REGULAR) == ""
    assert judged(promotion(was=1100), EU, REGULAR) == ""
    why = judged(promotion(was=1201), EU, REGULAR)
    assert why == "was price: 1201 is above 1200, the lowest price of the last 30 days"


def test_a_lower_price_counts_for_thirty_days_and_no_longer() -> None:
    before = span(1, 800, 200, 29)
    assert "above 800, the lowest price of the last 30 days" in judged(promotion(), EU, before, span(2, 1200, 29))
    assert judged(promotion(), EU, span(1, 800, 200, 30), span(2, 1200, 30)) == ""


def test_a_single_day_of_a_cut_inside_the_window_is_the_low() -> None:
    """A promotion lies inside the regular price, and a label that lags behind makes them overlap."""
    assert "above 800" in judged(promotion(), EU, REGULAR, span(2, 800, 12, 11, was=1200), span(3, 1200, 11.5))


def test_a_price_that_was_only_received_is_no_price() -> None:
    assert judged(promotion(), EU, REGULAR) == judged(promotion(), EU, REGULAR, span(2, 1300, 1)) == ""


def test_nothing_on_record_is_as_the_shop_sets_it() -> None:
    assert judged(promotion(), EU) == ""
    held = judge_reduction(promotion(), Record(), NOW, replace(EU, unrecorded=Action.HOLD))
    assert held == Objection(
        Action.HOLD, "was price: 1200 cannot be checked, no earlier price of this item is on record here"
    )
    assert "cannot be checked" in judged(promotion(), replace(EU, unrecorded=Action.REFUSE))


def test_after_a_gap_the_last_price_counts() -> None:
    assert judged(promotion(was=1200), EU, span(1, 1200, 300, 200)) == ""
    assert "above 1200, the last price before" in judged(promotion(was=1300), EU, span(1, 1200, 300, 200))


def test_a_reduction_that_goes_on_is_not_judged_by_itself() -> None:
    running = span(2, 900, 20, was=1200)
    assert judged(promotion(name="Kava mljevena 250 g"), EU, span(1, 1200, 100, 20), running) == ""
    ended = span(2, 900, 20, 10, was=1200)
    assert "above 900" in judged(promotion(), EU, span(1, 1200, 100, 20), ended, span(3, 1200, 10))
    assert "above 900, the lowest" in judged(
        promotion(), EU, span(1, 1200, 100, 20), ended
    )  # gone from the shelf since
    earlier = (span(1, 1200, 100, 60), span(2, 1000, 60, 33), span(3, 1200, 33, 5), span(4, 900, 5, was=1200))
    assert "above 1000" in judged(promotion(), EU, *earlier)  # its window ends where it began


def test_a_deeper_cut_is_a_new_reduction_unless_the_shop_may_count_it_as_one() -> None:
    steps = (span(1, 1200, 100, 20), span(2, 1000, 20, 10, was=1200), span(3, 900, 10, was=1200))
    assert "above 900" in judged(promotion(minor=700), EU, *steps)
    progressive = replace(EU, progressive=True)
    assert judged(promotion(minor=700), progressive, *steps) == ""
    assert "above 900" in judged(promotion(minor=1000), progressive, *steps)  # a raise is no deeper cut
    broken = (
        span(1, 1200, 100, 20),
        span(2, 1000, 20, 12, was=1200),
        span(3, 1200, 12, 10),
        span(4, 900, 10, was=1200),
    )
    assert "above 1000" in judged(promotion(minor=700), progressive, *broken)


def test_perishables_and_new_goods_are_relaxed_only_where_set() -> None:
    low = (span(1, 1000, 20, 10), span(2, 1200, 10))
    assert "above 1000" in judged(promotion(), EU, *low)
    assert judged(promotion(), replace(EU, perishables=(A[:5],)), *low) == ""
    assert "above 1000" in judged(promotion(), replace(EU, perishables=("9",)), *low)
    assert judged(promotion(), replace(EU, new_goods_days=7), *low) == ""
    old = (span(1, 1000, 90, 10), span(2, 1200, 10))
    assert "above 1000" in judged(promotion(), replace(EU, new_goods_days=7), *old)


def test_china_counts_what_was_paid_in_seven_days() -> None:
    sold = (Paid(1, 1200, days_ago(20)), Paid(2, 1000, days_ago(8)), Paid(3, 1100, days_ago(6.9)))
    spans = (span(1, 1200, 50, 10), span(2, 1000, 10, 8), span(3, 1100, 8))
    assert judged(promotion(was=1100), CN, *spans, paid=sold) == ""
    why = judged(promotion(was=1101), CN, *spans, paid=sold)
    assert why == "was price: 1101 is above 1100, the lowest price paid here in the last 7 days"
    assert judged(promotion(was=1000), CN, *spans, paid=sold[:2]) == ""
    assert "above 1000, the last price before" in judged(promotion(was=1100), CN, *spans, paid=sold[:2])


def test_no_raise_before_a_cut_in_china() -> None:
    """Nobody bought at the lower price, so what was paid tells nothing; the marked price does (Art. 17)."""
    spans, sold = (span(1, 1000, 50, 3), span(2, 1200, 3)), (Paid(2, 1200, days_ago(1)),)
    why = judged(promotion(was=1200), CN, *spans, paid=sold)
    assert why == "raise before cut: 1200 came in force by a raise from 1000 less than 7 days ago"
    assert judged(promotion(was=1000), CN, *spans, paid=sold) == ""
    assert judged(promotion(was=1200), CN, span(1, 1000, 50, 8), span(2, 1200, 8), paid=sold) == ""
    assert judged(promotion(was=1200), replace(CN, raise_days=0), *spans, paid=sold) == ""
    assert judged(promotion(minor=900, was=None), CN, *spans, paid=sold) == ""  # a plain cut announces nothing


@pytest.mark.parametrize(
    ("name", "minor", "why"),
    [
        ("Kava −30 %", 840, ""),
        ("Kava -30%", 841, "percentage: 30 % is announced, but 30 % off 1200 would be 840, not 841"),
        ("Kava 30 % popusta", 900, "percentage"),
        ("Kava sniženo 25%", 900, ""),
        ("Coffee save up to 40 %", 900, "percentage"),
        ("咖啡 7折", 840, ""),
        ("咖啡 7折", 850, "percentage"),
        ("咖啡 85折", 1020, ""),
        ("咖啡 8.5折", 1021, "percentage"),
        ("咖啡 立减30%", 900, "percentage"),
        ("Sir 10-20% m.m.", 1199, ""),  # a range
        ("Sir 1,50 % popust", 1199, ""),  # not 50
        ("Sok 100% naranča, 2,8-3,2% m.m., 50 % manje šećera", 900, ""),
    ],
)
def test_percentages_count_from_the_was(name: str, minor: int, why: str) -> None:
    assert judged(promotion(minor, name=name), EU, REGULAR).startswith(why)
    assert bool(judged(promotion(minor, name=name), EU, REGULAR)) == bool(why)


def test_a_percentage_needs_the_price_it_is_taken_off_from() -> None:
    assert judged(promotion(840, was=None, name="Kava -30%"), EU, REGULAR).startswith(
        "percentage: 30 % is announced without"
    )
    assert judged(promotion(840, was=None, name="Kava"), EU, REGULAR) == ""
