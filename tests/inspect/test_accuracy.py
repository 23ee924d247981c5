"""The estimate has the truth as its mean, and its interval holds the truth as often as it says."""

from fractions import Fraction
from itertools import combinations, product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.inspect.accuracy import Looked, beta_below, clopper_pearson, estimate

small_shop = st.lists(
    st.lists(st.booleans(), min_size=1, max_size=5).flatmap(
        lambda labels: st.tuples(st.just(labels), st.integers(1, len(labels)))
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(small_shop)
def test_over_every_possible_draw_the_mean_of_the_estimates_is_the_truth(shop: list[tuple[list[bool], int]]) -> None:
    """All draws of a small shop, none left out, however unevenly its strata are drawn. Exact fractions."""
    every = [list(combinations(labels, n)) for labels, n in shop]
    found = []
    for picks in product(*every):
        share = estimate([Looked(len(labels), pick) for (labels, _), pick in zip(shop, picks, strict=True)])
        assert share is not None
        found.append(share.value)
    labels = [label for part, _ in shop for label in part]
    assert sum(found, Fraction()) / len(found) == Fraction(sum(labels), len(labels))


def test_without_weights_the_oversampled_stratum_would_pull_the_estimate() -> None:
    """Half of the ten watched labels are wrong, none of the ninety others; ten of each are looked at."""
    watched, rest = Looked(10, (True,) * 5 + (False,) * 5), Looked(90, (True,) * 10)
    share = estimate([watched, rest])
    assert share is not None
    assert share.value == Fraction(95, 100)


@pytest.mark.parametrize(("labels", "wrong", "drawn"), [(12, 1, 5), (20, 3, 8), (30, 1, 10), (40, 8, 12), (9, 9, 3)])
def test_the_interval_holds_the_truth_as_often_as_it_says(labels: int, wrong: int, drawn: int) -> None:
    """Every possible number of wrong ones in the draw, weighed by its chance (hypergeometric)."""
    holds = 0.0
    for hits in range(min(wrong, drawn) + 1):
        if drawn - hits > labels - wrong:
            continue
        chance = comb(wrong, hits) * comb(labels - wrong, drawn - hits) / comb(labels, drawn)
        share = estimate([Looked(labels, (False,) * hits + (True,) * (drawn - hits))])
        assert share is not None
        truth = 1 - wrong / labels
        holds += chance * (share.low - 1e-9 <= truth <= share.high + 1e-9)
    assert holds >= 0.95


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.lists(st.sampled_from([True, False, None]), max_size=8)), max_size=5))
def test_an_estimate_lies_in_its_interval_and_the_interval_in_nought_to_one(
    shop: list[tuple[int, list[bool | None]]],
) -> None:
    share = estimate([Looked(len(found) + more, tuple(found)) for more, found in shop])
    if share is None:
        assert all(one is None for _, found in shop for one in found)
    else:
        assert 0 <= share.low <= share.value + Fraction(1, 10**9)
        assert share.value <= share.high + 1e-9 <= 1 + 2e-9


def test_who_looked_at_everything_is_certain_and_who_found_nothing_wrong_is_not() -> None:
    assert estimate([Looked(3, (True, True, False))]) is not None
    whole = estimate([Looked(3, (True, True, False))])
    assert whole is not None
    assert (whole.low, whole.high) == (float(Fraction(2, 3)), float(Fraction(2, 3)))
    perfect = estimate([Looked(5_000, (True,) * 100)])
    assert perfect is not None
    assert perfect.high == 1
    assert perfect.low == pytest.approx(0.025 ** (1 / 100), abs=1e-9)  # the exact bound of no error in 100


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(0, 60), st.floats(0.001, 0.999))
def test_the_beta_function_agrees_with_sums_of_binomials(size: int, hits: int, x: float) -> None:
    hits = min(hits, size - 1)
    tail = sum(comb(size, k) * x**k * (1 - x) ** (size - k) for k in range(hits + 1, size + 1))
    assert beta_below(x, hits + 1, size - hits) == pytest.approx(tail, abs=1e-9)


def test_known_intervals() -> None:
    """5 of 20, and 98 of 100: the tails of the binomial at the bounds are 2.5 % each."""
    for hits, size in ((5, 20), (98, 100)):
        low, high = clopper_pearson(hits / size, size)
        above = sum(comb(size, k) * low**k * (1 - low) ** (size - k) for k in range(hits, size + 1))
        below = sum(comb(size, k) * high**k * (1 - high) ** (size - k) for k in range(hits + 1))
        assert above == pytest.approx(0.025, abs=1e-9)
        assert below == pytest.approx(0.025, abs=1e-9)
