"""A price for members: a second book of the same item, under the same two rules."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_sync.contract.change import ChangeRow
from edge.dispatch.wanted import till_rows
from edge.prices.leases import Leases, caught_up
from edge.prices.restored import go_on_from_backup
from tests.desk import A, Desk


def row(minor: int, member: int | None = None) -> ChangeRow:
    return ChangeRow(item=A, name="thing", minor=minor, currency="EUR", member_minor=member)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Two tills and a label; the item costs 140, and members nothing else."""
    desk = Desk()
    for till in ("till-1", "till-2"):
        desk.device(till, "till")
    desk.device("label-1", "label")
    desk.bind("label-1", A)
    desk.push([row(140)])
    for till in ("till-1", "till-2"):
        desk.applied(till, (A, 1))
    desk.shown("label-1", A, 1)
    assert desk.phase(A, 1)[0] == "landed"
    yield desk
    desk.close()


def for_members(desk: Desk, till: str) -> list[tuple[str, int, int]]:
    return desk.sql.execute(
        "SELECT item, version, minor FROM member WHERE device = ? AND confirmed = 0 ORDER BY version", (till,)
    ).fetchall()


def took(desk: Desk, till: str, version: int) -> None:
    """The till took what members pay."""
    desk.do(lambda tx: desk.engine.till_applied(tx, till, (), [(A, version)]))


def test_a_label_promises_members_nothing_before_every_till_knows_it(desk: Desk) -> None:
    version = desk.push([row(140, 100)])
    assert for_members(desk, "till-1") == for_members(desk, "till-2") == [(A, version, 100)]
    took(desk, "till-1", version)
    assert desk.allowed("label-1") == []
    took(desk, "till-2", version)
    assert desk.allowed("label-1") == [(A, version, 140)]
    desk.shown("label-1", A, version)
    for till in ("till-1", "till-2"):
        desk.applied(till, (A, version))
    assert desk.phase(A, version)[0] == "landed"


def test_a_cut_for_all_with_a_raise_for_members_passes(desk: Desk) -> None:
    """Neither device may have all of it first: each till takes the two prices apart."""
    land(desk, [row(200, 100)])
    version = desk.push([row(150, 120)])
    assert desk.allowed("till-1") == [(A, version, 150)]
    assert for_members(desk, "till-1") == []
    for till in ("till-1", "till-2"):
        desk.applied(till, (A, version))
    assert desk.allowed("label-1") == [(A, version, 150)]
    desk.shown("label-1", A, version)
    assert for_members(desk, "till-1") == [(A, version, 120)]


def test_no_till_is_raised_above_what_members_were_promised_before_it_knows_that(desk: Desk) -> None:
    version = desk.push([row(200, 150)])
    desk.shown("label-1", A, version)  # both are above 140, so the label went first
    assert desk.allowed("till-1") == []
    assert for_members(desk, "till-1") == [(A, version, 150)]
    took(desk, "till-1", version)
    assert desk.allowed("till-1") == [(A, version, 200)]


def test_a_till_with_an_empty_table_takes_the_price_for_members_first(desk: Desk) -> None:
    version = land(desk, [row(200, 150)])
    desk.do(lambda tx: desk.engine.till_forgot(tx, "till-1", 9))
    assert [type(one).__name__ for one in till_rows(desk.sql, "till-1")] == ["MemberRow"]
    took(desk, "till-1", version)
    assert [(type(one).__name__, one.version) for one in till_rows(desk.sql, "till-1")] == [("PriceRow", version)]


def test_the_end_of_a_price_for_members_is_a_raise(desk: Desk) -> None:
    land(desk, [row(140, 100)])
    version = desk.push([row(140)])
    assert for_members(desk, "till-1") == []
    desk.shown("label-1", A, version)
    assert for_members(desk, "till-1") == [(A, version, 140)]


def test_a_till_that_stopped_is_not_caught_up_while_labels_promise_members_less(desk: Desk) -> None:
    leases = Leases()
    desk.do(lambda tx: leases.ask(tx, desk.engine, "till-2", 0))
    desk.do(lambda tx: leases.sweep(tx, desk.engine, 10**6))
    version = desk.push([row(140, 100)])
    took(desk, "till-1", version)
    assert desk.allowed("label-1") == [(A, version, 140)]
    assert not desk.do(lambda tx: caught_up(tx, "till-2"))
    took(desk, "till-2", version)
    assert desk.do(lambda tx: caught_up(tx, "till-2"))


def test_nothing_for_members_is_left_of_a_till_that_is_taken_out(desk: Desk) -> None:
    land(desk, [row(140, 100)])
    desk.sql.execute("INSERT OR REPLACE INTO meta VALUES ('epoch', '7')")
    desk.do(lambda tx: go_on_from_backup(tx, desk.engine, 5))
    assert desk.sql.execute("SELECT COUNT(*) FROM member").fetchone() == (0,)


@pytest.mark.parametrize(
    ("member", "why"),
    [(150, "member price: 150 is above 140"), (0, "floor and ceiling: 0"), (3, "jump limit: from 140 to 3 is a cut")],
)
def test_what_members_may_not_be_asked(desk: Desk, member: int, why: str) -> None:
    version = desk.push([row(140, member)])
    assert desk.phase(A, version)[1].startswith(why)


def land(desk: Desk, rows: list[ChangeRow]) -> int:
    """Push, and let every device take what it is allowed until it has landed."""
    version = desk.push(rows)
    for _ in range(4):
        for till in ("till-1", "till-2"):
            for item, allowed, _ in desk.allowed(till):
                desk.applied(till, (item, allowed))
            for _, allowed, _ in for_members(desk, till):
                took(desk, till, allowed)
        for item, allowed, _ in desk.allowed("label-1")[-1:]:
            desk.shown("label-1", item, allowed)
    assert desk.phase(A, version)[0] == "landed"
    return version


prices = st.integers(50, 90).flatmap(lambda minor: st.tuples(st.just(minor), st.none() | st.integers(40, minor)))


@settings(max_examples=40, deadline=None)
@given(st.lists(prices, min_size=1, max_size=6))
def test_whatever_is_pushed_in_turn_lands(pushed: list[tuple[int, int | None]]) -> None:
    desk = Desk()
    for till in ("till-1", "till-2"):
        desk.device(till, "till")
    desk.device("label-1", "label")
    desk.bind("label-1", A)
    before = None
    for one in pushed:
        if one != before:
            land(desk, [row(*one)])
        before = one
    desk.close()
