"""A pool of samples on disk: files of a few hundred, so that drawing and training can go on at once."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from edge.vision.training.sample import DRAWN, Sample, make_sample
from edge.vision.training.scenery import random_scene

PER_SCENE = 5
MOST_PEOPLE = 32
"""Rows kept for each sample; rows not used are all zero with -1 in the last column."""


def draw_samples(seed: int, many: int) -> Iterator[Sample]:
    """Draw samples, a few in each of many places; the same seed draws the same."""
    random = np.random.default_rng(seed)
    for i in range(many):
        if i % PER_SCENE == 0:
            scene = random_scene(random, *DRAWN)
        yield make_sample(random, scene)


def draw_pool_file(path: Path, seed: int, many: int) -> None:
    """Draw `many` samples and write them as one .npz. Raises OSError."""
    pictures = np.empty((many, 2, DRAWN[1], DRAWN[0]), np.uint8)
    people = np.zeros((many, MOST_PEOPLE, 7), np.float32)
    people[:, :, 6] = -1
    for i, sample in enumerate(draw_samples(seed, many)):
        pictures[i, 0], pictures[i, 1] = sample.picture, sample.background
        rows = sample.people[:MOST_PEOPLE]
        people[i, : len(rows)] = rows
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as out:
        np.savez(out, pictures=pictures, people=people)
    unfinished.rename(path)


def read_pool_file(path: Path) -> list[Sample]:
    """The samples of one file. Raises OSError, KeyError or ValueError where it is none."""
    with np.load(path, allow_pickle=False) as held:
        pictures, people = held["pictures"], held["people"]
    return [
        Sample(two[0], two[1], rows[rows[:, 6] >= 0]) for two, rows in zip(pictures, people, strict=True)
    ]  # fmt: skip
