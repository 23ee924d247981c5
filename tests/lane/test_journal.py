"""What a lane does not forget."""

from contextlib import closing
from pathlib import Path

from drivers.base import MemberRow, PriceRow
from edge.lane.basket import Basket, Coupon, Line, bill
from edge.lane.journal import Journal, Stage
from edge.lane.lease import Lease, ask, granted
from edge.lane.sending import AGAIN_MS, AHEAD, Sending, receipted, reconnected, take
from edge.lane.state import Draft

MILK = PriceRow("03850334043641", 3, "Milk", 129, "EUR", "each")
COUPON = Coupon("C-1", 4, 29, "EUR")


def journal(folder: Path) -> Journal:
    return Journal(folder / "journal.db", lambda: 1_700_000_000_000)


def draft(receipt: str = "r-1") -> Draft:
    basket = Basket((Line(MILK, None, 1, batch="L7"),), coupons=(COUPON,))
    return Draft(receipt, bill(basket, lambda _: (MILK, None), 5), 5, unused=(Coupon("C-2", 1, 5, "CNY"),))


def test_a_sale_its_coupons_and_the_visit_are_one_and_happen_once(tmp_path: Path) -> None:
    with closing(journal(tmp_path)) as kept:
        assert kept.borrowed(COUPON)
        assert kept.borrowed(Coupon("C-2", 1, 5, "CNY"))
        kept.draft(draft())
        assert kept.stage_of("r-1") is Stage.OPEN
        assert kept.pending(0, 10) == []
        assert kept.sell(draft())
        assert not kept.sell(draft())
    with closing(journal(tmp_path)) as kept:
        told = kept.pending(0, 10)
        assert [(one.seq, one.kind) for one in told] == [
            (1, "sale"), (2, "coupon.used"), (3, "coupon.returned"), (4, "lane.visit")
        ]  # fmt: skip
        assert told[0].body["lines"][0]["batch"] == "L7"
        assert told[1].body == {"coupon": "C-1", "lending": 4, "receipt": "r-1", "minor": 29}
        assert kept.held_coupons() == []
        assert kept.drafts(Stage.DUE) == [(draft(), Stage.DUE)]
        kept.drop("r-1")  # a sale is never dropped
        assert kept.stage_of("r-1") is Stage.DUE


def test_a_lending_that_ended_never_begins_again(tmp_path: Path) -> None:
    with closing(journal(tmp_path)) as kept:
        assert kept.borrowed(COUPON)
        assert kept.borrowed(COUPON)  # the same answer twice
        kept.give_back([COUPON])
        kept.give_back([COUPON])
        assert not kept.borrowed(COUPON)
        assert not kept.borrowed(Coupon("C-1", 3, 29, "EUR"))
        assert kept.borrowed(Coupon("C-1", 5, 29, "EUR"))
        assert [one.kind for one in kept.pending(0, 10)] == ["coupon.returned"]


def test_versions_never_go_back_and_no_price_changes_under_a_payment(tmp_path: Path) -> None:
    with closing(journal(tmp_path)) as kept:
        assert kept.apply([MILK], [MemberRow(MILK.item, 2, 119)])
        assert kept.apply([PriceRow(MILK.item, 2, "Milk", 1, "EUR", "each")], [])
        assert kept.price(MILK.item) == (MILK, MemberRow(MILK.item, 2, 119))
        kept.hold_prices(True)
        assert not kept.apply([PriceRow(MILK.item, 9, "Milk", 1, "EUR", "each")], [])
        kept.hold_prices(False)
        assert [one.body for one in kept.pending(0, 10)] == [
            {"rows": [[MILK.item, 3]], "members": [[MILK.item, 2]]}, {"rows": [[MILK.item, 3]]}
        ]  # fmt: skip


def test_numbers_and_the_epoch_survive(tmp_path: Path) -> None:
    with closing(journal(tmp_path)) as kept:
        epoch, numbers = kept.epoch, (kept.next_receipt(), kept.next_session(), kept.next_asked())
        kept.tell("lane.state", {"state": "free"})
        kept.receipted(1)
        assert (kept.seq, kept.oldest, kept.waiting) == (1, 2, 0)
    with closing(journal(tmp_path)) as kept:
        assert kept.epoch == epoch
        assert (kept.next_receipt(), kept.next_session(), kept.next_asked()) == tuple(n + 1 for n in numbers)
        assert (kept.seq, kept.oldest) == (1, 2)


def test_events_go_out_in_order_a_window_at_a_time_and_again_when_nothing_moves() -> None:
    state, due = take(Sending(0, 0), 120, 0)
    assert due == range(1, AHEAD + 1)
    state, due = take(state, 120, AGAIN_MS - 1)
    assert not due
    state = receipted(state, 30, 120, AGAIN_MS - 1)
    state, due = take(state, 120, AGAIN_MS)
    assert due == range(51, 81)
    state, due = take(state, 120, 2 * AGAIN_MS)
    assert due == range(31, 81)
    assert receipted(state, 121, 120, 0) == state
    assert receipted(state, 30, 120, 0) == state
    assert take(reconnected(state, 0), 120, 0)[1] == range(31, 81)


def test_a_lease_counts_from_its_question_and_an_old_answer_is_nothing() -> None:
    lease = ask(ask(Lease(), 1_000), 2_000)
    assert granted(lease, 1, 60_000) == lease
    held = granted(lease, 2, 60_000)
    assert held.holds(61_999)
    assert not held.holds(62_000)
    assert not held.due(21_000)
    assert held.due(22_000)
    assert Lease().due(0)
