"""The best pairs are the best, whatever the table."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from edge.vision.pairing import Fit, assigned, best_pairs

tables = st.integers(0, 5).flatmap(
    lambda wide: st.lists(st.lists(st.integers(0, 9).map(float), min_size=wide, max_size=wide), min_size=1, max_size=5)
)


def _best(table: list[list[float]]) -> float:
    rows, columns = len(table), len(table[0])
    if rows <= columns:
        return max(sum(table[i][j] for i, j in enumerate(one)) for one in permutations(range(columns), rows))
    return max(sum(table[i][j] for j, i in enumerate(one)) for one in permutations(range(rows), columns))


@given(tables)
def test_no_other_way_to_pair_has_a_larger_sum(table: list[list[float]]) -> None:
    chosen = [(i, j) for i, j in enumerate(assigned(table)) if j >= 0]
    assert len({j for _, j in chosen}) == len(chosen) == min(len(table), len(table[0]))
    assert sum(table[i][j] for i, j in chosen) == _best(table)


@given(tables)
def test_who_does_not_fit_is_never_paired_and_all_that_fit_are_weighed(table: list[list[float]]) -> None:
    fits: list[Fit] = [(i, j, fit) for i, row in enumerate(table) for j, fit in enumerate(row) if fit]
    pairs = best_pairs(fits)
    assert len(set(pairs.values())) == len(pairs)
    assert all(table[i][j] for i, j in pairs.items())
    assert sum(table[i][j] for i, j in pairs.items()) == _best(table)


def test_two_who_pass_are_not_swapped_for_one_very_good_pair() -> None:
    assert best_pairs([(1, 8, 2.0), (1, 9, 1.9), (2, 8, 1.8), (2, 9, 0.2)]) == {1: 9, 2: 8}
