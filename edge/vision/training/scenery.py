"""The place without people: a floor, what stands behind it, and things that stand on it (things.py)."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from edge.vision.training.actor import Painter, random_actor
from edge.vision.training.textures import cloud, clutter, floor, wall
from edge.vision.training.things import Thing, draw_thing
from edge.vision.training.view import Floats, Random, View, random_view

STEP = 2
"""The floor is looked up at every second pixel, and enlarged."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One camera and its empty place."""

    view: View
    picture: Floats
    """Grey, float32, 0..255."""
    far: float
    """Metres to the wall at the end of the floor."""
    things: tuple[Thing, ...]
    sun: tuple[float, float]
    light: tuple[float, float]
    """Where light comes from in the picture: a unit vector, roughly."""
    leafy: Floats | None
    """Where the wind moves things, 0..1."""
    shine: float
    """How much the floor mirrors, 0..0.3."""


def random_scene(random: Random, width: int, height: int) -> Scene:
    """A shop, a hall or a square, and a camera in it."""
    view = random_view(random, width, height)
    room = view.focal * 1.7 / (0.3 * height)  # where a person is a third of the picture high
    far = float(max(random.uniform(4, 18) if random.random() < 0.6 else random.uniform(12, 60), 1.3 * room))
    picture, behind = _floor_and_wall(random, view, far)
    if random.random() < 0.4:
        _litter(random, picture)
    things = [thing for _ in range(_how_many(random)) if (thing := draw_thing(random, view, picture, far))]
    if random.random() < 0.08:
        _mannequins(random, view, picture)
    leafy = None
    if random.random() < 0.25:
        moving = behind if random.random() < 0.6 else cloud(random, height, width, 3, 2) > 0.8
        leafy = cv2.GaussianBlur(np.asarray(moving, np.float32), (0, 0), 5)
    angle, long = random.uniform(0, math.tau), random.choice([0.0, random.uniform(0.2, 1.8)])
    side = random.uniform(0, math.tau)
    return Scene(
        view, np.clip(picture, 0, 255).astype(np.float32), far, tuple(things),
        (float(long * math.cos(angle)), float(long * math.sin(angle))), (math.cos(side), math.sin(side)), leafy,
        float(random.uniform(0.05, 0.3)) if random.random() < 0.15 else 0.0,
    )  # fmt: skip


def rearranged(random: Random, scene: Scene) -> Scene:
    """The same place after somebody moved things: a crate was put down, a car parked, a poster hung."""
    picture = scene.picture.copy()
    added = [draw_thing(random, scene.view, picture, scene.far) for _ in range(int(random.integers(1, 4)))]
    if random.random() < 0.3:
        _litter(random, picture)
    return replace(scene, picture=picture, things=(*scene.things, *(thing for thing in added if thing)))


def _how_many(random: Random) -> int:
    return int(random.choice([0, 1, 2, 4, 7], p=[0.25, 0.2, 0.25, 0.2, 0.1]))


def _floor_and_wall(random: Random, view: View, far: float) -> tuple[Floats, Floats]:
    """The picture, and where it shows what is behind the floor (boolean)."""
    rays = view.rays(STEP)
    down = np.where(rays[..., 2] < -1e-3, -view.up / np.minimum(rays[..., 2], -1e-3), 1e6)
    behind = down * rays[..., 1] > far
    ground = floor(random)
    fine = ground.shape[0] / random.uniform(2.5, 9)
    turn = random.uniform(0, math.tau) if random.random() < 0.6 else 0.0
    reach = np.minimum(down, 500)
    x, y = rays[..., 0] * reach, rays[..., 1] * reach
    u, v = (x * math.cos(turn) - y * math.sin(turn)) * fine, (x * math.sin(turn) + y * math.cos(turn)) * fine
    size = ground.shape[0]
    picture = cv2.remap(ground, _mapped(u % size), _mapped(v % size), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    blur = np.clip(reach * fine / view.focal / 6 - 0.3, 0, 1)  # too fine to be seen so far away
    picture = picture * (1 - blur) + float(ground.mean()) * blur
    front = wall(random)
    metres = far * random.uniform(0.8, 3), random.uniform(2.2, 8 + far / 3)
    back = np.where(rays[..., 1] > 1e-3, far / np.maximum(rays[..., 1], 1e-3), 1e3)
    across = (rays[..., 0] * back / metres[0] + 0.5) * front.shape[1]
    high = (1 - (view.up + rays[..., 2] * back) / metres[1]) * front.shape[0]
    flat = cv2.remap(front, _mapped(across), _mapped(high), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    picture = np.where(behind, flat, picture)
    shadow = cloud(random, picture.shape[0], picture.shape[1], 2, 2) * random.uniform(0, 16)
    if random.random() < 0.25:  # hard light from windows or between buildings
        shadow = shadow - random.uniform(15, 60) * (
            cloud(random, picture.shape[0], picture.shape[1], 2, 1) > random.uniform(-0.5, 1)
        )
    size_xy = (view.width, view.height)
    whole = cv2.resize((picture + shadow).astype(np.float32), size_xy, interpolation=cv2.INTER_LINEAR)
    return whole, cv2.resize(behind.astype(np.uint8), size_xy, interpolation=cv2.INTER_NEAREST) > 0


def _mapped(values: Floats) -> Floats:
    return np.clip(values, -30000, 30000).astype(np.float32)


def _litter(random: Random, picture: Floats) -> None:
    """Signs, bags, cables, goods on the floor: patches full of small things, anywhere."""
    height, width = picture.shape
    sheet = clutter(random, height, width)
    where = np.zeros(picture.shape, np.uint8)
    for _ in range(int(random.integers(1, 16))):
        x, y = int(random.integers(0, width)), int(random.integers(0, height))
        wide, tall = (int(side) for side in np.exp(random.uniform(np.log(6), np.log(150), 2)))
        if random.random() < 0.5:
            cv2.ellipse(where, (x, y), (wide // 2 + 1, tall // 2 + 1), 0, 0, 360, 1, -1)
        else:
            cv2.rectangle(where, (x, y), (x + wide, y + tall), 1, -1)
    np.copyto(picture, sheet, where=where > 0)


def _mannequins(random: Random, view: View, picture: Floats) -> None:
    """Figures that belong to the place: nobody to be counted."""
    painter = Painter(picture, view, (0.7, -0.7))
    for number in range(int(random.integers(1, 4))):
        painter.draw(random_actor(random, view, random.uniform(40, 160)), number + 1)
