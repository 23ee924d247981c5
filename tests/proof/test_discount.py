"""A receipt's discounts: they follow from a rule that the shop had, or the answer says how they do not."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cloud_sync.contract.events import Discount, SaleLine
from cloud_sync.contract.goods import DiscountRule, SetDiscounts
from drivers.base import Message
from edge.intake import Intake
from edge.prices.discounts import take_in
from edge.proof.asking import judged
from edge.proof.discount import BASKET_MS, Fit
from edge.proof.facts import Row
from edge.proof.label import label_timeline
from edge.proof.plain import plain_judgement
from edge.proof.receipt import Line, Verdict, judge, sale_time
from edge.proof.sold import read_line, write_line
from edge.proof.till import till_timeline
from edge.proof.words import say_line
from tests.desk import A, Desk
from tests.proof.rows import ITEM, Book

NOW = 600_000
GOLD = {"id": "gold-10", "name": "Gold", "permille": 900}


def rules(seq: int, *of: dict[str, Any]) -> Row:
    return Row(seq, seq, "discounts.set", "gateway", {"version": seq, "rules": list(of)}, f"{seq:064x}")


def line(charged: int, *sets: Row, member: int | None = None, start: int = 199) -> Line:
    """One piece at `charged` by gold-10, where every label says 199 and the till was given 199."""
    sold = SaleLine(
        item=ITEM, version=7, minor=charged, quantity=1, total_minor=charged,
        discount=Discount(rule="gold-10", from_minor=max(start, charged)),
    )  # fmt: skip
    body = {"receipt": "r", "at": NOW, "total": charged, "lines": [write_line(sold)]}
    row = Row(100, NOW + 100, "sale", "till-1", body, "5a" * 32)
    more: dict[str, Any] = {} if member is None else {"member": member}
    label = label_timeline("label-1", Book().bound(at=0).sent(7, 199, at=0, **more).shown(7, at=0).rows)
    till = till_timeline("till-1", ITEM, Book("till-1").till_sent((ITEM, 7, 199), at=0).applied((ITEM, 7), at=5).rows)
    (found,) = judge(row, sale_time(row), {ITEM: [label]}, {(ITEM, False): till}, 0, rules=sets).lines
    return found


def said(found: Line) -> str:
    return say_line(found, lambda minor: f"{(minor or 0) / 100:.2f}", ZoneInfo("UTC"), NOW)


def test_a_line_comes_back_from_the_ledger_with_its_rule() -> None:
    sold = SaleLine(
        item=A, version=1, minor=179, quantity=2, total_minor=358, discount=Discount(rule="g", from_minor=199)
    )
    assert read_line(write_line(sold), lambda *_: "each").discount == sold.discount


@pytest.mark.parametrize(
    ("charged", "sets", "fit", "words"),
    [
        (179, [rules(1, GOLD)], Fit.FITS, "−10 % of 1.99 by gold-10 (Gold), row 1"),
        (179, [rules(1, GOLD), rules(2)], Fit.FITS, "row 1"),  # the basket was begun before the set that ended it
        (179, [rules(1, GOLD), rules(2, GOLD | {"permille": 500})], Fit.FITS, "row 1"),
        (189, [rules(1, GOLD)], Fit.OTHER_PRICE, "that is 1.79, not 1.89"),
        (179, [rules(1, GOLD | {"begins": NOW + 1})], Fit.NOT_IN_FORCE, "not in force by the till's clock"),
        (179, [rules(1, GOLD | {"ends": NOW - BASKET_MS})], Fit.NOT_IN_FORCE, "not in force by the till's clock"),
        (179, [rules(1, GOLD | {"begins": NOW, "ends": NOW - BASKET_MS + 1})], Fit.FITS, "−10 %"),
        (179, [rules(1, GOLD | {"id": "silver-5"})], Fit.UNKNOWN, "a rule that is not on record"),
    ],
)
def test_a_discount_is_never_an_overcharge_and_what_is_odd_is_said(
    charged: int, sets: list[Row], fit: Fit, words: str
) -> None:
    found = line(charged, *sets)
    assert found.verdict is Verdict.FINE
    assert found.discount is not None
    assert found.discount.fit is fit
    assert words in said(found)
    assert "nobody's name" not in said(found)


def test_what_all_others_paid_is_compared_with_what_the_till_was_given() -> None:
    assert "all others paid 1.99" in said(line(225, rules(1, GOLD), start=250))
    assert "all others" not in said(line(179, rules(1, GOLD)))


def test_whoever_has_a_discount_is_a_member_and_pays_no_more_than_labels_promise_members() -> None:
    assert line(179, rules(1, GOLD), member=150).verdict is Verdict.OVERCHARGE
    assert line(149, rules(1, GOLD), member=150).verdict is Verdict.FINE


def test_the_ledger_of_a_shop_answers_for_a_receipt_after_the_rules_are_over() -> None:
    desk = Desk()
    desk.device("till-1", "till")
    gold = DiscountRule(codes="G", **GOLD)  # type: ignore[arg-type]
    for version, kept in ((3, (gold,)), (4, ()), (2, (gold,))):
        desk.do(lambda tx, version=version, kept=kept: take_in(tx, SetDiscounts(rules=kept), version, "ana"))  # type: ignore[misc]
    assert desk.sql.execute("SELECT version, rules FROM discounts").fetchall() == [(4, "[]")]
    body = {
        "receipt": "r-1", "currency": "EUR", "total_minor": 179,
        "lines": [{"item": A, "version": 1, "minor": 179, "quantity": 1, "total_minor": 179, "per": "each",
                   "discount": {"rule": "gold-10", "from_minor": 199}}],
    }  # fmt: skip
    message = Message("till-1", 5, 1, desk.now, "sale", body, lambda: None)
    desk.do(lambda tx: Intake(desk.engine)(tx, [message]))
    (found,) = judged(desk.sql, "r-1")
    (one,) = plain_judgement(found)["lines"]
    assert one["discount"]["fit"] == "fits"
    assert (one["discount"]["rule_makes"], one["discount"]["from_minor"], one["verdict"]) == (179, 199, "fine")
