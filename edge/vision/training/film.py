"""Short films with known truth, for choosing thresholds and for measuring; never for training.

Unlike a sample, a film is played through the real detector, which learns the background by itself.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge.vision.training.actor import random_actor
from edge.vision.training.sample import DRAWN, compose, distance, truth
from edge.vision.training.scenery import Scene, random_scene
from edge.vision.training.sensor import random_sensor
from edge.vision.training.square import random_square
from edge.vision.training.stroll import Stroll, random_stroll
from edge.vision.training.view import Floats, Random

STAYS_S = 25.0
"""A walker is drawn for so long before and after the moment that the place was chosen for."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame: BGR pixels, time in seconds, and people: rows as in Sample, in the picture's pixels, and who."""

    pixels: npt.NDArray[np.uint8]
    at: float
    people: Floats
    who: tuple[int, ...]


def film(seed: int, seconds: float, fps: float, close: bool = False) -> Iterator[Shot]:
    """Play a film; the same seed plays the same. `close`: a crowd at eye level, up to the picture's height."""
    random = np.random.default_rng((4711, seed))
    scene = random_scene(random, *DRAWN)
    while close != (scene.view.up < 2.0 and scene.view.pitch < 0.2):
        scene = random_scene(random, *DRAWN)
    return _played(random, scene, _cast(random, scene, seconds, close), seconds, fps)


def square_film(seed: int, seconds: float, fps: float) -> Iterator[Shot]:
    """Play a film of people who stay and meet (see square.py), from above their heads; the same seed plays the same."""
    random = np.random.default_rng((4711, seed))
    scene = random_scene(random, *DRAWN)
    while scene.view.up < 2.0 or not 0.1 <= scene.view.pitch < 0.75:
        scene = random_scene(random, *DRAWN)
    return _played(random, scene, random_square(random, scene, seconds), seconds, fps)


def _played(random: Random, scene: Scene, cast: list[Stroll], seconds: float, fps: float) -> Iterator[Shot]:
    """Every frame of these people in this place."""
    sensor = random_sensor(random)
    contrast, lift = random.uniform(0.6, 1.1), random.normal(0, 10)
    flicker, slow = random.uniform(0, 2.5), random.uniform(0, 0.06)
    for number in range(round(seconds * fps)):
        at = number / fps
        present = [(actor, name) for name, stroll in enumerate(cast) if (actor := stroll.at(at))]
        here = sorted((one for one in present if one[0].y < scene.far - 0.2), key=lambda one: -distance(one[0]))
        picture, drawn, owner = compose(scene, scene.picture, [actor for actor, _ in here])
        rows, who = [], []
        for one in drawn:
            row = truth([one], owner)
            if len(row):
                rows.append(row[0])
                who.append(here[one.number - 1][1])
        light = contrast * (1 + slow * math.sin(at / 6)), lift + flicker * random.normal()
        frame = sensor.take(random, (picture - 120) * light[0] + 120 + light[1])
        people = np.array(rows, np.float32).reshape(-1, 7)
        yield Shot(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), at, people, tuple(who))


def _cast(random: Random, scene: Scene, seconds: float, close: bool) -> list[Stroll]:
    """Who walks through, at whatever moment each is at the place that was chosen."""
    many = int(random.integers(14, 40) if close else random.integers(4, 26))
    low, high = (0.3, 1.1) if close else (0.09, random.uniform(0.25, 0.9))
    cast: list[Stroll] = []
    for _ in range(many):
        tall = DRAWN[1] * math.exp(random.uniform(math.log(low), math.log(high)))
        actor = random_actor(random, scene.view, tall)
        if actor.y < scene.far - 0.5 and (actor.speed or random.random() < 0.35):
            cast.append(random_stroll(random, actor, float(random.uniform(0, seconds)), STAYS_S))
    return cast
