"""How a change travels: who is sent what, in which order, and what head office hears."""

from collections.abc import Iterator

import pytest

from cloud_sync.contract.change import ChangeRow
from edge.store.ledger import verify
from tests.desk import A, B, Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A shop with two tills and, for item A, two labels that show its first price."""
    desk = Desk()
    for till in ("till-1", "till-2"):
        desk.device(till, "till")
    for label in ("label-1", "label-2"):
        desk.device(label, "label")
        desk.bind(label, A)
    desk.push({A: 100})
    for till in ("till-1", "till-2"):
        desk.applied(till, (A, 1))
    for label in ("label-1", "label-2"):
        desk.shown(label, A, 1)
    assert desk.phase(A, 1) == ("landed", "")
    desk.outcomes()
    yield desk
    desk.close()


def test_a_cut_reaches_every_till_before_any_label(desk: Desk) -> None:
    desk.push({A: 80})
    assert desk.allowed("till-1") == [(A, 2, 80)]
    assert desk.allowed("label-1") == []
    desk.applied("till-1", (A, 2))
    assert desk.allowed("label-1") == []
    desk.applied("till-2", (A, 2))
    assert desk.allowed("label-1") == desk.allowed("label-2") == [(A, 2, 80)]


def test_a_raise_reaches_the_tills_after_every_label(desk: Desk) -> None:
    desk.push({A: 120})
    assert desk.allowed("till-1") == []
    desk.shown("label-1", A, 2)
    assert desk.allowed("till-1") == []
    desk.shown("label-2", A, 2)
    assert desk.allowed("till-1") == desk.allowed("till-2") == [(A, 2, 120)]
    assert desk.outcomes() == []
    for till in ("till-1", "till-2"):
        desk.applied(till, (A, 2))
    assert desk.outcomes() == [(2, A, "landed", "")]


def test_a_silent_label_withholds_a_raise_and_is_named(desk: Desk) -> None:
    desk.push({A: 120})
    desk.shown("label-1", A, 2)
    desk.tick(60_000)
    assert desk.outcomes() == [(2, A, "held", "waiting for label-2, till-1, till-2")]
    desk.tick(60_000)
    assert desk.outcomes() == []  # said once
    desk.do(lambda tx: desk.engine.retire(tx, "label-2", "ana", "fell off"))
    assert desk.allowed("till-1") == [(A, 2, 120)]
    assert desk.outcomes() == [(2, A, "held", "waiting for till-1, till-2")]
    desk.applied("till-1", (A, 2))
    assert desk.outcomes() == [(2, A, "held", "waiting for till-2")]


def test_a_cut_after_an_unfinished_raise_goes_to_the_tills_at_once(desk: Desk) -> None:
    desk.push({A: 120})
    desk.shown("label-1", A, 2)
    desk.push({A: 70})
    assert desk.allowed("till-1") == [(A, 3, 70)]
    assert desk.outcomes() == [(2, A, "refused", "superseded by 3")]
    desk.applied("till-1", (A, 3))
    desk.applied("till-2", (A, 3))
    assert (A, 3, 70) in desk.allowed("label-2")


def test_a_lost_confirmation_still_counts(desk: Desk) -> None:
    """label-1 was sent 80 and may show it though it never said so: a raise above 80 has to wait for it."""
    desk.push({A: 80})
    for till in ("till-1", "till-2"):
        desk.applied(till, (A, 2))
    desk.push({A: 90})
    desk.shown("label-2", A, 3)
    assert desk.allowed("till-1") == []
    desk.shown("label-1", A, 3)
    assert desk.allowed("till-1") == [(A, 3, 90)]


def test_a_label_bound_anew_counts_for_its_old_item_until_it_confirms(desk: Desk) -> None:
    desk.push({B: 500})
    desk.bind("label-2", B)
    assert desk.allowed("label-2") == [(B, 2, 500)]
    desk.push({A: 120})
    desk.shown("label-1", A, 3)
    assert (A, 3, 120) not in desk.allowed("till-1")
    desk.shown("label-2", B, 2)
    assert (A, 3, 120) in desk.allowed("till-1")


def test_an_unknown_label_withholds_raises_only(desk: Desk) -> None:
    desk.device("label-3", "label")
    desk.bind("label-3", A)
    desk.push({A: 120})
    for label in ("label-1", "label-2"):
        desk.shown(label, A, 2)
    assert desk.allowed("till-1") == []
    desk.shown("label-3", A, 2)
    assert desk.allowed("till-1") == [(A, 2, 120)]


def test_a_till_that_forgot_gets_what_it_may_charge_and_no_more(desk: Desk) -> None:
    desk.push({A: 120})
    desk.do(lambda tx: desk.engine.till_forgot(tx, "till-1", 2))
    assert desk.allowed("till-1") == [(A, 1, 100)]


def test_a_till_that_joins_is_sent_the_price_book(desk: Desk) -> None:
    desk.device("till-3", "till")
    assert desk.allowed("till-3") == [(A, 1, 100)]


def test_a_timed_price_waits_for_its_time(desk: Desk) -> None:
    desk.push({A: 80}, effective_at=desk.now + 5_000)
    assert desk.allowed("till-1") == []
    assert desk.outcomes() == [(2, A, "held", f"takes effect at {desk.now + 5_000}")]
    desk.tick(4_999)
    assert desk.allowed("till-1") == []
    desk.tick(1)
    assert desk.allowed("till-1") == [(A, 2, 80)]


def test_a_timed_price_that_was_overtaken_never_comes_back(desk: Desk) -> None:
    desk.push({A: 80}, effective_at=desk.now + 5_000)
    desk.push({A: 90})
    desk.tick(6_000)
    assert desk.phase(A, 2) == ("superseded", "superseded by 3")
    assert desk.allowed("till-1") == [(A, 3, 90)]


def test_the_same_price_again_touches_nothing(desk: Desk) -> None:
    desk.push({A: 100})
    assert desk.outcomes() == [(2, A, "landed", "unchanged")]
    assert desk.allowed("label-1") == desk.allowed("till-1") == []


def test_a_jump_waits_for_a_person(desk: Desk) -> None:
    desk.push({A: 900})
    assert desk.phase(A, 2)[0] == "held"
    assert desk.allowed("label-1") == []
    assert desk.do(lambda tx: desk.engine.approve(tx, A, 2, "bea"))
    assert desk.allowed("label-1") == [(A, 2, 900)]
    assert not desk.do(lambda tx: desk.engine.approve(tx, A, 2, "bea"))


def test_a_rejected_jump_is_refused_by_name(desk: Desk) -> None:
    desk.push({A: 900})
    desk.outcomes()
    assert desk.do(lambda tx: desk.engine.reject(tx, A, 2, "ana"))
    assert desk.outcomes() == [(2, A, "refused", "refused by ana")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (ChangeRow(item=A, name="x", minor=90, currency="USD"), "currency"),
        (ChangeRow(item=A, name="x", minor=0, currency="EUR"), "floor and ceiling"),
        (ChangeRow(item=A, name="x", minor=90, was_minor=90, currency="EUR"), "promotion"),
        (ChangeRow(item=A, name="x", minor=90, unit_minor=90, currency="EUR"), "unit price"),
        (ChangeRow(item=A, name="x?", minor=90, currency="EUR"), "name"),
        (ChangeRow(item=A, name="x", minor=90, per="kg", currency="EUR"), "unit: sold per each"),
    ],
)
def test_a_refusal_names_its_rule_and_the_rest_goes_on(desk: Desk, row: ChangeRow, why: str) -> None:
    desk.push([row, ChangeRow(item=B, name="fine", minor=5, currency="EUR")])
    (told,) = desk.outcomes()
    assert told[:3] == (2, A, "refused")
    assert told[3].startswith(why)
    assert (B, 2, 5) in desk.allowed("till-1")


def test_forged_replayed_foreign_and_expired_changes_are_refused_and_block_nothing(desk: Desk) -> None:
    stranger = Desk()
    stranger.sequence = 1
    desk.take(stranger.change({A: 1}))
    stranger.close()
    desk.sequence = 2
    first = desk.change({A: 90})
    desk.take((4, first[1]))  # signed as 3, delivered as 4
    desk.sequence = 4
    desk.push({A: 91}, store="0530")
    desk.push({A: 92}, expires_at=desk.now - 1, effective_at=0)
    desk.take((7, "{}"))
    desk.take((7, "{}"))  # delivered twice
    whys = [why for _, _, outcome, why in desk.outcomes() if outcome == "refused"]
    assert len(whys) == 5
    assert "not signed by a key" in whys[0]
    assert "delivered as number 4" in whys[1]
    assert "meant for store 0530" in whys[2]
    assert "expired" in whys[3]
    assert desk.allowed("till-1") == []
    desk.sequence = 7
    desk.push({A: 95})
    assert desk.allowed("till-1") == [(A, 8, 95)]


def test_a_replayed_change_under_a_new_number_is_refused(desk: Desk) -> None:
    old = desk.change({A: 90})
    desk.take(old)
    desk.take((old[0] + 1, old[1]))
    assert desk.outcomes()[-1][3] == f"replayed: number {old[0]} is not newer than {old[0]}"


def test_every_step_is_in_the_ledger_and_the_ledger_holds(desk: Desk) -> None:
    desk.push({A: 80})
    kinds = [kind for (kind,) in desk.sql.execute("SELECT kind FROM ledger ORDER BY seq")]
    assert kinds[-1] == "till.sent"
    assert {
        "label.bound",
        "change.received",
        "till.sent",
        "till.applied",
        "label.sent",
        "label.shown",
        "price.landed",
    } <= set(kinds)
    assert verify(desk.sql).intact
