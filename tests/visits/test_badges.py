"""A badge excuses one crossing, whichever of the two comes first, and nobody else's."""

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.facts import Crossing
from edge.vision.line import Direction
from edge.visits.badges import Badges, crossed, spoke

NOW, WITHIN = 1_700_000_000_000, 5_000
steps = st.lists(
    st.tuples(st.integers(0, 20_000), st.one_of(st.just(""), st.sampled_from(["badge-1", "badge-2"]))), max_size=30
)


@settings(max_examples=60)
@given(steps)
def test_never_more_staff_than_badges_spoke_and_never_far_from_one(steps: list[tuple[int, str]]) -> None:
    badges, at, n, words, excused = Badges(), NOW, 0, list[int](), list[int]()
    for later, badge in steps:
        at += later
        if badge:
            words.append(at)
            badges, taken = spoke(badges, badge, at, WITHIN)
            excused += [taken.at] if taken else []
        else:
            n += 1
            badges, told = crossed(badges, Crossing("door", "in", at, Direction.IN, 1, n), WITHIN)
            excused += [told.at] if told.staff else []
    assert len(excused) <= len(words)
    assert all(any(abs(word - one) <= WITHIN for word in words) for one in excused)


def test_before_and_after() -> None:
    crossing = Crossing("door", "in", NOW, Direction.IN, 1, 1)
    badges, taken = spoke(Badges(), "badge-1", NOW - 3_000, WITHIN)
    assert taken is None
    assert crossed(badges, crossing, WITHIN)[1].staff
    badges, told = crossed(Badges(), crossing, WITHIN)
    assert not told.staff
    assert spoke(badges, "badge-1", NOW + 3_000, WITHIN)[1] == crossing
    assert spoke(badges, "badge-1", NOW + 6_000, WITHIN)[1] is None
