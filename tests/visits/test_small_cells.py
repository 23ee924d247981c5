"""Nothing with too few people leaves the shop by itself, and what is joined keeps its sum."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.visits.small_cells import Span, join_cells, join_spans

floors = st.integers(1, 20)
spans = st.lists(st.builds(Span, st.just(0), st.just(0), st.integers(0, 12), st.integers(0, 10**6)), max_size=24).map(
    lambda found: [Span(i, i + 1, one.visits, one.dwell_ms) for i, one in enumerate(found)]
)
cells = st.dictionaries(
    st.tuples(st.integers(0, 399), st.integers(0, 399)),
    st.tuples(st.integers(0, 12), st.integers(0, 10**6)),
    max_size=40,
)


@settings(max_examples=80)
@given(spans, floors)
def test_spans(given_spans: list[Span], least: int) -> None:
    joined = join_spans(given_spans, least)
    assert all(one.visits >= least for one in joined)
    total = sum(one.visits for one in given_spans)
    assert bool(joined) == (total >= least and bool(given_spans))
    if joined:
        assert sum(one.visits for one in joined) == total
        assert sum(one.dwell_ms for one in joined) == sum(one.dwell_ms for one in given_spans)
        assert all(one.end <= other.start for one, other in itertools.pairwise(joined))


@settings(max_examples=80, deadline=None)
@given(cells, floors, st.sampled_from([1, 3, 100]))
def test_cells(given_cells: dict[tuple[int, int], tuple[int, int]], least: int, most: int) -> None:
    squares = join_cells(given_cells, least, most)
    assert len(squares) <= most
    assert all(one.visits >= least for one in squares)
    if squares:
        for i, name in enumerate(("visits", "dwell_ms")):
            assert sum(getattr(one, name) for one in squares) == sum(cell[i] for cell in given_cells.values())
        assert len({(one.x, one.y, one.side) for one in squares}) == len(squares)


def test_neighbours_are_joined_and_a_busy_cell_stays_by_itself() -> None:
    found = join_cells({(4, 4): (9, 900), (5, 4): (2, 200), (5, 5): (3, 300), (40, 40): (1, 100)}, 5, 100)
    assert [(one.x, one.y, one.side, one.visits) for one in found] == [(4, 4, 1, 9), (4, 4, 2, 6)]
