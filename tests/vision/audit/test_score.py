"""A person's marks against the camera's count."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.audit.score import WINDOW_MS, Passing, Verdict, judge, wilson
from edge.vision.line import Direction

passings = st.lists(st.builds(Passing, st.integers(0, 20_000), st.sampled_from(Direction)), max_size=12)


def most_pairs(marks: list[Passing], counts: list[Passing]) -> int:
    """The largest matching there is, by trying augmenting paths."""
    taken: dict[int, int] = {}

    def place(mark: int, tried: set[int]) -> bool:
        for n, count in enumerate(counts):
            near = abs(count.at - marks[mark].at) <= WINDOW_MS and count.direction is marks[mark].direction
            if near and n not in tried:
                tried.add(n)
                if n not in taken or place(taken[n], tried):
                    taken[n] = mark
                    return True
        return False

    return sum(place(mark, set()) for mark in range(len(marks)))


@settings(max_examples=200, deadline=None)
@given(passings, passings)
def test_as_many_are_paired_as_can_be_and_everything_is_judged_once(
    marks: list[Passing], counts: list[Passing]
) -> None:
    score = judge(marks, counts)
    counted, missed, extra = (score.count(verdict) for verdict in Verdict)
    assert counted == most_pairs(marks, counts)
    assert counted + missed == len(marks) == score.marked
    assert counted + extra == len(counts)
    assert [one.at for one in score.passings] == sorted(one.at for one in score.passings)


@settings(max_examples=50, deadline=None)
@given(passings)
def test_a_camera_that_sees_what_the_person_sees_is_right(marks: list[Passing]) -> None:
    score = judge(marks, marks)
    assert {one.verdict for one in score.passings} <= {Verdict.COUNTED}
    assert score.accuracy == (Fraction(1) if marks else None)


@settings(max_examples=50, deadline=None)
@given(passings, passings)
def test_changing_sides_changes_missed_into_extra(marks: list[Passing], counts: list[Passing]) -> None:
    one, other = judge(marks, counts), judge(counts, marks)
    assert one.accuracy == other.accuracy
    assert one.count(Verdict.MISSED) == other.count(Verdict.EXTRA)


def test_a_missed_one_and_an_extra_one_do_not_cancel_out() -> None:
    marks = [Passing(1_000, Direction.IN), Passing(9_000, Direction.IN)]
    counts = [Passing(1_400, Direction.IN), Passing(15_000, Direction.IN)]
    assert judge(marks, counts).accuracy == Fraction(1, 3)


def test_the_other_direction_is_another_passing() -> None:
    score = judge([Passing(1_000, Direction.IN)], [Passing(1_000, Direction.OUT)])
    assert [one.verdict for one in score.passings] == [Verdict.MISSED, Verdict.EXTRA]


@pytest.mark.parametrize(("late", "verdict"), [(WINDOW_MS, Verdict.COUNTED), (WINDOW_MS + 1, Verdict.MISSED)])
def test_the_window_ends_where_it_says(late: int, verdict: Verdict) -> None:
    score = judge([Passing(5_000, Direction.OUT)], [Passing(5_000 + late, Direction.OUT)])
    assert score.passings[0].verdict is verdict


@pytest.mark.parametrize(
    ("hits", "tries", "low", "high"),
    [(49, 50, 0.8950, 0.9965), (50, 50, 0.9287, 1.0), (0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(hits: int, tries: int, low: float, high: float) -> None:
    assert wilson(hits, tries) == pytest.approx((low, high), abs=1e-4)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_in_its_interval(counted: tuple[int, int]) -> None:
    hits, tries = counted
    low, high = wilson(hits, tries)
    assert 0 <= low <= hits / tries + 1e-12
    assert hits / tries - 1e-12 <= high <= 1
