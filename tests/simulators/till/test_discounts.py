"""What the simulated till makes of discount rules; it shares no code with the lane, and both read one page."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.contract.money import discounted
from simulators.till import Basket, Discount, Price, Rule, Till, TillConfig
from simulators.till.basket import words
from simulators.till.discounts import RuleSet, cheaper
from simulators.till.journal import MemberPrice
from simulators.till.words import NotUnderstoodError, read_discounts

TEA = Price("03850102314218", 7, "Čaj", 199, "EUR", "each")
APPLES = Price("00400000000015", 3, "Apples", 249, "EUR", "kg")
GOLD, SILVER = Rule("gold-10", "Gold", "G", 900), Rule("silver-5", "Silver", "S", 950)


def basket(*rules: Rule, member: int = 0, now: int = 0) -> Basket:
    prices = {row.item: row for row in (TEA, APPLES)}
    members = {TEA.item: MemberPrice(TEA.item, 2, member)} if member else {}
    return Basket(prices.get, members.get, lambda: list(rules), lambda: now)


@given(st.integers(0, 10**9), st.integers(1, 999))
def test_two_readings_of_the_page_come_to_the_same_price(minor: int, permille: int) -> None:
    assert cheaper(minor, Rule("r", "R", "R", permille)) == discounted(minor, permille)


def test_a_line_says_the_rule_and_what_all_others_pay() -> None:
    shopping = basket(GOLD, SILVER)
    shopping.scan(TEA.item, 2)
    shopping.scan(APPLES.item, 385)
    shopping.show_code("G-4711")
    tea, apples = shopping.lines()
    assert (tea.minor, tea.version, tea.total_minor, tea.member) == (179, 7, 358, False)
    assert words(tea)["discount"] == {"rule": "gold-10", "from_minor": 199}
    assert (apples.minor, apples.total_minor) == (224, 86)  # 224.1 a kilogram, then 86.24
    assert "4711" not in repr(shopping)


def test_the_lowest_of_all_prices_is_paid_and_none_is_taken_off_another() -> None:
    for member, minor, rule in ((150, 150, None), (179, 179, None), (180, 179, Discount("gold-10", 199))):
        shopping = basket(GOLD, member=member)
        shopping.scan(TEA.item)
        shopping.show_code("G1")
        assert (shopping.lines()[0].minor, shopping.lines()[0].discount) == (minor, rule)
    shopping = basket(GOLD)
    shopping.scan(TEA.item)
    shopping.show_code("G1")
    shopping.lower(0, 100, "ana", "dented")
    (line,) = shopping.lines()
    assert (line.minor, line.discount, line.lowered is not None) == (100, None, True)


def test_rules_count_within_their_times_and_the_strongest_of_them() -> None:
    late = Rule("gold-50", "Gold", "GX", 500, begins=100, ends=200)
    for code, now, minor in (("GX1", 99, 179), ("GX1", 100, 100), ("GX1", 200, 179), ("G1", 150, 179), ("B1", 1, 199)):
        shopping = basket(GOLD, late, now=now)
        shopping.scan(TEA.item)
        shopping.show_code(code)
        assert shopping.lines()[0].minor == minor
    shopping = basket(GOLD, late, now=199)
    shopping.scan(TEA.item)
    shopping.show_code("GX1")
    assert [line.minor for line in shopping.lines(200)] == [100]  # a rule that ends meanwhile takes nothing back


def test_a_set_replaces_the_one_before_and_survives_a_power_cut(tmp_path: Path) -> None:
    till = Till(TillConfig("0204", "till-1", "127.0.0.1", 1, "x", tmp_path / "journal"), clock=lambda: 5)
    try:
        for said in (RuleSet(4, (GOLD,)), RuleSet(3, (SILVER,)), RuleSet(4, ())):
            till._take_rules(said)
        till.kill()
        assert till.discounts() == [GOLD]
        till._take_rules(RuleSet(5, ()))
        assert till.discounts() == []
        told = [event.body for event in till._journal.pending(0, 9)]
        assert told == [{"version": 4}, {"version": 4}, {"version": 4}, {"version": 5}]
    finally:
        till.stop()


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": []}, {"version": 1}, {"version": 1, "rules": [{}] * 21}, {"version": 1, "rules": [1]},
        {"version": 1, "rules": [{"id": "a", "name": "A", "codes": "A", "permille": 1000}]},
        {"version": 1, "rules": [{"id": "a", "name": "A", "codes": "", "permille": 900}]},
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_read_is_dropped_whole(wrong: object) -> None:
    with pytest.raises(NotUnderstoodError):
        read_discounts(json.dumps(wrong).encode())
