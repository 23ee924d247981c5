"""From crossings to visitors: minimum stay, turning round, coming again, groups and staff."""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.line import Direction, LineKind, Side
from edge.vision.scene import Line, Rules, Scene
from tests.vision.seen import BACK, DOOR, Foot, look, way

Walker = Callable[[float], Foot | None]
ONE_FOOT, BOTH_FEET = 0.027, 0.06
"""Beyond the line, in the picture's height, of which a person has two ninths."""


def told(walkers: list[Walker], seconds: float = 40, fps: float = 5.0, **rules: float) -> list[tuple[Direction, str]]:
    """Direction and what else is known of everybody who crossed."""
    scene = Scene(lines=(DOOR,), zones=(BACK,), rules=Rules.model_validate(rules))
    found = []
    for one in look(scene, lambda t: [walker(t) for walker in walkers], seconds, fps).entries:
        marks = [name for name in ("again", "joined", "staff") if getattr(one, name)]
        found.append((one.direction, "+".join(marks)))
    return found


def looks_in(inside_s: float, deep: float) -> Walker:
    """Comes in so far (in the picture's height), stays so long, goes out again."""
    y = 0.5 + deep
    return way((0, (0.5, 0.2)), (4, (0.5, 0.5)), (5, (0.5, y)), (5 + inside_s, (0.5, y)), (6 + inside_s, (0.5, 0.5)),
               (10 + inside_s, (0.5, 0.2)))  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(st.floats(0.5, 12), st.sampled_from([2.5, 5.0]))
def test_who_is_back_before_the_minimum_stay_was_never_in(inside_s: float, fps: float) -> None:
    stay_s = 6.0
    entries = told([looks_in(inside_s, 0.2)], fps=fps, minimum_stay_s=stay_s)
    if inside_s + 2 < stay_s - 1:
        assert entries == []
    elif inside_s > stay_s:
        assert [way for way, _ in entries] == [Direction.IN, Direction.OUT]


def test_who_turns_round_in_the_door_was_never_in() -> None:
    assert told([looks_in(8, 0.1)], u_turn=1.0) == []
    assert [way for way, _ in told([looks_in(8, 0.3)], u_turn=1.0)] == [Direction.IN, Direction.OUT]
    assert [way for way, _ in told([looks_in(8, 0.1)])] == [Direction.IN, Direction.OUT]


def test_one_foot_over_the_line_and_back_is_no_crossing_unless_asked() -> None:
    assert told([looks_in(8, ONE_FOOT)]) == []
    assert [way for way, _ in told([looks_in(8, ONE_FOOT)], u_turn=0)] == [Direction.IN, Direction.OUT]
    assert [way for way, _ in told([looks_in(8, BOTH_FEET)])] == [Direction.IN, Direction.OUT]


def test_an_entry_that_was_held_back_has_its_own_time() -> None:
    scene = Scene(lines=(DOOR,), rules=Rules(minimum_stay_s=5))
    walk = looks_in(20, 0.3)
    seen = look(scene, lambda t: [walk(t)], 20)
    ((told_at, entry),) = [(one.at, entry) for one in seen.learnt for entry in one.entries]
    assert entry.at == pytest.approx(4.5, abs=0.6)
    assert told_at == pytest.approx(entry.at + 5, abs=0.3)


def test_who_leaves_the_picture_inside_has_stayed() -> None:
    walk = way((0, (0.5, 0.2)), (4, (0.5, 0.5)), (6, (0.5, 0.8)))
    assert [way for way, _ in told([walk], minimum_stay_s=30)] == [Direction.IN]


def test_who_goes_out_for_a_moment_is_no_new_visitor() -> None:
    out_and_back = way((0, (0.5, 0.9)), (5, (0.5, 0.3)), (9, (0.5, 0.3)), (14, (0.5, 0.9)))
    hidden_outside = way((0, (0.5, 0.9)), (5, (0.5, 0.35)))
    comes_back = way((16, (0.5, 0.33)), (20, (0.5, 0.9)))
    stranger = way((16, (0.9, 0.2)), (20, (0.9, 0.9)))
    assert told([out_and_back], again_s=60) == [(Direction.OUT, ""), (Direction.IN, "again")]
    assert told([hidden_outside, comes_back], again_s=60) == [(Direction.OUT, ""), (Direction.IN, "again")]
    assert told([hidden_outside, comes_back], again_s=5) == [(Direction.OUT, ""), (Direction.IN, "")]
    assert told([hidden_outside, stranger], again_s=60) == [(Direction.OUT, ""), (Direction.IN, "")]
    assert told([out_and_back]) == [(Direction.OUT, ""), (Direction.IN, "")]


def test_people_who_come_in_side_by_side_are_a_group() -> None:
    pair = [way((i * 0.6, (0.4 + 0.1 * i, 0.2)), (6 + i * 0.6, (0.4 + 0.1 * i, 0.9))) for i in range(2)]
    alone = way((9, (0.5, 0.2)), (15, (0.5, 0.9)))
    far = way((0, (0.95, 0.2)), (6, (0.95, 0.9)))
    assert [mark for _, mark in told([*pair, alone])] == ["", "joined", ""]
    assert [mark for _, mark in told([pair[0], far])] == ["", ""]
    assert [mark for _, mark in told(pair, together_s=0)] == ["", ""]


def test_staff_is_told_apart_and_who_came_in_as_a_visitor_goes_out_as_one() -> None:
    from_behind = way((0, (0.1, 0.15)), (8, (0.1, 0.25)), (16, (0.3, 0.9)))
    assert told([from_behind], staff_after_s=4) == [(Direction.IN, "staff")]
    clocks_on = way((0, (0.1, 0.9)), (6, (0.1, 0.2)), (14, (0.1, 0.25)), (20, (0.1, 0.9)), (28, (0.1, 0.2)))
    found = told([clocks_on], staff_after_s=4)
    assert found == [(Direction.OUT, ""), (Direction.IN, ""), (Direction.OUT, "staff")]  # the first was not known yet


def test_people_who_pass_by_are_told_apart_from_those_who_come_in() -> None:
    street = Line(name="street", start=(0.5, 0.0), end=(0.5, 0.45), inside=Side.LEFT, kind=LineKind.PASSAGE)
    scene = Scene(lines=(DOOR, street))
    passes = way((0, (0.1, 0.3)), (6, (0.9, 0.3)))
    comes_in = way((2, (0.9, 0.42)), (8, (0.3, 0.42)), (12, (0.3, 0.9)))
    entries = look(scene, lambda t: [passes(t), comes_in(t)], 20).entries
    kinds = sorted((entry.line.name, entry.line.kind) for entry in entries)
    assert kinds == [("door", "entrance"), ("street", "passage"), ("street", "passage")]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.floats(0, 4), st.floats(0, 1))
def test_whatever_the_rules_nobody_is_in_twice(seed: int, stay_s: float, u_turn: float) -> None:
    """Somebody goes to and fro at will: entries and exits take turns."""
    stops = [(2.5 * i, (0.5, 0.2 + 0.7 * ((seed >> (3 * i)) % 8) / 7)) for i in range(10)]
    ways = [one for one, _ in told([way(*stops)], 30, minimum_stay_s=stay_s, u_turn=u_turn)]
    assert all(a is not b for a, b in itertools.pairwise(ways))
