"""The drawing and the measuring that the shipped model comes from. None of it needs PyTorch."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vision.boxes import NO_BOXES, Boxes
from edge.vision.tracking import TrackRules
from edge.vision.training.figure import build
from edge.vision.training.film import Shot, film
from edge.vision.training.look import ARMS, random_look, random_pose
from edge.vision.training.pool import draw_pool_file, read_pool_file
from edge.vision.training.sample import DRAWN, compose, make_sample
from edge.vision.training.scenery import random_scene, rearranged
from edge.vision.training.scoring import Tally, tally_film, without_the_motionless
from edge.vision.training.view import View, random_view

views = st.builds(
    View,
    width=st.just(512), height=st.just(384), focal=st.floats(250, 900), up=st.floats(1.2, 8),
    pitch=st.floats(0, math.pi / 2), roll=st.floats(-0.1, 0.1), bend=st.floats(0, 0.15), stretch=st.floats(0.8, 1.2),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(views)
def test_a_ray_through_a_pixel_meets_the_floor_where_that_pixel_shows_it(view: View) -> None:
    rays = view.rays(16)
    for row, column in ((4, 5), (12, 16), (20, 28)):
        ray = rays[row, column]
        if ray[2] > -0.05:
            continue  # looks over the horizon
        far = view.up / -ray[2]
        pixels, scale = view.project(np.array([[ray[0] * far, ray[1] * far, 0.0]]))
        assert scale[0] > 0
        assert pixels[0] == pytest.approx([column * 16 + 8, row * 16 + 8], abs=6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_a_body_stands_on_the_floor_and_is_as_tall_as_it_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    look = random_look(random)
    spheres, parts = build(look, random_pose(random, look.cart))
    body = np.concatenate([spheres[part.first : part.last] for part in parts if part.body])
    assert np.isfinite(spheres).all()
    assert (body[:, 2] >= 0).all()
    assert 0.4 * look.tall < (body[:, 2] + body[:, 3]).max() < 1.35 * look.tall


@pytest.mark.parametrize("kind", ["walk", "stand", "sit", "reach", "crouch"])
@pytest.mark.parametrize("arms", ARMS)
def test_arms_are_as_long_as_arms_whatever_they_do(kind: str, arms: str) -> None:
    random = np.random.default_rng(ARMS.index(arms))
    look = random_look(random)
    spheres, parts = build(look, replace(random_pose(random, ""), kind=kind, arms=arms))
    for part in parts:
        if part.name in ("sleeve", "forearm"):
            first, last = spheres[part.first : part.last, :3]
            assert 0.1 < np.linalg.norm(last - first) / look.tall < 0.25


def test_a_place_that_was_rearranged_has_things_where_it_differs_and_no_people() -> None:
    for seed in range(5):
        random = np.random.default_rng(seed)
        before = random_scene(random, *DRAWN)
        picture = before.picture.copy()
        after = rearranged(random, before)
        np.testing.assert_array_equal(before.picture, picture)
        assert after.things[: len(before.things)] == before.things
        drawn, people, owner = compose(after, after.picture, [])
        assert not people
        assert not owner.any()
        np.testing.assert_array_equal(drawn, after.picture)


@pytest.mark.parametrize("seed", range(4))
def test_a_sample_is_its_seed_and_its_people_are_in_the_picture(seed: int) -> None:
    one, same = (
        make_sample(random, random_scene(random, *DRAWN)) for random in map(np.random.default_rng, (seed,) * 2)
    )
    np.testing.assert_array_equal(one.picture, same.picture)
    np.testing.assert_array_equal(one.background, same.background)
    assert one.picture.shape == (DRAWN[1], DRAWN[0])
    x1, y1, x2, y2, chest_x, chest_y, counts = one.people.T
    assert ((x1 >= 0) & (y1 >= 0) & (x2 <= DRAWN[0]) & (y2 <= DRAWN[1])).all()
    assert ((x1 < chest_x) & (chest_x < x2) & (y1 < chest_y) & (chest_y < y2)).all()
    assert set(counts) <= {0.0, 1.0}


def test_a_pool_file_gives_back_what_was_drawn(tmp_path: Path) -> None:
    draw_pool_file(tmp_path / "a.npz", 3, 6)
    draw_pool_file(tmp_path / "b.npz", 3, 6)
    first, second = read_pool_file(tmp_path / "a.npz"), read_pool_file(tmp_path / "b.npz")
    assert len(first) == 6
    assert sum(len(sample.people) for sample in first) > 0
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.people, other.people)
        np.testing.assert_array_equal(one.picture, other.picture)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


@pytest.fixture(scope="module")
def shots() -> list[Shot]:
    """A crowd at eye level, three seconds."""
    return list(film(3, 3, 5, close=True))


@pytest.fixture(scope="module")
def strolls() -> list[Shot]:
    """People who walk through a usual camera's picture, six seconds."""
    return list(film(4, 6, 5))


