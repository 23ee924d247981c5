"""Keeping names: how it is measured, and films on which people stay and meet."""

import itertools
import math

import numpy as np
import pytest

from edge.vision.boxes import Boxes
from edge.vision.tracking import TrackRules
from edge.vision.training.film import Shot, square_film
from edge.vision.training.keep_names import spoilt
from edge.vision.training.naming import Look, Names, follow_names, true_crossings
from edge.vision.training.sample import DRAWN
from edge.vision.training.scenery import random_scene
from edge.vision.training.square import random_square

FPS = 5.0


def _looks(*ways: tuple[float, float], seconds: float = 8.0) -> list[Look]:
    """People who walk along rows of their own, from x at so many pixels a second, seen perfectly."""
    looks = []
    for i in range(round(seconds * FPS)):
        at = i / FPS
        rows = [(x + v * at - 12, 100 * n, x + v * at + 12, 100 * n + 80, 1.0) for n, (x, v) in enumerate(ways)]
        boxes: Boxes = np.array(rows, np.float32).reshape(-1, 5)
        truth = np.hstack([boxes[:, :4], boxes[:, :2], boxes[:, 4:]])
        looks.append(Look(at, boxes, [None] * len(rows), truth, tuple(range(len(rows)))))
    return looks


def test_who_is_seen_perfectly_keeps_the_name_and_is_counted_over_every_line() -> None:
    looks = _looks((50, 50), (450, -50), (60, 0))
    crossings = true_crossings(looks)
    names = follow_names(looks, TrackRules(confirm_hits=1, confirm_s=0), crossings)
    assert (names.people, names.names, names.swaps) == (3, 3, 0)
    assert names.idf1 == pytest.approx(1, abs=0.02)
    assert len(crossings) == names.counted == names.found > 8
    assert names.f1 == 1


def test_a_name_that_goes_over_to_somebody_else_costs_as_much_as_it_was_wrong() -> None:
    looks = _looks((100, 0), (300, 0))
    half = len(looks) // 2
    swapped = [
        look if i < half else look._replace(who=look.who[::-1], people=look.people) for i, look in enumerate(looks)
    ]
    names = follow_names(swapped, TrackRules(confirm_hits=1, confirm_s=0), [])
    assert names.swaps == 2
    assert names.idf1 == pytest.approx(0.5, abs=0.02)


def test_false_people_and_missed_ones_cost_too() -> None:
    looks = [look._replace(people=look.people[:1], who=look.who[:1]) for look in _looks((100, 0), (300, 0))]
    blind = [look._replace(boxes=look.boxes[:1], worn=[None]) for look in _looks((100, 0), (300, 0))]
    rules = TrackRules(confirm_hits=1, confirm_s=0)
    for one in (looks, blind):
        assert follow_names(one, rules, []).idf1 == pytest.approx(2 / 3, abs=0.02)


def test_films_add_up() -> None:
    one = Names(true=10, told=8, right=6, swaps=1, people=2, names=3)
    assert one + one == Names(true=20, told=16, right=12, swaps=2, people=4, names=6)
    assert "IDF1 0.667" in str(one)


@pytest.mark.parametrize("seed", range(3))
def test_people_on_a_square_meet_and_make_way_for_each_other(seed: int) -> None:
    random = np.random.default_rng(seed)
    cast = random_square(random, random_scene(random, *DRAWN), 30)
    met, nearest = 0, math.inf
    for t in range(0, 300, 5):
        here = [actor for stroll in cast if (actor := stroll.at(t / 10))]
        far = [math.dist((a.x, a.y), (b.x, b.y)) for a, b in itertools.combinations(here, 2)]
        met += any(one < 1.2 for one in far)
        nearest = min([nearest, *far])
    assert met > 3
    assert nearest > 0.1


def test_a_film_of_a_square_is_its_seed() -> None:
    one, same = (list(square_film(5105, 4, 1)) for _ in range(2))
    assert [shot.who for shot in one] == [shot.who for shot in same]
    np.testing.assert_array_equal(one[-1].pixels, same[-1].pixels)


def test_people_stay_on_a_square() -> None:
    there = stayed = 0
    for seed in range(5103, 5107):
        *_, first, _, _, last = square_film(seed, 12, 1)
        there += len(first.who)
        stayed += len(set(first.who) & set(last.who))
    assert there >= 5
    assert stayed > 0.7 * there


def test_spoilt_boxes_are_near_the_truth_and_never_two_where_one_hides_the_other() -> None:
    near, hidden, gone = [100.0, 100, 140, 200], [104.0, 98, 144, 196], [300.0, 100, 340, 200]
    rows = [[*box, box[0], box[1], counts] for box, counts in ((near, 1.0), (hidden, 1.0), (gone, 0.0))]
    shot = Shot(np.zeros((384, 512, 3), np.uint8), 0.0, np.array(rows, np.float32), (0, 1, 2))
    random, seen = np.random.default_rng(0), []
    for _ in range(200):
        boxes = spoilt(shot, random)
        seen.append(len(boxes))
        assert np.abs(boxes[:, :4] - np.array(near)).max(initial=0) < 40
    assert set(seen) == {0, 1}
    assert sum(seen) == pytest.approx(180, abs=15)
