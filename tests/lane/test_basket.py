"""What is paid for a basket, and what is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.contract.events import Sale
from cloud_sync.contract.money import line_total
from drivers.base import MemberRow, PriceRow
from edge.lane.basket import (
    Basket,
    Coupon,
    Line,
    Lowering,
    Refusal,
    bill,
    line_for,
    lower,
    objection,
    paid,
    weighed,
)
from edge.lane.codes import Goods
from edge.lane.drafts import read_draft, sale_body, write_draft
from edge.lane.events import (
    Authorise,
    KeepSale,
    PayPressed,
)
from edge.lane.machine import step
from edge.lane.state import (
    Draft,
    Lane,
    Phase,
    Rules,
    Step,
)

MILK, APPLES = "03850334043641", "00400001234558"
EACH = PriceRow(MILK, 3, "Milk", 129, "EUR", "each")
WEIGHED = PriceRow(APPLES, 5, "Apples", 249, "EUR", "kg")
NOW = "2026-11-22T10:00"


def table(*rows: PriceRow | MemberRow):  # type: ignore[no-untyped-def]
    def look(item: str) -> tuple[PriceRow | None, MemberRow | None]:
        price = next((row for row in rows if isinstance(row, PriceRow) and row.item == item), None)
        return price, next((row for row in rows if isinstance(row, MemberRow) and row.item == item), None)

    return look


def test_a_line_keeps_its_price_unless_it_falls() -> None:
    line = Line(EACH, None, 1)
    assert paid(line, False, table(replace(EACH, minor=99, version=4))).minor == 99
    assert paid(line, False, table(replace(EACH, minor=199, version=4))).minor == 129
    assert paid(line, False, table()).minor == 129
    assert paid(line, False, table(replace(EACH, minor=9, version=4, per="kg"))).minor == 129


def test_a_member_pays_the_lower_of_the_two() -> None:
    line = Line(EACH, MemberRow(MILK, 2, 119), 2)
    assert paid(line, False, table(EACH)).total == 258
    as_member = paid(line, True, table(EACH))
    assert (as_member.minor, as_member.version, as_member.member) == (119, 2, True)
    fallen = paid(line, True, table(replace(EACH, minor=99, version=9), MemberRow(MILK, 2, 119)))
    assert (fallen.minor, fallen.version, fallen.member) == (99, 9, False)
    later = paid(Line(EACH, None, 1), True, table(EACH, MemberRow(MILK, 7, 100)))
    assert (later.minor, later.version) == (100, 7)


@given(
    minor=st.integers(1, 5000), grams=st.integers(1, 20_000), printed=st.integers(0, 50_000), off=st.integers(0, 60_000)
)
def test_no_more_than_shelf_and_packet_say_and_the_contract_reads_it(
    minor: int, grams: int, printed: int, off: int
) -> None:
    price = replace(WEIGHED, minor=minor)
    line = weighed(Goods(APPLES, minor=printed), price, None, grams)
    coupons = (Coupon("C-1", 1, off, "EUR"),) if off else ()
    due = bill(Basket((line,), coupons=coupons), table(price), 1)
    assert due.lines[0].total <= min(printed, line_total(minor, grams, "kg"))
    assert due.lines[0].total == line_total(due.lines[0].minor, grams, "kg")
    if printed < line_total(minor, grams, "kg"):  # as much as the packet says, but for what a unit price can express
        assert line_total(due.lines[0].minor + 1, grams, "kg") > printed
    assert due.total >= 0
    body = sale_body(Draft("r", replace(due, off=()), 1))
    assert Sale.model_validate(body).lines[0].minor == due.lines[0].minor


def test_refused_goods() -> None:
    assert line_for(Goods(MILK, expires="2026-11-21"), EACH, None, NOW) is Refusal.EXPIRED
    assert line_for(Goods(MILK), None, None, NOW) is Refusal.NO_PRICE
    assert line_for(Goods(APPLES), WEIGHED, None, NOW) is None  # to be weighed
    assert line_for(Goods(APPLES), replace(WEIGHED, per="l"), None, NOW) is Refusal.NO_QUANTITY
    above = Line(EACH, None, 1, printed=131)
    assert objection(Basket(), above) is Refusal.ABOVE_SHELF
    assert objection(Basket(), replace(above, printed=130)) is None  # somebody else's rounding
    yuan = Line(replace(EACH, currency="CNY"), None, 1)
    assert objection(Basket((above,)), yuan) is Refusal.CURRENCY
    assert objection(Basket((yuan,) * 200), yuan) is Refusal.FULL


def test_a_packet_in_another_currency_is_charged_by_our_own_price() -> None:
    line = line_for(Goods(MILK, minor=1, currency="156"), EACH, None, NOW)
    assert isinstance(line, Line)
    assert line.printed is None
    ours = line_for(Goods(MILK, minor=100, currency="978"), EACH, None, NOW)
    assert isinstance(ours, Line)
    assert paid(ours, False, table(EACH)).total == 100


@pytest.mark.parametrize(
    ("minor", "by", "reason"), [(129, "Ana", "dented"), (-1, "Ana", "x"), (9, "", "x"), (9, "A", "")]
)
def test_staff_lowers_only_by_name_and_with_a_reason(minor: int, by: str, reason: str) -> None:
    assert lower(Basket((Line(EACH, None, 1),)), 0, Lowering(minor, by, reason), table(EACH), 1) is None


def test_a_lowered_price_gives_way_to_a_lower_one() -> None:
    basket = lower(Basket((Line(EACH, None, 1),)), 0, Lowering(99, "Ana", "dented"), table(EACH), 1)
    assert basket is not None
    line = bill(basket, table(EACH), 1).lines[0]
    assert (line.minor, line.version, line.lowered["from_minor"]) == (99, 3, 129)
    fallen = bill(basket, table(replace(EACH, minor=50, version=4)), 1).lines[0]
    assert (fallen.minor, fallen.lowered) == (50, {})


def test_coupons_take_off_what_they_can_and_unused_ones_go_back() -> None:
    coupons = (
        Coupon("C-1", 1, 100, "EUR", MILK), Coupon("C-2", 1, 500, "EUR"), Coupon("C-3", 1, 5, "EUR"),
        Coupon("C-4", 1, 5, "CNY"),
    )  # fmt: skip
    lane = Lane(Phase.SCANNING, Basket((Line(EACH, None, 1), Line(WEIGHED, None, 1000)), coupons=coupons),
                closed=frozenset(), steps=frozenset({Step.SCAN}))  # fmt: skip
    lane, (action,) = step(lane, PayPressed("r-1", 5), 10, table(EACH, WEIGHED), Rules())
    assert isinstance(action, KeepSale)  # nothing is left to pay: no terminal
    draft = action.draft
    assert [(one.coupon.coupon, one.minor) for one in draft.bill.off] == [("C-1", 100), ("C-2", 278)]
    assert [one.coupon for one in draft.unused] == ["C-3", "C-4"]
    assert read_draft(write_draft(draft)) == draft
    assert sale_body(draft)["coupons"] == [
        {"coupon": "C-1", "minor": 100, "item": MILK}, {"coupon": "C-2", "minor": 278}
    ]  # fmt: skip
    assert sale_body(draft)["total_minor"] == 0


def test_what_is_paid_is_what_stood_when_the_shopper_chose_to() -> None:
    lane = Lane(Phase.SCANNING, Basket((Line(EACH, None, 1),)), closed=frozenset())
    fallen = table(replace(EACH, minor=100, version=4))
    lane, (action,) = step(lane, PayPressed("r-1", 5), 10, fallen, Rules())
    assert isinstance(action, Authorise)
    assert action.draft.bill.total == 100
    assert lane.draft == action.draft
