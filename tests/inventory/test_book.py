"""Movements in any order, any of them repeated: the same balance, in the pure book and on disk alike."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.inventory import book
from edge.inventory.facts import Balance, Kind, Movement
from edge.inventory.levels import Level, Levels, asks, step
from edge.inventory.records import balance_of, note
from tests.desk import A, Desk

MOVES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([Kind.SALE, Kind.WASTE]), st.integers(0, 20), st.integers(-9, -1)),
        st.tuples(st.just(Kind.DELIVERY), st.integers(0, 20), st.integers(1, 30)),
        st.tuples(st.just(Kind.COUNT), st.integers(0, 20), st.integers(0, 30)),
        st.tuples(st.sampled_from([Kind.RESERVE, Kind.RELEASE]), st.integers(0, 20), st.integers(1, 5)),
    ),
    max_size=12,
)


def movement(number: int, kind: Kind, at: int, quantity: int) -> Movement:
    match kind:
        case Kind.COUNT:
            return Movement(f"m{number}", A, kind, at, counted=quantity)
        case Kind.RESERVE | Kind.RELEASE:
            return Movement(f"m{number}", A, kind, at, reserved=quantity if kind is Kind.RESERVE else -quantity)
        case _:
            return Movement(f"m{number}", A, kind, at, hand=quantity)


def put(moves: Sequence[Movement]) -> tuple[Balance, dict[str, int], tuple[int, int]]:
    """Write them one by one; returns the balance, the counts' differences, and the sums over all movements."""
    desk = Desk()
    try:
        for move in moves:
            desk.do(lambda tx, move=move: note(tx, [move]))  # type: ignore[misc]
        found = dict(desk.sql.execute("SELECT id, hand FROM stock_move WHERE kind = 'count'").fetchall())
        sums = desk.sql.execute("SELECT COALESCE(SUM(hand), 0), COALESCE(SUM(reserved), 0) FROM stock_move").fetchone()
        return desk.do(lambda tx: balance_of(tx, A)), found, sums
    finally:
        desk.close()


@settings(max_examples=60, deadline=None)
@given(MOVES, st.randoms(use_true_random=False))
def test_no_order_and_no_repeat_changes_the_balance(raw: list[tuple[Kind, int, int]], chance) -> None:  # type: ignore[no-untyped-def]
    moves = [movement(number, *one) for number, one in enumerate(raw)]
    shuffled = moves + [move for move in moves if chance.random() < 0.5]
    chance.shuffle(shuffled)
    assert book.balance(shuffled) == book.balance(moves)
    there, found, sums = put(shuffled)
    assert there == book.balance(moves)
    assert found == book.differences(moves)
    assert sums == (there.hand, there.reserved)


def test_a_sale_that_was_made_before_the_count_and_comes_after_it_takes_nothing_away() -> None:
    moves = [
        Movement("d", A, Kind.DELIVERY, 1, hand=10),
        Movement("c", A, Kind.COUNT, 5, counted=7),
        Movement("s", A, Kind.SALE, 4, hand=-2),
    ]
    there, found, _ = put(moves)
    assert there.hand == 7
    assert found == {"c": -1}  # the book said 8 once the sale was known


@settings(max_examples=200)
@given(st.integers(0, 20), st.integers(0, 20), st.lists(st.integers(-5, 40), max_size=40))
def test_a_level_is_asked_for_again_only_after_stock_was_clearly_above_it(
    low: int, more: int, frees: list[int]
) -> None:
    levels, state, cleared = Levels(low, low + more), Level.ENOUGH, True
    for free in frees:
        after = step(state, free, levels)
        if state is Level.ENOUGH and asks(state, after):
            assert cleared
            cleared = False
        cleared = cleared or free > levels.safety + max(1, levels.safety // 5)
        assert (free <= levels.minimum) <= (after is Level.MINIMUM)
        assert (free <= levels.safety) <= (after is not Level.ENOUGH)
        state = after


def test_stock_that_goes_to_and_fro_at_the_mark_is_one_crossing() -> None:
    levels, state, asked = Levels(2, 10), Level.ENOUGH, 0
    for free in (12, 10, 11, 10, 12, 9, 12, 10):
        after = step(state, free, levels)
        asked, state = asked + asks(state, after), after
    assert asked == 1
    assert step(state, 13, levels) is Level.ENOUGH


@pytest.mark.parametrize("free", [0, 5, -3])
def test_without_levels_there_is_always_enough(free: int) -> None:
    assert step(Level.ENOUGH, free, None) is Level.ENOUGH
