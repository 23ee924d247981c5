"""Promotions at head office: what they end with, and how a regular price that changes meanwhile is ordered."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cloud_sync.contract.change import ChangeRow
from cloud_sync.hq.office import HqError
from cloud_sync.hq.outcomes import pushed_rows
from cloud_sync.hq.push import difference, push, push_on
from cloud_sync.hq.terms import Terms
from cloud_sync.hq.times import parse_instant
from tests.hq.conftest import HeadOffice
from tests.hq.gateway import Gateway
from tests.hq.test_prices import row

HOUR = 3_600_000


def next_wall_time_that_comes_twice(now: int) -> str:
    """Half past two in the night in which summer time ends, within a year."""
    zone = ZoneInfo("Europe/Zagreb")
    today = datetime.fromtimestamp(now / 1000, zone).replace(hour=2, minute=30, second=0, microsecond=0)
    nights = (today + timedelta(days=days) for days in range(1, 365))
    return next(f"{one:%Y-%m-%dT%H:%M:%S}" for one in nights if one.timestamp() < one.replace(fold=1).timestamp())


def test_a_promotion_carries_its_end_under_the_next_number(head_office: HeadOffice, gateway: Gateway) -> None:
    office = head_office.office
    push(office, gateway.store, [row(1, 200).model_copy(update={"was_minor": 300})], "anna")
    until = office.now() + HOUR
    assert push_on(office, gateway.store, [row(1, 150)], "anna", Terms(until=until)).sequences == (2,)
    assert push(office, gateway.store, [row(2)], "anna").sequences == (4,)  # 3 is the end
    change = gateway.changes(after=1)[0]
    assert (change.until, change.last_version) == (until, 3)
    assert change.afterwards == (row(1, 200),)  # without the reduction, which would not be true any more
    assert gateway.page().head == 4
    found, _ = pushed_rows(office, gateway.store)
    assert [(one.sequence, one.minor, one.before_minor, one.effective_at == until) for one in found][1:3] == [
        (3, 200, 150, True), (2, 150, None, False),
    ]  # fmt: skip


def test_a_regular_price_lands_at_the_end_of_a_running_promotion(head_office: HeadOffice, gateway: Gateway) -> None:
    office = head_office.office
    push(office, gateway.store, [row(1, 200), row(2, 200)], "anna")
    until = office.now() + HOUR
    push_on(office, gateway.store, [row(1, 150)], "anna", Terms(until=until))
    done = push(office, gateway.store, [row(1, 210), row(2, 210)], "anna")
    assert (done.sequences, done.deferred) == ((4, 5), 1)
    now, later = gateway.changes(after=3)
    assert [one.item for one in now.rows] == [row(2).item]
    assert (later.rows, later.effective_at, later.until) == ((row(1, 210),), until, None)
    assert push(office, gateway.store, [row(1, 210)], "anna").unchanged == 1


def test_a_price_for_the_shops_own_clock_begins_after_the_promotion_and_after_either_reading(
    head_office: HeadOffice, gateway: Gateway
) -> None:
    office = head_office.office
    push(office, gateway.store, [row(1, 200)], "anna")
    wall = next_wall_time_that_comes_twice(office.now())
    first = parse_instant(wall, "Europe/Zagreb")
    push_on(office, gateway.store, [row(1, 150)], "anna", Terms(until=first + HOUR // 2))
    push_on(office, gateway.store, [row(1, 210)], "anna", Terms(first, wall))
    (later,) = gateway.changes(after=3)
    assert (later.effective_at, later.begins) == (first + HOUR, None)
    with pytest.raises(HqError, match="on promotion"):
        push_on(office, gateway.store, [row(1, 220)], "anna", Terms(begins="opening"))


def test_a_coming_promotion_is_pushed_again_behind_a_new_regular_price(
    head_office: HeadOffice, gateway: Gateway
) -> None:
    office = head_office.office
    push(office, gateway.store, [row(1, 200)], "anna")
    start, until = office.now() + HOUR, office.now() + 2 * HOUR
    push_on(office, gateway.store, [row(1, 150)], "anna", Terms(start, until=until))
    push(office, gateway.store, [row(1, 210)], "anna")
    plain, again = gateway.changes(after=3)
    assert (plain.sequence, plain.rows, plain.until) == (4, (row(1, 210),), None)
    assert (again.sequence, again.rows, again.effective_at, again.until) == (5, (row(1, 150),), start, until)
    assert again.afterwards == (row(1, 210),)


def test_a_promotion_is_pushed_once_and_can_be_ended(head_office: HeadOffice, gateway: Gateway) -> None:
    office = head_office.office
    push(office, gateway.store, [row(1, 200)], "anna")
    terms = Terms(until=office.now() + HOUR)
    push_on(office, gateway.store, [row(1, 150)], "anna", terms)
    assert difference(office, gateway.store, [row(1, 150)], terms.until) == []
    done = push_on(office, gateway.store, [row(1, 190)], "anna", Terms(end_promotions=True))
    assert (done.sequences, done.deferred) == ((4,), 0)
    assert push(office, gateway.store, [row(1, 195)], "anna").deferred == 0


def test_a_promotion_that_the_store_refused_defers_nothing(head_office: HeadOffice, gateway: Gateway) -> None:
    office = head_office.office
    push(office, gateway.store, [row(1, 200)], "anna")
    push_on(office, gateway.store, [row(1, 150)], "anna", Terms(until=office.now() + HOUR))
    word = {"item": "*", "outcome": "refused", "why": "expired"}
    gateway.committed([gateway.event("price.outcome", {"sequence": 2, "outcome_of_all": word}, "price")])
    found, _ = pushed_rows(office, gateway.store, status="refused")
    assert [one.sequence for one in found] == [3, 2]  # the end with it
    assert push(office, gateway.store, [row(1, 210)], "anna").deferred == 0


@pytest.mark.parametrize(("begins", "ends", "why"), [(0, HOUR, "regular price first"), (2 * HOUR, HOUR, "end after")])
def test_a_promotion_that_cannot_end_is_not_pushed(
    head_office: HeadOffice, gateway: Gateway, begins: int, ends: int, why: str
) -> None:
    now = head_office.office.now()
    stranger: ChangeRow = row(9)
    with pytest.raises(HqError, match=why):
        push_on(head_office.office, gateway.store, [stranger], "anna", Terms(now + begins, until=now + ends))
    assert gateway.page().head == 0


def test_a_batch_is_one_change_with_its_deadline(head_office: HeadOffice, gateway: Gateway) -> None:
    office = head_office.office
    deadline = office.now() + HOUR
    push_on(office, gateway.store, [row(1, 200), row(2, 200)], "anna", Terms(deadline=deadline))
    (change,) = gateway.changes()
    assert (change.deadline, len(change.rows)) == (deadline, 2)


@pytest.mark.parametrize(
    ("rows", "deadline", "why"), [(201, HOUR, "at most 200"), (2, 0, "after the time"), (1, HOUR, "on promotion")]
)
def test_what_cannot_begin_as_one_is_no_batch(
    head_office: HeadOffice, gateway: Gateway, rows: int, deadline: int, why: str
) -> None:
    office = head_office.office
    push(office, gateway.store, [row(1, 200)], "anna")
    push_on(office, gateway.store, [row(1, 150)], "anna", Terms(until=office.now() + HOUR))
    wanted = [row(number + (rows != 1), 300) for number in range(1, rows + 1)]
    with pytest.raises(HqError, match=why):
        push_on(office, gateway.store, wanted, "anna", Terms(deadline=office.now() + deadline))
    assert gateway.page().head == 2
