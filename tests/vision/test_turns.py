"""Whose turn it is, and how often."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.detector import Pixels
from edge.vision.motion import Motion
from edge.vision.pace import at_full, moved
from edge.vision.pace import looked as looked_at_pace
from edge.vision.turns import Turn, hurried, looked, next_one


@settings(max_examples=60)
@given(st.integers(1, 30), st.floats(0.002, 0.1), st.floats(0.1, 1.0))
def test_whatever_the_load_all_get_their_share_and_nobody_waits_longer_than_a_round(
    cameras: int, look_s: float, period_s: float
) -> None:
    turns = {f"camera-{number}": Turn(0.0) for number in range(cameras)}
    counts, last, now = dict.fromkeys(turns, 0), dict.fromkeys(turns, 0.0), 0.0
    end = 20 * max(period_s, look_s * cameras)
    while now < end:
        name = next_one(((name, turn.due) for name, turn in turns.items()), now)
        if name is None:
            now = min(turn.due for turn in turns.values())
            continue
        assert now - last[name] <= max(period_s, look_s * cameras) + period_s + look_s
        turns[name], last[name] = looked(turns[name], now, period_s), now
        counts[name] += 1
        now += look_s
    assert max(counts.values()) - min(counts.values()) <= 0.15 * max(counts.values()) + 2
    assert all(count <= end / period_s + 1.01 for count in counts.values())
    for name, turn in turns.items():
        assert counts[name] + turn.left_out == pytest.approx(turn.due / period_s, abs=0.01), "all else is told"


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 10)), max_size=8), st.floats(0, 10))
def test_the_longest_overdue_goes_next_and_nobody_before_it_is_due(due: list[tuple[str, float]], now: float) -> None:
    name = next_one(due, now)
    if name is None:
        assert all(since > now for _, since in due)
    else:
        assert (name, min(since for _, since in due)) in due


def test_a_still_camera_is_looked_at_less_and_at_once_again_when_something_moves() -> None:
    pace, seen = at_full(5, 100.0), []
    for second in range(20):
        pace = looked_at_pace(pace, 100.0 + second, 0)
        seen.append(round(1 / pace.period_s, 2))
    assert seen == [5.0] * 4 + [2.5] * 8 + [1.0] * 8
    assert looked_at_pace(pace, 130.0, people=2).period_s == pytest.approx(0.4)
    assert hurried(Turn(121.0), 120.3, 0.8) == Turn(120.3), "and nothing counts as dropped"
    assert hurried(Turn(120.2), 120.3, 0.8) == Turn(120.2)
    pace = moved(pace, 120.3)
    assert looked_at_pace(pace, 120.3, 0).period_s == pytest.approx(0.2)


def test_somebody_who_walks_moves_and_a_flickering_light_does_not() -> None:
    noise = np.random.default_rng(3)
    place = noise.integers(90, 110, (360, 480, 3)).astype(np.int16)

    def taken(light: int, person_at: int | None = None) -> Pixels:
        picture = place + noise.integers(-8, 9, place.shape) + light
        if person_at is not None:
            picture[100:145, person_at : person_at + 16] -= 25  # small, and dark clothes on a dark floor
        return np.asarray(np.clip(picture, 0, 255), np.uint8)

    motion = Motion()
    assert motion.moved(taken(0)), "what a camera shows first is all new"
    assert not any(motion.moved(taken(light)) for light in (0, 2, -3, 4, 0, -2, 3, 0, 1, -1))
    assert all(motion.moved(taken(0, at)) for at in range(100, 400, 30))
    assert motion.moved(taken(0)[:180]), "so is a picture of another size"