def test_people_of_a_film_keep_their_names_and_move_little_between_frames(shots: list[Shot]) -> None:
    followed = 0
    for before, after in pairwise(shots):
        was = dict(zip(before.who, before.people, strict=True))
        assert len(set(after.who)) == len(after.who)
        for name, row in zip(after.who, after.people, strict=True):
            if name in was and row[6] and was[name][6]:
                followed += 1
                assert abs(row[4] - was[name][4]) < 0.6 * DRAWN[0]
    assert followed > 20


def test_perfect_boxes_score_nearly_everything_and_none_score_nothing(shots: list[Shot]) -> None:
    perfect = [np.hstack([shot.people[:, :4], np.ones((len(shot.people), 1), np.float32)]) for shot in shots]
    best, worst = Tally(), Tally()
    tally_film(shots, perfect, TrackRules(confirm_hits=1, confirm_s=0), best)
    tally_film(shots, [NO_BOXES for _ in shots], TrackRules(), worst)
    assert best.people == worst.people > 20
    assert best.recall > 0.85
    assert best.mota > 0.7
    assert worst.mota == 0


def test_false_people_cost_precision(shots: list[Shot]) -> None:
    nobody = np.array([(1, 1, 30, 60, 0.9)], np.float32)
    boxes = [np.vstack([np.hstack([shot.people[:, :4], shot.people[:, 6:]]), nobody]) for shot in shots]
    tally = Tally()
    tally_film(shots, boxes, TrackRules(), tally)
    assert tally.extra >= len(shots) - 4
    assert tally.precision < 1


def _tallied(shots: list[Shot], boxes: list[Boxes]) -> Tally:
    tally = Tally()
    tally_film(without_the_motionless(shots, boxes, TrackRules()), boxes, TrackRules(), tally)
    return tally


def test_what_never_moves_counts_neither_way(strolls: list[Shot]) -> None:
    perfect = [np.hstack([shot.people[:, :4], np.ones((len(shot.people), 1), np.float32)]) for shot in strolls]
    poster = np.array([(1, 1, 30, 60, 0.9)], np.float32)
    sitting = np.array([(100, 200, 140, 300, 120, 230, 1)], np.float32)
    with_poster = [np.vstack([rows, poster]) for rows in perfect]
    with_sitter = [replace(shot, people=np.vstack([shot.people, sitting]), who=(*shot.who, 999)) for shot in strolls]
    plain = _tallied(strolls, perfect)
    assert plain.people > 20
    assert _tallied(strolls, with_poster) == plain
    assert _tallied(with_sitter, perfect) == plain


def test_whoever_moves_counts_both_ways(strolls: list[Shot]) -> None:
    perfect = [np.hstack([shot.people[:, :4], np.ones((len(shot.people), 1), np.float32)]) for shot in strolls]
    strolling = [np.array([(i, 1, i + 29, 60, 0.9)], np.float32) for i in range(0, 6 * len(strolls), 6)]
    plain = _tallied(strolls, perfect)
    assert _tallied(strolls, [NO_BOXES for _ in strolls]).recall == 0
    seen_too_many = _tallied(strolls, [np.vstack(both) for both in zip(perfect, strolling, strict=True)])
    assert seen_too_many.extra >= plain.extra + len(strolls) - 8


def test_views_are_of_every_kind() -> None:
    random = np.random.default_rng(0)
    pitches = [random_view(random, 512, 384).pitch for _ in range(200)]
    assert min(pitches) < 0.1
    assert max(pitches) > 1.3
