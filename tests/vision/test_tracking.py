from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as np_st

from edge.vision.line import CountingLine, LineState, Side, count
from edge.vision.tracking import Track, Tracker, TrackRules, advance
from tests.vision.strategies import HEIGHT, boxes_at

RULES = TrackRules()


def _follow(frames: list[tuple[float, list[tuple[float, float]]]]) -> list[Tracker]:
    tracker, history = Tracker(), []
    for now, feet in frames:
        tracker = advance(tracker, boxes_at(feet), now, RULES)
        history.append(tracker)
    return history


def test_one_glimpse_is_nobody() -> None:
    history = _follow([(0.0, [(100, 100)]), (0.2, []), (0.4, []), (2.0, [])])
    assert all(not tracker.people for tracker in history)
    assert history[-1].tracks == ()


@settings(max_examples=40, deadline=None)
@given(speed=st.floats(-60, 60), fps=st.floats(2.3, 12), x=st.floats(0, 400))
def test_one_person_is_one_track_at_any_rate(speed: float, fps: float, x: float) -> None:
    frames = [(i / fps, [(x + speed * i / fps, 200.0)]) for i in range(round(4 * fps))]
    history = _follow(frames)
    assert {track.id for tracker in history for track in tracker.tracks} == {1}
    assert len(history[-1].people) == 1


@settings(max_examples=30, deadline=None)
@given(gap=st.floats(0.2, 1.3), speed=st.floats(-50, 50))
def test_somebody_hidden_for_a_moment_keeps_the_id(gap: float, speed: float) -> None:
    times = [i * 0.2 for i in range(8)]
    frames = [(t, [(200 + speed * t, 200.0)]) for t in (*times, times[-1] + gap)]
    assert [track.id for track in _follow(frames)[-1].people] == [1]


def test_somebody_gone_for_long_is_forgotten() -> None:
    frames = [(i * 0.2, [(200.0, 200.0)]) for i in range(8)]
    assert _follow([*frames, (4.0, [])])[-1].tracks == ()


def test_two_who_pass_each_other_keep_their_ids() -> None:
    frames = [(i * 0.2, [(50 + 12.0 * i, 200.0), (350 - 12.0 * i, 230.0)]) for i in range(25)]
    people = _follow(frames)[-1].people
    assert len(people) == 2
    by_row = {round(person.foot[1]): person for person in people}
    assert by_row[200].vx > 0 > by_row[230].vx
    assert {person.id for person in people} == {1, 2}


HIDDEN_S = 0.8
WORN = tuple(np.linspace(20, 200, 18).tolist())


def _half_hidden(cut: float) -> list[Track]:
    """Somebody stands at (200, 200), and for a moment somebody else in front: what is above that is seen."""
    tracker, tracks = Tracker(), []
    for i in range(30):
        hidden = 2 <= i / 5 < 2 + HIDDEN_S
        box = boxes_at([(200, 200)])
        box[:, 3] -= cut * HEIGHT if hidden else 0.0
        tracker = advance(tracker, box, i / 5, RULES, [None if hidden else WORN])
        tracks.append(tracker.tracks[0])
    return tracks


@settings(max_examples=40, deadline=None)
@given(st.floats(0.2, 0.45))
def test_who_is_half_hidden_for_a_moment_stands_where_the_head_says(cut: float) -> None:
    tracks = _half_hidden(cut)
    assert {track.id for track in tracks} == {1}
    assert all(abs(track.y - track.height / 2 - (200 - HEIGHT)) < 0.16 * cut * HEIGHT for track in tracks)
    assert all(abs(track.foot[1] - 200) < 0.87 * cut * HEIGHT for track in tracks)


def test_whose_feet_are_hidden_has_not_crossed_the_line_behind() -> None:
    line = CountingLine((0, 200 - 0.32 * HEIGHT), (400, 200 - 0.32 * HEIGHT), Side.RIGHT)
    state, crossed = LineState(), []
    for track in _half_hidden(0.45):
        state, now = count(line, state, [track])
        crossed += now
    assert crossed == []


def test_a_weak_box_begins_nothing_but_carries_on() -> None:
    weak = boxes_at([(200, 200)], score=0.35)
    assert advance(Tracker(), weak, 0.0, RULES).tracks == ()
    known = _follow([(i * 0.2, [(200.0, 200.0)]) for i in range(5)])[-1]
    assert advance(known, weak, 1.0, RULES).people[0].seen == 1.0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        np_st.arrays(np.float32, st.tuples(st.integers(0, 6), st.just(5)), elements=st.floats(0, 1, width=32)),
        max_size=12,
    )
)
def test_whatever_is_seen_it_stays_bounded_and_ids_are_never_used_again(frames: list[np.ndarray]) -> None:
    rules = replace(RULES, most=8)
    tracker = Tracker()
    gone: set[int] = set()
    before: set[int] = set()
    for i, raw in enumerate(frames):
        boxes = raw * np.array([300, 300, 300, 300, 1], np.float32)
        boxes[:, 2:4] = boxes[:, :2] + 1 + raw[:, 2:4] * 100
        tracker = advance(tracker, boxes, i * 0.2, rules)
        ids = [track.id for track in tracker.tracks]
        assert len(ids) == len(set(ids)) <= 8
        assert not gone & set(ids)
        gone |= before - set(ids)
        before = set(ids)
        assert all(np.isfinite([t.x, t.y, t.vx, t.vy, t.width, t.height]).all() for t in tracker.tracks)
