"""A till that lost the gateway: while its lease lives, cuts wait for it; after that it is the till that waits."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.prices.leases import Leases
from simulators.till import lease as till_side
from tests.desk import A, Desk

LENGTH = 60_000


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A label and two tills that agree on 100; till-2 asks for leases."""
    desk = Desk()
    for till in ("till-1", "till-2"):
        desk.device(till, "till")
    desk.device("label-1", "label")
    desk.bind("label-1", A)
    desk.push({A: 100})
    for till in ("till-1", "till-2"):
        desk.applied(till, (A, 1))
    desk.shown("label-1", A, 1)
    yield desk
    desk.close()


def ask(desk: Desk, leases: Leases, till: str, at: int) -> bool:
    return desk.do(lambda tx: leases.ask(tx, desk.engine, till, at))


def sweep(desk: Desk, leases: Leases, at: int) -> list[str]:
    return desk.do(lambda tx: leases.sweep(tx, desk.engine, at))


def test_while_the_lease_lives_a_cut_waits_and_then_the_till_does(desk: Desk) -> None:
    leases = Leases(LENGTH)
    assert ask(desk, leases, "till-2", 0)
    desk.push({A: 80})
    desk.applied("till-1", (A, 2))
    assert sweep(desk, leases, LENGTH) == []  # the till's own clock may be slower by one per cent
    assert desk.allowed("label-1") == []
    assert sweep(desk, leases, LENGTH + LENGTH // 100 + 1) == ["till-2"]
    assert desk.allowed("label-1") == [(A, 2, 80)]
    desk.shown("label-1", A, 2)
    assert desk.phase(A, 2)[0] == "landed"  # by every till that may sell


def test_a_till_whose_lease_ended_gets_a_new_one_when_it_has_caught_up(desk: Desk) -> None:
    leases = Leases(LENGTH)
    ask(desk, leases, "till-2", 0)
    desk.push({A: 80})
    desk.applied("till-1", (A, 2))
    sweep(desk, leases, 2 * LENGTH)
    assert not ask(desk, leases, "till-2", 2 * LENGTH)  # a label may show 80 by now, and the till charges 100
    desk.applied("till-2", (A, 2))
    assert ask(desk, leases, "till-2", 2 * LENGTH)
    desk.push({A: 70})
    desk.applied("till-1", (A, 3))
    assert desk.allowed("label-1")[-1] == (A, 2, 80)  # it sells again, so the next cut waits for it again


def test_a_till_that_never_asks_is_waited_for(desk: Desk) -> None:
    leases = Leases(LENGTH)
    ask(desk, leases, "till-2", 0)
    desk.push({A: 80})
    desk.applied("till-2", (A, 2))
    sweep(desk, leases, 10 * LENGTH)
    assert desk.allowed("label-1") == []


def test_a_restarted_gateway_believes_that_every_lease_was_just_given(desk: Desk) -> None:
    ask(desk, Leases(LENGTH), "till-2", 0)
    desk.push({A: 80})
    desk.applied("till-1", (A, 2))
    again = Leases(LENGTH)
    desk.do(lambda tx: again.resume(tx, 5))
    assert sweep(desk, again, LENGTH) == []
    assert sweep(desk, again, 2 * LENGTH) == ["till-2"]


@given(
    asked=st.integers(0, 10**6), under_way=st.integers(0, 120_000), answer=st.integers(0, 120_000),
    drift=st.integers(-9, 9), n=st.integers(1, 3),
)  # fmt: skip
def test_the_till_never_counts_a_lease_that_the_gateway_believes_ended(
    asked: int, under_way: int, answer: int, drift: int, n: int
) -> None:
    """However long the request and its answer are under way, and though the two clocks differ by up to 0.9 %."""
    lease = till_side.Lease()
    for _ in range(n):
        lease = till_side.ask(lease, asked)
    desk = Desk()
    desk.device("till-1", "till")
    leases = Leases(LENGTH)
    heard = asked + under_way  # in true time; the till's clock is true here, the gateway's runs `drift` per mille fast
    assert ask(desk, leases, "till-1", heard)
    ends = heard + int((LENGTH + LENGTH // 100) / (1 + drift / 1000))
    lease = till_side.granted(lease, n, LENGTH)
    assert not lease.live(max(ends, heard + answer))
    assert desk.do(lambda tx: leases.due(int(heard + LENGTH * 1.02)))
    desk.close()


def test_an_answer_to_an_older_request_means_nothing() -> None:
    lease = till_side.ask(till_side.ask(till_side.Lease(), 0), 50_000)
    assert till_side.granted(lease, 1, LENGTH) == lease
    assert till_side.granted(lease, 2, LENGTH).live(109_999)
