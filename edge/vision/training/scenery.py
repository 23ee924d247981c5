"""The place without people: a floor, what stands behind it, and things that stand on it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from edge.vision.training.actor import Painter, random_actor
from edge.vision.training.textures import cloud, clutter, floor, leaves, shelf, wall, windows
from edge.vision.training.view import Floats, Random, View, random_view

STEP = 2
"""The floor is looked up at every second pixel, and enlarged."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A shelf, counter, pillar, bench or car: where it covers what is behind it."""

    distance: float
    """Metres from the camera's foot."""
    mask: Floats
    """Boolean, of the picture's shape."""


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
    things = [thing for _ in range(_how_many(random)) if (thing := _thing(random, view, picture, far))]
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


def _thing(random: Random, view: View, picture: Floats, far: float) -> Thing | None:
    """Put a box of some kind on the floor, drawn into the picture. None if it is not in view."""
    wide, deep, tall = random.choice(
        np.array([(2.5, 0.6, 1.8), (1.6, 0.7, 1.0), (0.4, 0.4, 3.2), (1.6, 0.5, 0.5), (4, 1.8, 1.5), (0.8, 0.8, 0.7)])
    ) * random.uniform(0.6, 1.5, 3)
    x, y = view.spot(random, float(np.exp(random.uniform(np.log(30), np.log(view.height)))))
    y = min(y, far - 0.5)
    turn = random.uniform(-0.8, 0.8)
    corners = np.array([(sx * wide / 2, sy * deep / 2, z) for z in (0, tall) for sx, sy in
                        ((-1, -1), (1, -1), (1, 1), (-1, 1))])  # fmt: skip
    flat = corners[:, :2] @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    corners[:, 0], corners[:, 1] = flat[:, 0] + x, flat[:, 1] + y
    pixels, scale = view.project(corners)
    if (scale <= 0).any() or np.abs(pixels).max() > 6 * view.width:
        return None
    mask = np.zeros(picture.shape, np.uint8)
    tone = random.uniform(20, 235)
    texture = random.choice(np.array([0, 0, 1, 2, 3, 4]))
    distances = np.hypot(corners[:4, 0], corners[:4, 1])
    nearest = int(distances.argmin())
    for first in ((nearest + 1) % 4, (nearest + 2) % 4, (nearest - 1) % 4, nearest):
        second = (first + 1) % 4
        quad = pixels[[first + 4, second + 4, second, first]].astype(np.float32)
        _face(random, picture, mask, quad, tone * random.uniform(0.75, 1.1), int(texture))
    if view.up > tall:
        _face(random, picture, mask, pixels[4:].astype(np.float32), min(tone * random.uniform(1, 1.3), 250), 0)
    return Thing(float(distances.mean()), mask > 0)


def _face(random: Random, picture: Floats, mask: Floats, quad: Floats, tone: float, texture: int) -> None:
    """One side of a thing, plain or with goods, windows or leaves on it."""
    outline = np.asarray(quad * 16, np.int32)
    cv2.fillConvexPoly(mask, outline, 1, cv2.LINE_8, 4)
    if not texture:
        cv2.fillConvexPoly(picture, outline, tone, cv2.LINE_AA, 4)
        return
    make = {1: shelf, 2: windows, 3: leaves, 4: clutter}[texture]
    sheet = make(random, 96, 128)
    corners = np.array([(0, 0), (128, 0), (128, 96), (0, 96)], np.float32)
    size = picture.shape[1], picture.shape[0]
    warped = cv2.warpPerspective(sheet, cv2.getPerspectiveTransform(corners, quad), size, flags=cv2.INTER_LINEAR)
    here = np.zeros(picture.shape, np.uint8)
    cv2.fillConvexPoly(here, outline, 1, cv2.LINE_8, 4)
    np.copyto(picture, warped, where=here > 0)


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
