"""The till's pure parts: what is sent when, what is understood, what is charged."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.till import Basket, NotForSaleError, Price
from simulators.till.basket import line_total, words
from simulators.till.journal import MemberPrice
from simulators.till.window import REPEAT_MS, WINDOW, Window, connected, due, receipt
from simulators.till.words import NotUnderstoodError, read_prices, read_receipt

ROW = {"item": "03850102314218", "version": 7, "name": "Čaj", "minor": 199, "currency": "EUR", "per": "each"}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 120)),
        st.tuples(st.just("receipt"), st.integers(0, 400)),
        st.tuples(st.just("wait"), st.integers(0, 2 * REPEAT_MS)),
        st.tuples(st.just("connect"), st.just(0)),
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_events_go_out_in_order_never_too_many_and_never_skipped(steps: list[tuple[str, int]]) -> None:
    window, last, now, front = Window(0, 0, 0), 0, 0, 0
    for what, amount in steps:
        match what:
            case "write":
                last += amount
            case "receipt":
                window = receipt(window, amount, last, now)
            case "wait":
                now += amount
            case "connect":
                window = connected(window, now)
        before = window
        window, after, upto = due(window, last, now)
        assert after in (before.sent, before.receipted)
        assert window.receipted == before.receipted <= after <= upto <= last
        assert upto - window.receipted <= max(WINDOW, before.sent - before.receipted)
        assert after <= max(front, window.receipted)
        front = max(front, upto, window.receipted)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 300), st.lists(st.booleans(), max_size=20))
def test_a_gateway_that_answers_at_last_gets_everything(last: int, answers: list[bool]) -> None:
    window, now = Window(0, 0, 0), 0
    for answered in [*answers, *[True] * 20]:
        window, _after, upto = due(window, last, now)
        if answered:
            window = receipt(window, upto, last, now)
        now += REPEAT_MS
    assert window.receipted == last


def test_a_till_that_keeps_selling_repeats_what_got_lost() -> None:
    window, repeated = Window(0, 0, 0), False
    for last, now in enumerate(range(0, REPEAT_MS + 1000, 1000), start=1):  # a new event a second, and no receipt
        window, after, _upto = due(window, last, now)
        repeated = repeated or (now > 0 and after == 0)
    assert repeated


def test_a_receipt_for_what_was_never_written_is_void() -> None:
    assert receipt(Window(3, 5, 0), 9, 8, 1) == Window(3, 5, 0)
    assert receipt(Window(3, 5, 0), 2, 8, 1) == Window(3, 5, 0)
    assert receipt(Window(3, 5, 0), 8, 8, 1) == Window(8, 8, 1)


def test_prices_are_understood_with_unknown_keys() -> None:
    heard = read_prices(json.dumps({"rows": [ROW | {"colour": "red"}], "later": 1}).encode()).rows
    assert heard == (Price("03850102314218", 7, "Čaj", 199, "EUR", "each"),)


@pytest.mark.parametrize(
    "change",
    [
        {"item": "123"},
        {"item": 3850102314218},
        {"version": -1},
        {"minor": 1.5},
        {"minor": True},
        {"per": "pound"},
        {"name": None},
        {"currency": "EURO"},
    ],
)
def test_one_bad_row_refuses_the_whole_message(change: dict[str, object]) -> None:
    with pytest.raises(NotUnderstoodError):
        read_prices(json.dumps({"rows": [ROW, ROW | change]}).encode())


@settings(max_examples=120, deadline=None)
@given(
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5) | st.just(ROW),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["rows", "epoch", "seq"]), inner),
        max_leaves=6,
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_are_understood_or_ignored(payload: bytes) -> None:
    for read in (read_prices, read_receipt):
        with suppress(NotUnderstoodError):
            read(payload)


def table(**minor: int) -> dict[str, Price]:
    return {item: Price(item, 1, item, amount, "EUR", "each") for item, amount in minor.items()}


def test_a_scanned_line_keeps_its_price_unless_it_falls() -> None:
    prices = table(up=100, down=100, gone=100)
    basket = Basket(prices.get)
    for item in prices:
        basket.scan(item)
    prices.update(up=Price("up", 2, "up", 120, "EUR", "each"), down=Price("down", 2, "down", 80, "EUR", "each"))
    del prices["gone"]
    assert [(line.minor, line.version) for line in basket.lines()] == [(100, 1), (80, 2), (100, 1)]


def test_weighed_goods_are_rounded_half_up() -> None:
    assert [line_total(249, grams, "kg") for grams in (385, 1000, 2, 1)] == [96, 249, 0, 0]
    assert line_total(1, 500, "kg") == 1
    assert line_total(249, 3, "each") == 747


def test_what_cannot_be_sold_is_refused() -> None:
    prices = table(tea=100) | {"pho": Price("pho", 1, "pho", 100, "VND", "each")}
    basket = Basket(prices.get)
    with pytest.raises(NotForSaleError, match="empty"):
        _ = basket.currency
    with pytest.raises(NotForSaleError, match="no price"):
        basket.scan("nothing")
    basket.scan("tea")
    with pytest.raises(NotForSaleError, match="VND"):
        basket.scan("pho")
    with pytest.raises(NotForSaleError, match="cannot be sold"):
        basket.scan("tea", 0)
    for _ in range(199):
        basket.scan("tea")
    with pytest.raises(NotForSaleError, match="200 lines"):
        basket.scan("tea")


TEA = "03850102314218"


def test_staff_lower_a_line_by_name_and_never_raise_it() -> None:
    table = {TEA: Price(TEA, 1, "tea", 100, "EUR", "each")}
    basket = Basket(table.get)
    basket.scan(TEA, 2)
    for minor, by, reason in ((100, "ana", "dented"), (130, "ana", "dented"), (80, "", "dented"), (80, "ana", " ")):
        with pytest.raises(NotForSaleError):
            basket.lower(0, minor, by, reason)
    basket.lower(0, 80, "ana", "dented")
    (line,) = basket.lines()
    assert (line.minor, line.version, line.total_minor) == (80, 1, 160)
    assert words(line)["lowered"] == {"by": "ana", "reason": "dented", "from_minor": 100}
    table[TEA] = Price(TEA, 2, "tea", 70, "EUR", "each")  # it fell further before the shopper pays
    (line,) = basket.lines()
    assert (line.minor, line.version, line.lowered) == (70, 2, None)


def test_a_member_pays_the_lower_of_the_two_prices_and_keeps_both_as_scanned() -> None:
    table = {TEA: Price(TEA, 1, "tea", 100, "EUR", "each")}
    members = {TEA: MemberPrice(TEA, 1, 90)}
    basket = Basket(table.get, members.get)
    basket.scan(TEA)
    assert basket.lines()[0].minor == 100  # nobody has said to be a member
    members[TEA] = MemberPrice(TEA, 2, 95)
    basket.member = True
    (line,) = basket.lines()
    assert (line.minor, line.version, line.member) == (90, 1, True)
    table[TEA] = Price(TEA, 3, "tea", 85, "EUR", "each")
    (line,) = basket.lines()
    assert (line.minor, line.version, line.member) == (85, 3, False)
    assert "member" not in words(line)


def test_a_line_says_its_batch_where_the_code_named_one() -> None:
    basket = Basket({TEA: Price(TEA, 1, "tea", 100, "EUR", "each")}.get)
    basket.scan(TEA, 2, "LOT-7")
    basket.scan(TEA)
    named, plain = (words(line) for line in basket.lines())
    assert named["batch"] == "LOT-7"
    assert "batch" not in plain
    with pytest.raises(NotForSaleError, match="20 characters"):
        basket.scan(TEA, 1, "L" * 21)
