"""People on a square or a shop floor who stay for a while: they meet, stand together, walk abreast and cross.

In a stroll (stroll.py) somebody is in the picture for some seconds and hardly ever meets anybody. Whether a name is
kept shows only where many who stay keep coming between each other and the camera.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from edge.vision.training.actor import random_actor
from edge.vision.training.scenery import Scene
from edge.vision.training.stroll import STEP_S, Stroll
from edge.vision.training.view import Floats, Random, View

ROOM_M = 0.55
"""People who come closer to each other than this make way."""
MEET_M = 0.45
"""How far from the middle of a group somebody stands."""
EVERY_S = 7.0
"""Mean time between two groups that form."""
SETTLE_S, TURNS_FROM = 0.3, 0.25
"""How long it takes to change one's speed; and from what speed on a body turns to where it goes, metres a second."""
WITHIN, OUTSIDE = 0.02, 0.12
"""Parts of the picture: people go to places so far within its edges, and come from so far beyond."""


@dataclass(slots=True)
class Plan:
    """Where somebody wants to be: (from when, metres) in order of time; the first and last are outside the picture."""

    begins: float
    aims: list[tuple[float, float, float]]

    def aim(self, now: float) -> tuple[float, float]:
        """Where to go now, in metres: at first to the place that comes after the first."""
        _, x, y = next((aim for aim in reversed(self.aims[1:]) if aim[0] <= now), self.aims[1])
        return x, y


def random_square(random: Random, scene: Scene, seconds: float) -> list[Stroll]:
    """A cast that comes and goes over so many seconds, most of it for long."""
    tall = _height(random, scene)
    many = max(round(seconds / 8 * random.uniform(1.0, 2.2)), 3)
    plans = _plans(random, scene, tall, many, seconds)
    paces = random.uniform(0.8, 1.6, many)
    ways = _walked(random, plans, paces, seconds)
    cast = []
    for plan, pace, way in zip(plans, paces, ways, strict=True):
        actor = random_actor(random, scene.view, tall)
        pose = replace(actor.pose, kind="walk", stride=float(random.uniform(0.3, 0.55)))
        cast.append(Stroll(replace(actor, pose=pose, speed=float(pace)), plan.begins, way))
    return cast


def _plans(random: Random, scene: Scene, tall: float, many: int, seconds: float) -> list[Plan]:
    """Each comes from outside, goes to places of its own and to groups, and leaves."""
    plans = []
    for _ in range(many):
        begins = round(float(random.uniform(-0.4 * seconds, 0.85 * seconds)), 1)
        stays = float(random.uniform(10, 45))
        own = [begins + part * stays for part in sorted(random.uniform(0, 1, int(random.integers(1, 4))))]
        x, y = _outside(random, scene, tall)
        aims = [(begins, x, y), *((at, *_place(random, scene, tall)) for at in own)]
        plans.append(Plan(begins, [*aims, (begins + stays, *_outside(random, scene, tall))]))
    at = 0.0
    while at < seconds:  # groups
        there = [plan for plan in plans if plan.begins + 1 < at < plan.aims[-1][0] - 1]
        if len(there) >= 2:
            x, y = _place(random, scene, tall)
            for i in random.permutation(len(there))[: int(random.integers(2, 5))]:
                angle = random.uniform(0, math.tau)
                aim = at, x + MEET_M * math.sin(angle), y + MEET_M * math.cos(angle)
                there[i].aims = sorted([*there[i].aims, aim])
        at += float(random.exponential(EVERY_S))
    for number in range(1, many):  # friends
        if random.random() < 0.2:
            friend, side = plans[number - 1], float(random.uniform(0.5, 0.75))
            plans[number] = Plan(friend.begins, [(at, x + side, y) for at, x, y in friend.aims])
    return plans


def _walked(random: Random, plans: list[Plan], paces: Floats, seconds: float) -> list[Floats]:
    """Rows as in Stroll for everybody, step by step, each on the way to the aim of the moment and around the others."""
    first = min(plan.begins for plan in plans)
    place = np.array([plan.aims[0][1:] for plan in plans])
    velocity, walked = np.zeros_like(place), np.zeros(len(plans))
    heading = random.uniform(0, math.tau, len(plans))
    rows: list[list[tuple[float, float, float, float]]] = [[] for _ in plans]
    for step in range(round((seconds - first) / STEP_S) + 2):
        now = first + step * STEP_S
        here = np.array([plan.begins <= now + 1e-6 for plan in plans])
        wish = _wish(np.array([plan.aim(now) for plan in plans]), place, paces, here)
        velocity = np.where(here[:, None], velocity + (wish - velocity) * (STEP_S / SETTLE_S), 0.0)
        speed = np.hypot(velocity[:, 0], velocity[:, 1])
        place = place + velocity * STEP_S
        walked = walked + speed * STEP_S
        turn = (np.arctan2(-velocity[:, 0], velocity[:, 1]) - heading + math.pi) % math.tau - math.pi
        heading = heading + np.where(speed > TURNS_FROM, 0.4 * turn, 0.0)
        for number in np.flatnonzero(here):
            x, y = place[number].tolist()
            rows[number].append((x, y, float(heading[number]), float(walked[number])))
    return [np.array(way).reshape(-1, 4) for way in rows]


def _wish(aims: Floats, place: Floats, paces: Floats, here: Floats) -> Floats:
    """How fast everybody would like to move: to the aim, slower when it is near, and away from who is too close."""
    off = aims - place
    far = np.maximum(np.hypot(off[:, 0], off[:, 1]), 1e-6)[:, None]
    apart = place[:, None] - place[None]
    near = np.hypot(apart[..., 0], apart[..., 1])
    push = np.where((near < ROOM_M) & (near > 0) & here, (ROOM_M - near) / np.maximum(near, 0.05), 0.0)
    away = 3.0 * (push[..., None] * apart).sum(axis=1)
    return np.asarray(off / far * np.minimum(paces[:, None], 1.5 * far) + away)


def _height(random: Random, scene: Scene) -> float:
    """How tall people are in the picture, roughly: so that there is a place in view where they are."""
    tall = 0.0
    for _ in range(20):
        tall = scene.view.height * math.exp(random.uniform(math.log(0.12), math.log(0.34)))
        if _in_view(scene.view, *_place(random, scene, tall), -WITHIN):
            break
    return tall


def _place(random: Random, scene: Scene, tall: float) -> tuple[float, float]:
    """Somewhere on the floor where a whole body is in view, as far as there is such a place."""
    for _ in range(50):
        x, y = scene.view.spot(random, tall * math.exp(random.uniform(-0.3, 0.3)))
        y = min(y, scene.far - 0.6)
        if _in_view(scene.view, x, y, -WITHIN):
            break
    return x, y


def _outside(random: Random, scene: Scene, tall: float) -> tuple[float, float]:
    """Beyond the left or right edge of the picture."""
    x, y = _place(random, scene, tall)
    step = float(random.choice([-0.3, 0.3]))
    for _ in range(200):
        x += step
        if not _in_view(scene.view, x, y, OUTSIDE, whole=False):
            break
    return x, y


def _in_view(view: View, x: float, y: float, beyond: float, whole: bool = True) -> bool:
    """Whether somebody who stands there is in the picture, or so many parts of it beyond its edges.

    Not `whole`: between its left and right edge is enough.
    """
    pixels, scale = view.project(np.array([[x, y, 0.0], [x, y, 1.75]]))
    parts = pixels / np.array([view.width, view.height])
    parts = parts if whole else parts[:, :1]
    return bool((scale > 0).all() and (-beyond < parts).all() and (parts < 1 + beyond).all())
