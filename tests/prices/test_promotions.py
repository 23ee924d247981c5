"""Promotions with an end: a raise back, without head office, under a version that nothing else has."""

from collections.abc import Iterator

import pytest

from cloud_sync.contract.change import ChangeRow
from edge.law.settings import Law, european
from edge.prices.engine import PriceEngine
from edge.prices.inbox import Inbox
from edge.prices.starting import LawfulStart
from tests.desk import A, Desk

HOUR = 3_600_000


def row(minor: int, **more: object) -> ChangeRow:
    return ChangeRow.model_validate({"item": A, "name": "thing", "minor": minor, "currency": "EUR"} | more)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A shop with a till and a label that shows 100."""
    desk = Desk()
    desk.device("till-1", "till")
    desk.device("label-1", "label")
    desk.bind("label-1", A)
    desk.push({A: 100})
    everybody_has(desk, 1)
    yield desk
    desk.close()


def everybody_has(desk: Desk, version: int) -> None:
    """Each device takes what it is allowed, until all have this version."""
    for _ in range(2):
        desk.applied("till-1", (A, version))
        desk.shown("label-1", A, version)
    assert desk.phase(A, version)[0] == "landed"


def promote(desk: Desk, minor: int, *, begins: int = 0, ends: int = 2 * HOUR, back: int = 100, **more: object) -> int:
    sequence = desk.push(
        [row(minor, **more)], effective_at=desk.now + begins, until=desk.now + ends, afterwards=[row(back)]
    )
    desk.sequence += 1  # the end has a number of its own
    return sequence


def test_the_end_is_a_raise_that_waits_for_the_label(desk: Desk) -> None:
    version = promote(desk, 80)
    everybody_has(desk, version)
    desk.tick(2 * HOUR - 1)
    assert desk.allowed("label-1") == []
    desk.tick(1)  # nobody was asked: head office may be cut off, the gateway may have started anew
    assert (desk.allowed("label-1"), desk.allowed("till-1")) == ([(A, version + 1, 100)], [])
    desk.shown("label-1", A, version + 1)
    assert desk.allowed("till-1") == [(A, version + 1, 100)]
    desk.applied("till-1", (A, version + 1))
    assert desk.outcomes()[-1] == (version + 1, A, "landed", "")


def test_a_regular_price_that_changes_meanwhile_lands_at_the_end(desk: Desk) -> None:
    version = promote(desk, 80)
    everybody_has(desk, version)
    later = desk.push({A: 120}, effective_at=desk.now + 2 * HOUR)  # as head office orders it while a promotion runs
    assert desk.phase(A, later)[0] == "waiting"
    desk.tick(2 * HOUR)
    assert desk.allowed("label-1") == [(A, later, 120)]
    assert desk.phase(A, version + 1) == ("superseded", f"superseded by {later}")


def test_a_promotion_that_is_refused_has_no_end(desk: Desk) -> None:
    version = promote(desk, 80, currency="USD")
    assert desk.phase(A, version)[0] == desk.phase(A, version + 1)[0] == "refused"
    assert [(number, outcome) for number, _, outcome, _ in desk.outcomes()][-2:] == [
        (version, "refused"), (version + 1, "refused"),
    ]  # fmt: skip
    desk.tick(3 * HOUR)
    assert desk.allowed("label-1") == []


def test_a_promotion_without_a_usable_price_for_afterwards_does_not_begin(desk: Desk) -> None:
    version = promote(desk, 80, back=0)
    why = "floor and ceiling: 0 is outside 1 to 1000000"
    assert desk.phase(A, version) == ("refused", f"promotion: what the item costs afterwards cannot be used: {why}")
    version = promote(desk, 80, back=500)  # a jump would have to be approved, and nobody may be there at the end
    assert desk.phase(A, version)[1].startswith("promotion: what the item costs afterwards cannot be used: jump limit")


def test_coming_back_from_a_deep_promotion_is_no_jump(desk: Desk) -> None:
    version = promote(desk, 20)
    everybody_has(desk, version)
    later = desk.push({A: 120}, effective_at=desk.now + 2 * HOUR)
    assert desk.phase(A, later)[0] == "waiting"  # 120 is compared with 100, not with 20
    desk.tick(2 * HOUR)
    assert desk.allowed("label-1") == [(A, later, 120)]


def test_a_promotion_that_nobody_approves_leaves_its_end_without_a_trace(desk: Desk) -> None:
    version = promote(desk, 5)
    assert (desk.phase(A, version)[0], desk.phase(A, version + 1)[0]) == ("held", "waiting")
    assert desk.do(lambda tx: desk.engine.reject(tx, A, version, "mara"))
    assert desk.phase(A, version + 1) == ("refused", "promotion: it never began, so there is nothing to go back from")


def test_one_that_begins_and_ends_while_the_gateway_was_off_goes_straight_to_its_end(desk: Desk) -> None:
    version = promote(desk, 80, begins=HOUR)
    desk.tick(3 * HOUR)
    assert desk.allowed("till-1") == desk.allowed("label-1") == [(A, version + 1, 100)]  # never the promotion
    assert desk.phase(A, version)[0] == "superseded"


def test_a_longer_promotion_takes_the_place_of_a_running_one(desk: Desk) -> None:
    first = promote(desk, 80)
    everybody_has(desk, first)
    second = promote(desk, 80, ends=4 * HOUR)
    everybody_has(desk, second)
    desk.tick(2 * HOUR)
    assert desk.allowed("label-1") == []
    assert desk.phase(A, first + 1)[0] == "superseded"
    desk.tick(2 * HOUR)
    assert desk.allowed("label-1") == [(A, second + 1, 100)]


def test_the_price_it_was_is_judged_again_when_a_promotion_begins() -> None:
    law = Law(reductions=european())
    desk = Desk(engine=PriceEngine(objection=LawfulStart(law)))
    desk.inbox = Inbox(desk.inbox.store, desk.inbox.trusted, desk.inbox.limits, desk.inbox.undrawable, law)
    desk.device("till-1", "till")
    desk.device("label-1", "label")
    desk.bind("label-1", A)
    desk.push({A: 100})
    everybody_has(desk, 1)
    version = promote(desk, 80, begins=HOUR, was_minor=100)
    cut = desk.push({A: 90})
    everybody_has(desk, cut)
    again = promote(desk, 80, begins=HOUR, back=90, was_minor=100)  # pushed again behind the new regular price
    assert desk.phase(A, again)[1].startswith("was price: 100 is above 90")
    desk.tick(HOUR)
    assert desk.phase(A, version)[0] == "superseded"
    desk.close()
