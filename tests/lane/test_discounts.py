"""Discounts of member tiers at a lane: what is charged, what the receipt says, and that nobody is known by it."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.contract.events import Sale
from drivers.base import DiscountRow, Discounts, MemberRow, PriceRow
from drivers.mqtt.payloads import write_discounts
from edge.lane.basket import Basket, Line, Lowering, bill, lower
from edge.lane.discounts import best, fitting, joined
from edge.lane.drafts import read_draft, sale_body, write_draft
from edge.lane.journal import Journal
from edge.lane.state import Deed, Draft
from edge.lane.words import NotUnderstood, read_discounts
from simulators.till import Basket as OtherBasket
from simulators.till import Price, Rule
from simulators.till.journal import MemberPrice
from tests.lane.kit import APPLES, DEVICE, MILK, Rig, rig
from tests.lane.test_basket import EACH, table

GOLD, SILVER = DiscountRow("gold-10", "Gold", "G", 900), DiscountRow("silver-5", "Silver", "S", 950)
PERS = st.sampled_from(["each", "kg"])
RULES = st.lists(st.builds(DiscountRow, st.sampled_from("ab"), st.just("x"), st.just("G"), st.integers(1, 999),
                           st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)), max_size=3)  # fmt: skip


@given(st.integers(0, 60), st.none() | st.integers(0, 60), st.none() | st.integers(0, 60),
       st.integers(1, 9999), PERS, RULES, st.integers(0, 9), st.integers(0, 9))  # fmt: skip
def test_the_lowest_is_paid_and_lane_and_simulated_till_agree(
    minor: int, member: int | None, lowered: int | None, quantity: int, per: str, rules: list[DiscountRow],
    shown: int, later: int,
) -> None:  # fmt: skip
    at, fit = shown + later, fitting(rules, "G1", shown)
    price = PriceRow(MILK, 3, "Milk", minor, "EUR", per)
    row = None if member is None else MemberRow(MILK, 2, member)
    staff = None if lowered is None else Lowering(lowered, "Ana", "dented")
    basket = Basket((Line(price, row, quantity, lowered=staff),), member=True, discounts=fit)
    due = bill(basket, table(price), at)
    (line,) = due.lines
    rule = best(fit, at)
    offers = [minor, *(one for one in (member, lowered) if one is not None)]
    offers += [(minor * rule.permille + 500) // 1000] if rule else []
    assert line.minor == min(offers)
    assert sum((line.member, bool(line.discount))) < 2
    assert not (line.discount and line.lowered)
    body = sale_body(Draft("r", due, at))
    told = Sale.model_validate(body).lines[0]
    assert (told.discount is not None) == bool(line.discount)
    assert told.discount is None or (told.discount.from_minor, told.version) == (minor, 3)
    assert read_draft(json.loads(json.dumps(write_draft(Draft("r", due, at))))).bill == due

    other = OtherBasket(
        lambda _: Price(MILK, 3, "Milk", minor, "EUR", per),
        lambda _: None if member is None else MemberPrice(MILK, 2, member),
        lambda: [Rule(one.id, one.name, one.codes, one.permille, one.begins, one.ends) for one in rules],
        clock=lambda: shown,
    )
    other.scan(MILK, quantity)
    other.show_code("G1")
    if lowered is not None and other.may_set(lowered, minor):
        other._lowered[0] = lowered, "Ana", "dented"
    (same,) = other.lines(at)
    assert (same.minor, same.total_minor) == (line.minor, line.total)
    assert (same.discount is None) == (not line.discount)


def test_what_is_not_cheaper_by_the_rule_says_none() -> None:
    for minor, member, rule in ((129, 116, ""), (129, 117, "gold-10"), (4, None, "")):  # 3.6 is 4 again
        price, row = PriceRow(MILK, 3, "Milk", minor, "EUR", "each"), member and MemberRow(MILK, 2, member)
        basket = Basket((Line(price, row or None, 1),), member=True, discounts=(GOLD,))
        (line,) = bill(basket, table(price), 1).lines
        assert line.discount.get("rule", "") == rule


def test_what_a_code_fits_and_a_second_card_takes_nothing_away() -> None:
    other = DiscountRow("gold-50", "Gold", "GX", 500, begins=10, ends=20)
    assert fitting((GOLD, SILVER, other), "GX-1", 19) == (GOLD, other)
    assert fitting((GOLD, SILVER, other), "GX-1", 20) == (GOLD,)
    assert fitting((GOLD, SILVER, other), "4711", 1) == ()
    assert joined((GOLD,), (SILVER, GOLD)) == (SILVER, GOLD)
    assert [best((GOLD, other), at) for at in (9, 10, 20)] == [GOLD, other, other]  # what was shown is kept
    assert best((), 5) is None


def test_staff_lowers_below_what_the_member_would_pay_or_not_at_all() -> None:
    basket = Basket((Line(EACH, None, 1),), member=True, discounts=(GOLD,))  # 129 less ten per cent is 116
    assert lower(basket, 0, Lowering(116, "Ana", "dented"), table(EACH), 1) is None
    lowered = lower(basket, 0, Lowering(115, "Ana", "dented"), table(EACH), 1)
    assert lowered is not None
    (line,) = bill(lowered, table(EACH), 1).lines
    assert (line.minor, line.discount, line.lowered["from_minor"]) == (115, {}, 129)


def test_the_journal_keeps_the_newest_set_and_says_which_it_holds(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "lane.db", lambda: 5)
    for said in (Discounts(4, (GOLD, SILVER)), Discounts(3, ()), Discounts(4, (SILVER,))):
        journal.apply_discounts(said)
    journal.close()
    journal = Journal(tmp_path / "lane.db", lambda: 5)
    assert journal.discounts() == (GOLD, SILVER)
    journal.apply_discounts(Discounts(9, ()))
    assert journal.discounts() == ()
    assert [entry.body["version"] for entry in journal.pending(0, 9)] == [4, 4, 4, 9]
    journal.close()


@pytest.mark.parametrize(
    "wrong",
    [{}, {"version": 0, "rules": []}, {"version": 1, "rules": [{}]}, {"version": 1, "rules": [{}] * 21},
     {"version": 1, "rules": [{"id": "a", "name": "A", "codes": "A", "permille": 1000}]},
     {"version": 1, "rules": [{"id": "a", "name": "A", "codes": code, "permille": 900} for code in "AB"]}],
)  # fmt: skip
def test_a_message_that_cannot_be_read_is_dropped_whole(wrong: object) -> None:
    with pytest.raises(NotUnderstood):
        read_discounts(json.dumps(wrong).encode())


async def ruled(shop: Rig, version: int, *rules: DiscountRow, epoch: int | None = None) -> None:
    await shop.shop.driver.send_discounts(DEVICE, Discounts(version, rules), epoch)


async def test_a_gold_member_s_receipt_says_the_rule_and_nothing_of_the_member(tmp_path: Path) -> None:
    async with rig(tmp_path) as shop, shop.open() as lane:
        shop.shop.driver._publish(DEVICE, "discounts", write_discounts(Discounts(9, ()), 1))  # of another journal
        await ruled(shop, 3, GOLD, SILVER)
        await shop.until("the rules", lambda: shop.journal.discounts() == (GOLD, SILVER))
        await shop.until("the answer", lambda: shop.office.bodies("discounts.applied") == [{"version": 3}])
        shop.scan("MEMBER-G4711", "C0")
        await shop.until("a member", lambda: lane.state.basket.discounts == (GOLD,))
        await shop.buy(MILK[1:])
        shown = lane.look()
        assert (shown["tier"], shown["lines"][0]["minor"]) == ("Gold", 116)
        assert shown["lines"][0]["discount"] == {"rule": "gold-10", "name": "Gold", "permille": 900, "from_minor": 129}
        await ruled(shop, 4)  # rules that come meanwhile are for the next basket
        await shop.until("no rules", lambda: shop.journal.discounts() == ())
        await shop.pay()
        await shop.until("the sale arrives", lambda: shop.office.of("lane.visit"))
        (line,) = Sale.model_validate(shop.office.bodies("sale")[0]).lines
        assert (line.minor, line.total_minor, line.version, line.member) == (116, 116, 1, False)
        assert line.discount is not None
        assert (line.discount.rule, line.discount.from_minor) == ("gold-10", 129)
        assert "Gold -10 % (gold-10)" in shop.printer.receipts[0].text
        assert "4711" not in str([message.body for message in shop.office.kept])
        assert b"4711" not in b"".join(part.read_bytes() for part in tmp_path.glob("lane.db*"))
        await shop.buy(MILK[1:])
        await shop.staff(Deed.LOWER, place=0, minor=100, reason="dented")
        await shop.until("lowered", lambda: lane.look()["lines"][0]["minor"] == 100)


async def test_weighed_goods_are_rounded_by_the_kilogram_and_then_once(tmp_path: Path) -> None:
    price = PriceRow(APPLES, 1, "Apples", 249, "EUR", "kg")
    (line,) = bill(Basket((Line(price, None, 385),), discounts=(GOLD,)), table(price), 1).lines
    assert (line.minor, line.total) == (224, 86)
