import math
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.line import CountingLine, Direction, Side
from edge.vision.scene import Line, Scene
from tests.vision.strategies import HEIGHT, LINE, Place, counted


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([1, -1]), st.floats(20, 70), st.floats(40, 360), st.floats(2.5, 12))
def test_who_walks_through_is_counted_once_in_the_right_direction(way: int, speed: float, x: float, fps: float) -> None:
    crossed, _ = counted(lambda t: [(x, 200 + way * (speed * t - 120))], 240 / speed, fps)
    assert [one.direction for one in crossed] == [Direction.IN if way > 0 else Direction.OUT]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-0.06, 0.06), min_size=10, max_size=40), st.sampled_from([-60.0, 60.0]))
def test_dithering_on_the_line_is_no_crossing(jitter: list[float], start: float) -> None:
    """Walks up to the line, dithers there, goes back."""
    way = [start * (1 - i / 8) for i in range(8)] + [part * HEIGHT for part in jitter]
    way += [start * i / 8 for i in range(1, 9)]
    crossed, _ = counted(lambda t: [(200.0, 200 + way[round(t * 5)])], len(way) / 5, 5)
    assert crossed == []


def test_dithering_and_then_going_through_counts_once() -> None:
    way = [-60, -45, -30, -15, -5, 4, -6, 5, -4, 6, 3, -5, 15, 30, 45, 60]
    crossed, _ = counted(lambda t: [(200.0, 200.0 + way[round(t * 5)])], len(way) / 5, 5)
    assert [one.direction for one in crossed] == [Direction.IN]


def test_coming_in_and_going_out_again_is_one_each() -> None:
    crossed, _ = counted(lambda t: [(200.0, 200 + 60 * math.cos(math.pi * (1 + t / 4)))], 8, 5)
    assert [one.direction for one in crossed] == [Direction.IN, Direction.OUT]


def test_round_the_end_of_the_line_is_no_crossing() -> None:
    short = CountingLine((0.0, 200.0), (100.0, 200.0), Side.RIGHT)
    crossed, _ = counted(lambda t: [(200.0, 120 + 30 * t)], 6, 5, short)
    assert crossed == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-4, 4), min_size=50, max_size=50), st.sampled_from([0.98, 1.0]))
def test_who_is_cut_off_by_the_edge_walks_through_a_line_that_is_drawn_up_to_it(off: list[float], end: float) -> None:
    """The feet are below the picture: the box ends at its edge, and a little beyond where it shrinks."""
    drawn = Line(name="door", start=(0.5, 0.2), end=(0.5, end), inside=Side.LEFT)
    (line,) = Scene(lines=(drawn,)).in_pixels(480, 360).lines
    crossed, _ = counted(lambda t: [(150 + 30 * t, 360 + off[round(t * 5)])], 8, 5, line)
    assert [one.direction for one in crossed] == [Direction.IN]


def test_who_appears_just_before_the_line_is_counted() -> None:
    """Confirmed only when already beyond it; where the feet were first seen decides."""
    crossed, _ = counted(lambda t: [(200.0, 185 + 60 * t)], 2, 5)
    assert [one.direction for one in crossed] == [Direction.IN]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_never_more_crossings_than_people_walked_and_sum_agrees_with_where_they_are(seed: int, people: int) -> None:
    """Everybody goes to and fro, far apart: in minus out is who is inside in the end."""

    def where(t: float) -> list[Place]:
        return [
            (
                60.0 + 90 * i,
                200 + 90 * math.sin(2 * math.pi * t / (6 + (seed >> i) % 5) + (seed >> 3 * i) % 7),
            )
            for i in range(people)
        ]

    crossed, tracker = counted(where, 14, 6)
    assert len(crossed) <= people * 6
    for person in tracker.people:
        ways = [one.direction for one in crossed if one.person == person.id]
        assert all(one is not other for one, other in pairwise(ways))


@settings(max_examples=60, deadline=None)
@given(*[st.floats(0, 400) for _ in range(4)], *[st.floats(-500, 900) for _ in range(2)])
def test_swapping_the_ends_swaps_the_sides(x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> None:
    if math.dist((x1, y1), (x2, y2)) < 8:
        return
    right, along = CountingLine((x1, y1), (x2, y2), Side.RIGHT).place((x, y))
    left, back = CountingLine((x2, y2), (x1, y1), Side.RIGHT).place((x, y))
    assert math.isclose(right, -left, abs_tol=1e-6)
    assert math.isclose(along, 1 - back, abs_tol=1e-6)


def test_below_is_right_for_who_walks_to_the_right() -> None:
    assert LINE.place((100.0, 250.0)) == (50.0, 0.25)
