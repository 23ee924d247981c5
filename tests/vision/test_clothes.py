import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.boxes import NO_BOXES
from edge.vision.clothes import BANDS, clothes, unlike
from edge.vision.tracking import Tracker, TrackRules, advance

RULES = TrackRules()
RED, BLUE = (0, 0, 255), (255, 0, 0)


def _street(people: list[tuple[float, tuple[int, int, int]]]) -> tuple[np.ndarray, np.ndarray]:
    """A grey picture with a rectangle per person, the nearer (later) before the farther; and their boxes."""
    pixels = np.full((240, 400, 3), 120, np.uint8)
    rows = []
    for number, (x, colour) in enumerate(people):
        top, foot = 100 + 4 * number, 180 + 4 * number
        pixels[top:foot, max(round(x) - 16, 0) : max(round(x) + 16, 0)] = colour
        rows.append((x - 16, top, x + 16, foot, 0.9))
    return pixels, np.array(rows, np.float32).reshape(-1, 5)


def test_what_somebody_wears_is_seen_from_head_to_foot() -> None:
    pixels, boxes = _street([(100, RED)])
    pixels[140:] = BLUE
    worn = clothes(pixels, boxes)[0]
    assert worn is not None
    assert worn[:3] == [0, 0, 1]
    assert worn[-3:] == [1, 0, 0]


def test_of_somebody_who_is_hidden_nothing_is_known() -> None:
    pixels, boxes = _street([(100, RED), (108, BLUE), (300, RED)])
    hidden, blue, red = clothes(pixels, boxes)
    assert hidden is None
    assert blue is not None
    assert red is not None
    assert unlike(blue, red) == pytest.approx(2 / 3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-500, 900, width=32)] * 2, *[st.floats(1, 600, width=32)] * 2), max_size=6))
def test_boxes_may_be_anywhere(rows: list[tuple[float, float, float, float]]) -> None:
    boxes = np.array([(x, y, x + wide, y + tall, 1) for x, y, wide, tall in rows], np.float32).reshape(-1, 5)
    worn = clothes(np.full((60, 80, 3), 255, np.uint8), boxes)
    assert len(worn) == len(rows)
    assert all(one is None or one == [1] * 3 * BANDS for one in worn)


def _follow(frames: list[tuple[float, list[tuple[float, tuple[int, int, int]]]]]) -> Tracker:
    tracker = Tracker()
    for now, people in frames:
        pixels, boxes = _street(people)
        tracker = advance(tracker, boxes, now, RULES, clothes(pixels, boxes))
    return tracker


def test_somebody_out_of_sight_for_long_is_known_again_by_the_clothes_only() -> None:
    before = [(i * 0.2, [(200.0, RED)]) for i in range(8)]
    again = [(4.0 + i * 0.2, [(205.0, RED)]) for i in range(3)]
    other = [(4.0 + i * 0.2, [(205.0, BLUE)]) for i in range(3)]
    assert [person.id for person in _follow([*before, *again]).people] == [1]
    assert {person.id for person in _follow([*before, *other]).people if person.seen > 4} == {2}
    late = [(9.0 + i * 0.2, [(205.0, RED)]) for i in range(3)]
    assert [person.id for person in _follow([*before, *late]).people] == [2]


def test_two_who_meet_and_turn_back_keep_their_ids() -> None:
    """By their ways alone each would be taken for the other, who walks on where the first one came to."""
    meet = [(i * 0.2, [(140 + 6.0 * i, RED), (260 - 6.0 * i, BLUE)]) for i in range(10)]
    gone = [(2.0 + i * 0.2, list[tuple[float, tuple[int, int, int]]]()) for i in range(4)]
    part = [(2.8 + i * 0.2, [(186 - 6.0 * i, RED), (214 + 6.0 * i, BLUE)]) for i in range(8)]
    people = {person.id: person for person in _follow([*meet, *gone, *part]).people}
    assert set(people) == {1, 2}
    assert people[1].x < 200 < people[2].x


def test_nobody_wears_nothing() -> None:
    assert clothes(np.zeros((5, 5, 3), np.uint8), NO_BOXES) == []
