"""Judging receipts: an overcharge is stated only when nothing excuses it."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from cloud_sync.contract.events import SaleLine
from edge.proof.facts import Row
from edge.proof.label import label_timeline
from edge.proof.plain import plain_judgement
from edge.proof.receipt import DELIVERY_MS, Verdict, judge, sale_time
from edge.proof.sold import write_line
from edge.proof.till import till_timeline
from edge.proof.words import say_line, say_sum
from tests.proof.rows import ITEM, Book

MINUTE = 60_000


def sale(
    at: int, *, heard: int | None = None, minor: int = 129, version: int = 7, seq: int = 100, quantity: int = 2
) -> Row:
    body = {
        "receipt": "r1",
        "at": at,
        "total": minor * quantity,
        "lines": [[ITEM, version, minor, quantity, minor * quantity]],
    }
    return Row(seq, at + 100 if heard is None else heard, "sale", "till-1", body, "5a" * 32)


def shelf(start: int, cut: int) -> Book:
    """A label that surely shows 129 from `start`, may show 99 from `cut`, and says so 10 s later."""
    return (
        Book().bound(at=start).sent(7, 129, at=start).shown(7, at=start)
        .sent(8, 99, at=cut).shown(8, at=cut + 10_000)
    )  # fmt: skip


def verdict(at: int, *, minor: int = 129, grace: int = 0, heard: int | None = None) -> Verdict:
    line = label_timeline("label-1", shelf(0, 30 * MINUTE).rows)
    row = sale(at, minor=minor, heard=heard)
    return judge(row, sale_time(row), {ITEM: [line]}, {}, grace).verdict


def test_the_three_verdicts() -> None:
    assert verdict(10 * MINUTE) is Verdict.FINE
    assert verdict(30 * MINUTE + 5_000) is Verdict.POSSIBLE  # the cut may have been on the shelf
    assert verdict(40 * MINUTE) is Verdict.OVERCHARGE
    assert verdict(40 * MINUTE, minor=99) is Verdict.FINE
    assert verdict(10 * MINUTE, minor=90) is Verdict.FINE  # less is lawful


def test_a_sale_that_may_have_been_before_the_cut_is_only_possible() -> None:
    """The till was cut off: its clock alone says when, and by the gateway it may have been up to 15 minutes later."""
    assert verdict(25 * MINUTE, heard=40 * MINUTE) is Verdict.POSSIBLE
    assert verdict(41 * MINUTE, heard=60 * MINUTE) is Verdict.OVERCHARGE  # late in any case


def test_grace_counts_what_left_the_shelf_lately() -> None:
    book = Book().bound(at=0).sent(7, 99, at=0).shown(7, at=0).sent(8, 129, at=30 * MINUTE).shown(8, at=31 * MINUTE)
    line = label_timeline("label-1", book.rows)
    for at, grace, expected in (
        (40 * MINUTE, 0, Verdict.FINE),
        (40 * MINUTE, 30 * MINUTE, Verdict.OVERCHARGE),
        (70 * MINUTE, 30 * MINUTE, Verdict.FINE),
    ):
        row = sale(at, minor=129, version=8)
        assert judge(row, sale_time(row), {ITEM: [line]}, {}, grace).verdict is expected


def test_what_nobody_could_read_excuses_and_accuses_nobody() -> None:
    """Covered at minute 10 while it showed 99; within the grace window that still counts, later it does not."""
    book = Book().bound(at=0).sent(7, 99, at=0).shown(7, at=0).add("label.covered", at=10 * MINUTE, by="ana")
    line = label_timeline("label-1", book.rows)
    for at, expected in ((30 * MINUTE, Verdict.OVERCHARGE), (50 * MINUTE, Verdict.FINE)):
        row = sale(at, minor=129, version=8)
        assert judge(row, sale_time(row), {ITEM: [line]}, {}, 30 * MINUTE).verdict is expected


def test_the_judgement_names_labels_rows_and_the_sum() -> None:
    line = label_timeline("label-1", shelf(0, 30 * MINUTE).rows)
    till = till_timeline("till-1", ITEM, Book("till-1").till_sent((ITEM, 7, 129), at=0).applied((ITEM, 7), at=10).rows)
    row = sale(40 * MINUTE)
    judged = judge(row, sale_time(row), {ITEM: [line]}, {(ITEM, False): till}, 0)
    (one,) = judged.lines
    assert (one.over, one.lowest.label if one.lowest else "") == (60, "label-1")
    assert one.till is not None
    assert {(proof.seq, proof.hash) for proof in judged.evidence} >= {(5, f"{5:064x}"), (1, f"{1:064x}")}


def test_a_coupon_stands_beside_the_lines_and_a_wrong_sum_is_an_overcharge() -> None:
    """Two at 1.29 and a coupon of 0.58: 2.00 is right; with 2.10 ten cents are too much."""
    line = label_timeline("label-1", shelf(0, 30 * MINUTE).rows)
    for total, expected in ((200, Verdict.FINE), (210, Verdict.OVERCHARGE)):
        row = sale(10 * MINUTE)
        row = replace(row, body={**row.body, "total": total, "coupons": [["C-1", 58]]})
        judged = judge(row, sale_time(row), {ITEM: [line]}, {}, 0)
        assert (judged.verdict, judged.coupons, judged.due) == (expected, (("C-1", 58),), 200)
        said = say_sum(judged, lambda minor: f"{(minor or 0) / 100:.2f}")
        assert ("overcharge" in said) == (total > 200)
        assert "coupon C-1 took off 0.58" in said
        assert plain_judgement(judged)["coupons"] == [{"coupon": "C-1", "minor": 58}]


def test_labels_without_a_record_excuse_nothing_and_accuse_nobody() -> None:
    blank = label_timeline("label-2", Book("label-2").bound(at=0).rows)
    row = sale(10 * MINUTE)
    (line,) = judge(row, sale_time(row), {ITEM: [blank]}, {}, 0).lines
    assert (line.verdict, line.blank, line.lowest, line.till) == (Verdict.FINE, ("label-2",), None, None)


def test_a_set_of_lower_prices_is_a_proof_too() -> None:
    book = Book().bound(at=0).sent(1, 80, at=0).shown(1, at=0).sent(2, 90, at=MINUTE)
    row = sale(10 * MINUTE)
    (line,) = judge(row, sale_time(row), {ITEM: [label_timeline("label-1", book.rows)]}, {}, 0).lines
    assert line.verdict is Verdict.OVERCHARGE
    assert line.over == (129 - 90) * 2  # at least this much is certain


@pytest.mark.parametrize(
    ("till_clock", "heard", "start", "end"),
    [
        (100_000, 100_400, 100_000 - DELIVERY_MS, 100_400),  # at once
        (100_000, 700_000, 100_000 - DELIVERY_MS, 700_000),  # by this sale alone: any time up to when it was heard of
        (100_000, 40_000, 40_000 - DELIVERY_MS, 40_000),  # the till's clock is a minute ahead
    ],
)
def test_when_a_sale_was(till_clock: int, heard: int, start: int, end: int) -> None:
    found = sale_time(sale(till_clock, heard=heard))
    assert (found.start, found.end) == (start, end)


def test_other_sales_of_the_till_show_that_its_clock_is_right() -> None:
    """Sold while cut off, heard of ten minutes later; but a sale after it came at once."""
    found = sale_time(sale(100_000, heard=700_000), [sale(800_000, heard=800_300, seq=101)])
    assert (found.start, found.end, found.sales) == (98_000, 100_300, 2)


def weighed(minor: int, grams: int, total: int, *, per: str | None = "kg") -> Row:
    line = [ITEM, 7, minor, grams, total, *([{"per": per}] if per else [])]
    body = {"receipt": "r2", "at": 10 * MINUTE, "total": total, "lines": [line]}
    return Row(100, 10 * MINUTE + 100, "sale", "till-1", body, "5a" * 32)


@pytest.mark.parametrize(
    ("minor", "total", "verdict", "over"),
    [
        (249, 96, Verdict.FINE, 0),  # 95.865, rounded once
        (249, 97, Verdict.OVERCHARGE, 1),  # rounded up twice
        (299, 115, Verdict.OVERCHARGE, 19),  # more per kg than the label shows: 115 instead of 96
        (199, 77, Verdict.FINE, 0),
        (199, 96, Verdict.OVERCHARGE, 19),  # rung up by another price than the line says
    ],
)
def test_weighed_goods_are_judged_by_unit_price_and_rounded_once(
    minor: int, total: int, verdict: Verdict, over: int
) -> None:
    label = label_timeline("label-1", Book().bound(at=0).sent(7, 249, at=0).shown(7, at=0).rows)
    row = weighed(minor, 385, total)
    (line,) = judge(row, sale_time(row), {ITEM: [label]}, {}, 0).lines
    assert (line.verdict, line.over) == (verdict, over)


def test_a_till_that_does_not_say_what_it_sold_by_is_judged_by_the_version_of_the_price() -> None:
    row = weighed(249, 385, 96, per=None)
    (line,) = judge(row, sale_time(row), {}, {}, 0, lambda _item, version: "kg" if version == 7 else "each").lines
    assert (line.per, line.right, line.verdict) == ("kg", 96, Verdict.FINE)


def of_member(minor: int, version: int = 8) -> Row:
    body = {
        "receipt": "r3",
        "at": 10 * MINUTE,
        "total": minor,
        "lines": [[ITEM, version, minor, 1, minor, {"member": True}]],
    }
    return Row(100, 10 * MINUTE + 100, "sale", "till-1", body, "5a" * 32)


@pytest.mark.parametrize(
    ("minor", "verdict", "over"), [(99, Verdict.FINE, 0), (119, Verdict.OVERCHARGE, 20), (90, Verdict.FINE, 0)]
)
def test_a_members_price_is_judged_by_what_labels_promise_members(minor: int, verdict: Verdict, over: int) -> None:
    book = Book().bound(at=0).sent(8, 129, member=99, at=0).shown(8, at=0)
    given = Book("till-1").add("till.sent", members=[[ITEM, 8, 99]], at=5).rows
    label = label_timeline("label-1", book.rows)
    till = till_timeline("till-1", ITEM, given, member=True)
    row = of_member(minor)
    (line,) = judge(row, sale_time(row), {ITEM: [label]}, {(ITEM, True): till}, 0).lines
    assert (line.verdict, line.over, line.member) == (verdict, over, True)
    assert line.till is not None
    assert line.till.minor == 99
    plain = sale(10 * MINUTE, minor=129, version=8)
    assert judge(plain, sale_time(plain), {ITEM: [label]}, {}, 0).verdict is Verdict.FINE  # others pay the other price


def test_where_a_label_promises_members_nothing_they_pay_what_it_says_to_all() -> None:
    label = label_timeline("label-1", Book().bound(at=0).sent(7, 129, at=0).shown(7, at=0).rows)
    row = of_member(139)
    assert judge(row, sale_time(row), {ITEM: [label]}, {}, 0).verdict is Verdict.OVERCHARGE


@pytest.mark.parametrize(
    ("charged", "verdict", "over"), [(99, Verdict.FINE, 0), (129, Verdict.FINE, 0), (149, Verdict.OVERCHARGE, 20)]
)
def test_a_price_that_staff_changed_is_fine_when_it_is_less(charged: int, verdict: Verdict, over: int) -> None:
    label = label_timeline("label-1", Book().bound(at=0).sent(7, 129, at=0).shown(7, at=0).rows)
    lowered = {"by": "ana", "reason": "dented", "from_minor": 129}
    line_row = write_line(
        SaleLine.model_validate(
            {"item": ITEM, "version": 7, "minor": charged, "quantity": 1, "total_minor": charged, "lowered": lowered}
        )
    )
    body = {"receipt": "r4", "at": 10 * MINUTE, "total": charged, "lines": [line_row]}
    row = Row(100, 10 * MINUTE + 100, "sale", "till-1", body, "5a" * 32)
    judged = judge(row, sale_time(row), {ITEM: [label]}, {}, 0)
    (line,) = judged.lines
    assert (line.verdict, line.over) == (verdict, over)
    assert "changed by ana from 129: dented" in say_line(line, str, ZoneInfo("UTC"), 0)


def test_raising_by_hand_is_an_overcharge_even_where_no_label_is_on_record() -> None:
    line_row = [ITEM, 7, 149, 1, 149, {"lowered": {"by": "ana", "reason": "why not", "from_minor": 129}}]
    body = {"receipt": "r5", "at": 10 * MINUTE, "total": 149, "lines": [line_row]}
    row = Row(100, 10 * MINUTE + 100, "sale", "till-1", body, "5a" * 32)
    judged = judge(row, sale_time(row), {}, {}, 0)
    assert (judged.verdict, judged.lines[0].over) == (Verdict.OVERCHARGE, 20)
