"""A covered label holds nothing back, keeps its grace, and comes back only with the present price."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.prices.activation import Rules
from edge.prices.engine import MayNotUncover, PriceEngine
from edge.prices.leases import caught_up
from tests.desk import A, B, Desk

GRACE = 30_000


def open_shop(grace_ms: int = 0) -> Desk:
    desk = Desk(engine=PriceEngine(Rules(grace_ms)))
    desk.device("till-1", "till")
    for label in ("label-1", "label-2"):
        desk.device(label, "label")
        desk.bind(label, A)
    desk.push({A: 100})
    desk.applied("till-1", (A, 1))
    for label in ("label-1", "label-2"):
        desk.shown(label, A, 1)
    return desk


def cover(desk: Desk, label: str) -> None:
    desk.do(lambda tx: desk.engine.cover(tx, label, "ana", "ble-1"))


def take_away(desk: Desk, label: str) -> None:
    desk.do(lambda tx: desk.engine.retire(tx, label, "ana", "gone"))


def hang_again(desk: Desk, label: str, item: str) -> None:
    desk.do(lambda tx: tx.sql.execute("UPDATE device SET enrolled = 1 WHERE id = ?", (label,)))
    desk.bind(label, item)


def uncover(desk: Desk, label: str) -> None:
    try:
        desk.do(lambda tx: desk.engine.uncover(tx, label, "ana"))
    except MayNotUncover:
        desk.sql.execute("ROLLBACK")
        raise


def ledger(desk: Desk, label: str) -> list[str]:
    return [row[0] for row in desk.sql.execute("SELECT kind FROM ledger WHERE subject = ? ORDER BY seq", (label,))]


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = open_shop()
    yield desk
    desk.close()


def test_a_raise_goes_on_at_once_when_the_label_that_held_it_is_covered(desk: Desk) -> None:
    desk.push({A: 120})
    desk.shown("label-1", A, 2)
    assert desk.allowed("till-1") == []
    cover(desk, "label-2")
    assert desk.allowed("till-1") == [(A, 2, 120)]
    desk.applied("till-1", (A, 2))
    assert desk.phase(A, 2) == ("landed", "")
    body = desk.sql.execute("SELECT body FROM ledger WHERE kind = 'label.covered'").fetchone()[0]
    assert body == '{"by":"ana","scanned":"ble-1"}'


def test_what_a_shopper_read_just_before_the_cover_counts_for_the_grace_window() -> None:
    desk = open_shop(GRACE)
    desk.push({A: 120})
    desk.shown("label-1", A, 2)
    desk.tick(GRACE)
    cover(desk, "label-2")
    desk.tick(GRACE - 1)
    assert desk.allowed("till-1") == []
    desk.tick(1)
    assert desk.allowed("till-1") == [(A, 2, 120)]
    desk.close()


def test_a_label_that_never_confirmed_anything_holds_nothing_back_once_covered(desk: Desk) -> None:
    desk.device("label-3", "label")
    desk.bind("label-3", A)
    desk.push({A: 120})
    for label in ("label-1", "label-2"):
        desk.shown(label, A, 2)
    assert desk.allowed("till-1") == []
    cover(desk, "label-3")
    assert desk.allowed("till-1") == [(A, 2, 120)]


def test_a_covered_label_is_uncovered_only_with_the_present_price(desk: Desk) -> None:
    cover(desk, "label-2")
    desk.push({A: 120})
    desk.shown("label-1", A, 2)
    with pytest.raises(MayNotUncover, match="label-2 does not show the present price yet"):
        uncover(desk, "label-2")
    desk.shown("label-2", A, 2)
    uncover(desk, "label-2")
    desk.applied("till-1", (A, 2))
    desk.push({A: 140})
    desk.shown("label-1", A, 3)
    assert desk.allowed("till-1") == []  # it counts again
    assert ledger(desk, "label-2")[-3:] == ["label.shown", "label.uncovered", "label.sent"]


def test_covering_twice_says_it_once_and_a_label_taken_away_is_not_covered_any_more(desk: Desk) -> None:
    cover(desk, "label-2")
    cover(desk, "label-2")
    uncover(desk, "label-1")  # nothing to take off
    take_away(desk, "label-2")
    assert ledger(desk, "label-2").count("label.covered") == 1
    assert desk.sql.execute("SELECT COUNT(*) FROM covered").fetchone() == (0,)


def test_a_till_is_not_kept_from_its_lease_by_a_label_that_nobody_can_read() -> None:
    desk = open_shop(GRACE)
    cover(desk, "label-2")
    cover(desk, "label-1")
    desk.push({A: 120})
    desk.tick(GRACE)
    assert desk.allowed("till-1") == [(A, 2, 120)]
    assert desk.do(lambda tx: caught_up(tx, "till-1"))
    desk.close()


def test_what_a_shopper_read_on_a_label_before_it_was_taken_away_counts_for_the_grace_window() -> None:
    desk = open_shop(GRACE)
    desk.push({A: 120})
    desk.shown("label-1", A, 2)
    desk.tick(GRACE)
    take_away(desk, "label-2")
    desk.tick(GRACE - 1)
    assert desk.allowed("till-1") == []
    desk.tick(1)
    assert desk.allowed("till-1") == [(A, 2, 120)]
    desk.close()


def test_the_window_of_a_covered_label_that_is_taken_away_began_with_its_cover() -> None:
    desk = open_shop(GRACE)
    desk.push({A: 120})
    desk.shown("label-1", A, 2)
    cover(desk, "label-2")
    desk.tick(GRACE - 1)
    take_away(desk, "label-2")
    desk.tick(1)
    assert desk.allowed("till-1") == [(A, 2, 120)]
    desk.close()


@pytest.mark.parametrize("away", [1, GRACE + 1])
def test_a_label_that_is_hung_again_has_to_say_anew_what_it_shows(away: int) -> None:
    desk = open_shop(GRACE)
    take_away(desk, "label-2")
    desk.tick(away)
    hang_again(desk, "label-2", A)
    desk.tick(1)
    assert desk.allowed("label-2")[-1:] == [(A, 1, 100)]
    desk.push({A: 120})
    desk.shown("label-1", A, 2)
    desk.tick(2 * GRACE)
    assert desk.allowed("till-1") == []
    desk.shown("label-2", A, 2)
    desk.tick(GRACE)
    assert desk.allowed("till-1") == [(A, 2, 120)]
    desk.close()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["push", "show", "till", "till", "cover", "uncover", "uncover", "bind", "wait", "wait"]),
        st.integers(0, 2),
        st.integers(1, 9),
    ),
    min_size=20,
    max_size=50,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_no_till_is_sent_more_than_a_label_that_can_be_read_showed_in_the_grace_window(
    steps: list[tuple[str, int, int]],
) -> None:
    """The truth is kept beside the store: what each label's ink says, who is covered, and since when it was so."""
    desk = open_shop(GRACE)
    desk.push({B: 50})
    desk.device("label-0", "label")
    ink: dict[str, tuple[str, int]] = {"label-1": (A, 100), "label-2": (A, 100)}
    read: list[tuple[str, int, int]] = []  # item, price, when it could not be read any more
    hidden: set[str] = set()

    def close(label: str) -> None:
        if label in ink and label not in hidden:
            read.append((*ink[label], desk.now))

    for what, n, more in steps:
        label = f"label-{n}"
        if what == "push":
            desk.push({A: 90 + more * 5})
        elif what == "show":
            for item, version, minor in desk.allowed(label)[-1:]:
                close(label)
                ink[label] = item, minor
                desk.shown(label, item, version)
        elif what == "till":
            rows = [(item, version) for item, version, _ in desk.allowed("till-1")]
            if rows:
                desk.applied("till-1", *rows)
        elif what == "cover":
            close(label)
            hidden.add(label)
            cover(desk, label)
        elif what == "uncover":
            try:
                uncover(desk, label)
            except MayNotUncover:
                continue
            hidden.discard(label)
        elif what == "bind":
            desk.bind(label, A if more % 2 else B)
        else:
            desk.tick(more * 5_000)
        seen = [(item, minor) for label, (item, minor) in ink.items() if label not in hidden]
        seen += [(item, minor) for item, minor, until in read if desk.now - until < GRACE]
        charged = desk.sql.execute("SELECT item, minor FROM showing WHERE role = 'till' AND item = ?", (A,)).fetchall()
        for _, minor in charged:
            below = [low for item, low in seen if item == A and low < minor]
            assert not below, (what, label, minor, seen)
    desk.close()
