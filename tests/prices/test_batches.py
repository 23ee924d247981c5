"""Batches: all of a change begins, or none of it; and what comes after the beginning is each item's own."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.contract.change import ChangeRow
from cloud_sync.contract.reasons import read
from edge.prices.batches import Abort, Row, Start, Wait, decide
from edge.store import Transaction
from tests.desk import A, B, Desk

MINUTE = 60_000


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A till, and a label for each of two items that cost 100."""
    desk = Desk()
    desk.device("till-1", "till")
    for label, item in (("label-1", A), ("label-2", B)):
        desk.device(label, "label")
        desk.bind(label, item)
    desk.push({A: 100, B: 100})
    desk.applied("till-1", (A, 1), (B, 1))
    desk.shown("label-1", A, 1)
    desk.shown("label-2", B, 1)
    desk.outcomes()
    yield desk
    desk.close()


def batch(desk: Desk, prices: dict[str, int], minutes: int = 10, ahead: int = 0) -> int:
    version = desk.push(prices, deadline=desk.now + minutes * MINUTE, effective_at=desk.now + ahead)
    desk.tick()
    return version


def state(desk: Desk, device: str, to: str) -> None:
    desk.do(lambda tx: _state(tx, device, to))


def _state(tx: Transaction, device: str, to: str) -> None:
    tx.sql.execute("UPDATE device SET state = ? WHERE id = ?", (to, device))


def phases(desk: Desk, version: int) -> tuple[str, str]:
    return desk.phase(A, version)[0], desk.phase(B, version)[0]


def test_a_batch_that_can_begin_begins_with_all_of_its_rows(desk: Desk) -> None:
    version = batch(desk, {A: 120, B: 80})
    assert phases(desk, version) == ("active", "active")
    assert desk.allowed("label-1") == [(A, version, 120)]
    assert desk.allowed("till-1") == [(B, version, 80)]


def test_it_waits_for_its_time(desk: Desk) -> None:
    version = batch(desk, {A: 120, B: 80}, ahead=MINUTE)
    assert phases(desk, version) == ("waiting", "waiting")
    desk.tick(MINUTE)
    assert phases(desk, version) == ("active", "active")


def test_one_row_that_is_refused_refuses_all_and_is_named(desk: Desk) -> None:
    version = batch(desk, {A: 120, B: 0})
    assert phases(desk, version) == ("refused", "refused")
    told = {item: why for _, item, _, why in desk.outcomes()}
    assert told[B] == "floor and ceiling: 0 is outside 1 to 1000000"
    assert told[A] == f"batch: given up as a whole because of {B}: {told[B]}"


def test_one_row_that_nobody_approves_in_time_takes_the_others_with_it(desk: Desk) -> None:
    version = batch(desk, {A: 120, B: 300})
    assert phases(desk, version) == ("waiting", "held")
    assert desk.phase(A, version)[1].startswith(f"batch: nothing of it begins yet because of {B}: jump limit")
    desk.tick(10 * MINUTE)
    assert phases(desk, version) == ("refused", "refused")
    assert desk.allowed("label-1") == desk.allowed("label-2") == desk.allowed("till-1") == []
    assert {(item, outcome) for _, item, outcome, _ in desk.outcomes()[-2:]} == {(A, "refused"), (B, "refused")}
    ((why,),) = desk.sql.execute("SELECT body FROM ledger WHERE kind = 'batch.aborted'").fetchall()
    assert B in why


def test_it_begins_when_the_last_row_is_approved(desk: Desk) -> None:
    version = batch(desk, {A: 120, B: 300})
    assert desk.do(lambda tx: desk.engine.approve(tx, B, version, "mara"))
    assert phases(desk, version) == ("waiting", "waiting")
    desk.tick(1)
    assert phases(desk, version) == ("active", "active")


def test_a_row_that_a_person_refuses_ends_it(desk: Desk) -> None:
    version = batch(desk, {A: 120, B: 300})
    assert desk.do(lambda tx: desk.engine.reject(tx, B, version, "mara"))
    desk.tick()
    assert desk.phase(A, version) == ("refused", f"batch: given up as a whole because of {B}: refused by mara")


