"""How people in a film go about: they bend their way, stop, look and turn back, as nobody in a single sample has to."""

import math
from dataclasses import dataclass, replace

import numpy as np

from edge.vision.training.actor import Actor
from edge.vision.training.view import Floats, Random

STEP_S = 0.1
"""A way is reckoned in steps of so long, and straight in between."""
DRIFT = 0.25
"""Radians by which a heading wanders in a second, as a standard deviation over the root of a second."""
SETTLE_S = 0.4
"""How long it takes to come to a stand, or to pick up one's pace again."""


@dataclass(frozen=True, slots=True)
class Stroll:
    """One person's way: rows of (x, y, heading, metres walked), one each `STEP_S` from `begins` to its end."""

    actor: Actor
    begins: float
    """Seconds in the film."""
    way: Floats

    def at(self, seconds: float) -> Actor | None:
        """The person at this moment of the film; None before and after."""
        steps = (seconds - self.begins) / STEP_S
        first = math.floor(steps)
        if first < 0 or first + 1 >= len(self.way):
            return None
        x, y, heading, walked = (self.way[first] + (steps - first) * (self.way[first + 1] - self.way[first])).tolist()
        pose = self.actor.pose
        phase = pose.phase + walked / (0.8 * self.actor.look.tall) * math.pi
        return replace(self.actor, x=x, y=y, heading=heading, pose=replace(pose, phase=phase))


def random_stroll(random: Random, actor: Actor, when: float, stays_s: float) -> Stroll:
    """A way that leads through the actor's place at `when`, and lasts so long before and after it."""
    half = math.ceil(stays_s / STEP_S)
    times = np.arange(-half, half + 1) * STEP_S
    pace = actor.speed * _paces(random, times)
    turns = random.normal(0, DRIFT * math.sqrt(STEP_S), len(times)) * (pace > 0)
    if actor.speed and random.random() < 0.25:  # turns back, or off to the side
        moment = int(random.integers(len(times)))
        turns[moment : moment + 8] += random.choice([-1, 1]) * random.uniform(1.2, math.pi) / 8
    heading = np.cumsum(turns)
    heading += actor.heading - heading[half]
    x, y, walked = (np.cumsum(part * pace * STEP_S) for part in (-np.sin(heading), np.cos(heading), np.ones(len(pace))))
    x, y, walked = x - x[half] + actor.x, y - y[half] + actor.y, walked - walked[half]
    return Stroll(actor, when - half * STEP_S, np.stack([x, y, heading, walked], axis=1))


def _paces(random: Random, times: Floats) -> Floats:
    """Part of one's pace at every time: 1 when walking on, 0 while one stands and looks."""
    part = np.ones(len(times))
    for _ in range(int(random.poisson(0.12 * len(times) * STEP_S / 2))):
        begins = random.uniform(times[0], times[-1])
        lasts = random.uniform(0.8, 6)
        away = np.maximum(np.maximum(begins - times, times - begins - lasts), 0)
        part = np.minimum(part, np.clip(away / SETTLE_S, 0, 1))
    return part
