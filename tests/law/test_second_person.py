"""A held price needs somebody else than its author, and a very large jump two of them."""

from collections.abc import Iterator

import pytest

from edge.law.persons import may_not_approve, same_person
from edge.prices.approvals import MayNotApprove
from edge.prices.checks import Limits
from edge.prices.engine import PriceEngine
from tests.desk import A, Desk

LIMITS = Limits(max_raise_percent=50, max_cut_percent=40, two_people_raise_percent=200, two_people_cut_percent=80)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk(LIMITS)
    desk.device("till-1", "till")
    desk.push({A: 100})
    desk.applied("till-1", (A, 1))
    desk.outcomes()
    yield desk
    desk.close()


def approve(desk: Desk, by: str, version: int = 2) -> bool:
    return desk.do(lambda tx: desk.engine.approve(tx, A, version, by))


def refusal(desk: Desk, by: str) -> str:
    """What the person is told; the transaction is undone as the store of record undoes it."""
    try:
        approve(desk, by)
    except MayNotApprove as error:
        desk.sql.execute("ROLLBACK")
        return str(error)
    return ""


def approvals(desk: Desk) -> list[str]:
    query = "SELECT json_extract(body, '$.by') FROM ledger WHERE kind = 'price.approved' ORDER BY seq"
    return [by for (by,) in desk.sql.execute(query)]


@pytest.mark.parametrize(
    ("minor", "people"), [(150, 0), (151, 1), (300, 1), (301, 2), (60, 0), (59, 1), (20, 1), (19, 2), (101, 0), (99, 0)]
)
def test_how_many_people_a_jump_needs(desk: Desk, minor: int, people: int) -> None:
    desk.push({A: minor})
    for by in ("bea", "cvita")[:people]:
        assert desk.phase(A, 2)[0] == "held"
        assert approve(desk, by)
    assert desk.phase(A, 2)[0] == "active"
    assert approvals(desk) == ["bea", "cvita"][:people]


def test_the_author_cannot_approve_whatever_the_spelling(desk: Desk) -> None:
    desk.push({A: 160}, author="Ana  Horvat")
    for by in ("Ana Horvat", " ana horvat"):
        assert "cannot approve what Ana  Horvat ordered" in refusal(desk, by)
    assert desk.phase(A, 2)[0] == "held"
    assert approvals(desk) == []
    assert approve(desk, "bea")


def test_nobody_counts_twice(desk: Desk) -> None:
    desk.push({A: 400})
    assert approve(desk, "bea")
    assert desk.phase(A, 2) == ("held", "approved by bea; another person has to approve as well")
    assert "has approved already" in refusal(desk, "Bea")
    assert desk.phase(A, 2)[0] == "held"
    assert desk.allowed("till-1") == []
    assert approve(desk, "cvita")
    assert desk.allowed("till-1") == [(A, 2, 400)]
    assert [outcome[2:] for outcome in desk.outcomes()] == [
        ("held", "jump limit: from 100 to 400 is a raise of more than 200 %; two people have to approve"),
        ("held", "approved by bea; another person has to approve as well"),
    ]


def test_one_person_may_reject_what_two_have_to_approve(desk: Desk) -> None:
    desk.push({A: 400})
    approve(desk, "bea")
    assert desk.do(lambda tx: desk.engine.reject(tx, A, 2, "cvita"))
    assert not approve(desk, "dora")


def test_an_approved_price_still_waits_for_its_time(desk: Desk) -> None:
    desk.push({A: 160}, effective_at=desk.now + 5_000)
    assert approve(desk, "bea")
    assert desk.phase(A, 2)[0] == "waiting"
    desk.tick(5_000)
    assert desk.allowed("till-1") == [(A, 2, 160)]


def test_who_is_who() -> None:
    assert same_person("Ana", "ana ")
    assert not same_person("Ana", "Anna")
    assert may_not_approve("bea", "ana", ("cvita",)) == ""
    assert PriceEngine().objection is not None