@pytest.mark.parametrize(("device", "prices"), [("label-1", {A: 120, B: 80}), ("till-1", {A: 120, B: 80})])
def test_a_device_that_is_missed_keeps_it_from_beginning(desk: Desk, device: str, prices: dict[str, int]) -> None:
    """The label of the raise, the till of the cut."""
    state(desk, device, "lost")
    version = batch(desk, prices)
    assert phases(desk, version) == ("waiting", "waiting")
    assert f"waiting for {device}" in desk.outcomes()[-1][3]
    state(desk, device, "ready")
    desk.tick()
    assert phases(desk, version) == ("active", "active")


def test_a_label_whose_price_falls_need_not_be_there(desk: Desk) -> None:
    state(desk, "label-2", "lost")
    assert phases(desk, batch(desk, {A: 120, B: 80})) == ("active", "active")


def test_a_label_that_owes_an_answer_is_missing(desk: Desk) -> None:
    desk.push({A: 110})
    version = batch(desk, {A: 120, B: 80})
    assert desk.phase(B, version)[1] == f"batch: nothing of it begins yet because of {A}: waiting for label-1"
    desk.shown("label-1", A, 2)
    desk.applied("till-1", (A, 2))
    desk.tick()
    assert phases(desk, version) == ("active", "active")


def test_a_newer_price_for_one_item_ends_it(desk: Desk) -> None:
    version = batch(desk, {A: 120, B: 80}, ahead=MINUTE)
    newer = desk.push({A: 90})
    desk.tick()
    assert phases(desk, version) == ("refused", "refused")
    assert desk.phase(B, version)[1].endswith(f"because of {A}: superseded by {newer}")


def test_once_begun_a_label_that_dies_holds_back_its_own_raise_only(desk: Desk) -> None:
    version = batch(desk, {A: 120, B: 120})
    state(desk, "label-1", "lost")
    desk.shown("label-2", B, version)
    assert desk.allowed("till-1") == [(B, version, 120)]
    desk.tick(20 * MINUTE)
    assert phases(desk, version) == ("active", "active")  # nothing is taken back: that would be a raise, too


def test_the_promotions_of_a_batch_that_is_given_up_have_no_end(desk: Desk) -> None:
    rows = [ChangeRow(item=item, name="thing", minor=minor, currency="EUR") for item, minor in ((A, 80), (B, 5))]
    back = [row.model_copy(update={"minor": 100}) for row in rows]
    version = desk.push(
        rows, deadline=desk.now + MINUTE, until=desk.now + 5 * MINUTE, afterwards=[one.model_dump() for one in back]
    )
    desk.tick(MINUTE)
    assert phases(desk, version) == phases(desk, version + 1) == ("refused", "refused")


def test_a_batch_that_comes_too_late_is_not_begun(desk: Desk) -> None:
    entry = desk.change({A: 120}, deadline=desk.now + MINUTE)
    desk.now += MINUTE
    desk.take(entry)
    assert desk.outcomes()[-1][2:] == ("refused", "batch: its deadline passed before it could begin")


rows = st.lists(
    st.builds(Row, st.sampled_from((A, B)), st.sampled_from(("", "", "gone")), st.sampled_from(("", "", "held"))),
    max_size=5,
)


@given(rows, st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_it_begins_only_in_time_and_complete(rows: list[Row], starts: int, deadline: int, now: int) -> None:
    match decide(rows, starts, deadline, now):
        case Start():
            assert starts <= now < deadline
            assert not any(row.gone or row.waits for row in rows)
        case Wait():
            assert now < deadline
            assert not any(row.gone for row in rows)
        case Abort() as given_up:
            assert now >= deadline or any(row.gone for row in rows)
            reason = read(given_up.words)
            assert reason is not None
            assert reason.code in ("batch-given-up", "batch-late")
