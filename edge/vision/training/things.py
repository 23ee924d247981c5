"""What stands on the floor and hides who is behind it: shelves, counters, pillars, tables, railings, cars, trees."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from edge.vision.training.textures import clutter, leaves, shelf, windows
from edge.vision.training.view import Floats, Random, View

Box = tuple[float, float, float, float, float, float]
"""Middle across and along, foot over the floor; width, depth and height; metres."""
SOLID = ((2.5, 0.6, 1.8), (1.6, 0.7, 1.0), (0.4, 0.4, 3.2), (1.6, 0.5, 0.5), (4.0, 1.8, 1.5), (0.8, 0.8, 0.7))
"""Shelf, counter, pillar, bench, car, crate: width, depth, height."""
TEXTURES = (None, None, shelf, windows, leaves, clutter)


@dataclass(frozen=True, slots=True)
class Thing:
    """Where it covers what is behind it."""

    distance: float
    """Metres from the camera's foot."""
    mask: Floats
    """Boolean, of the picture's shape."""


def draw_thing(random: Random, view: View, picture: Floats, far: float) -> Thing | None:
    """Put a thing on the floor, no farther than `far`, drawn into the picture. None if it is not in view."""
    boxes = _solid(random) if random.random() < 0.6 else _built(random)
    x, y = view.spot(random, float(np.exp(random.uniform(np.log(30), np.log(view.height)))))
    y, turn = min(y, far - 0.5), random.uniform(-0.8, 0.8)
    mask = np.zeros(picture.shape, np.uint8)
    tone, texture = random.uniform(20, 235), int(random.integers(len(TEXTURES)))
    placed = sorted((_corners(box, x, y, turn) for box in boxes), key=lambda at: -math.hypot(at[0, 0], at[0, 1]))
    for corners in placed:
        pixels, scale = view.project(corners)
        if (scale <= 0).any() or np.abs(pixels).max() > 6 * view.width:
            return None
    for corners in placed:
        _draw_box(random, view, picture, mask, corners, tone, texture if len(boxes) == 1 else 0)
    return Thing(math.hypot(x, y), mask > 0) if mask.any() else None


def _solid(random: Random) -> list[Box]:
    wide, deep, tall = np.array(SOLID[int(random.integers(len(SOLID)))]) * random.uniform(0.6, 1.5, 3)
    return [(0.0, 0.0, 0.0, wide, deep, tall)]


def _built(random: Random) -> list[Box]:
    """Things with gaps that people show through."""
    wide, deep, tall = random.uniform(0.7, 2.0), random.uniform(0.5, 1.0), random.uniform(0.65, 1.1)
    thick = random.uniform(0.04, 0.1)
    legs: list[Box] = [(sx * (wide - thick) / 2, sy * (deep - thick) / 2, 0.0, thick, thick, tall)
                       for sx in (-1, 1) for sy in (-1, 1)]  # fmt: skip
    kind = random.choice(["table", "chair", "railing", "post", "sign"])
    if kind == "table":
        return [*legs, (0, 0, tall, wide, deep, 0.05)]
    if kind == "chair":
        seat, side = 0.45, 0.45
        legs = [(sx * 0.2, sy * 0.2, 0.0, 0.04, 0.04, seat) for sx in (-1, 1) for sy in (-1, 1)]
        return [*legs, (0, 0, seat, side, side, 0.05), (0, 0.2, seat + 0.15, side, 0.04, 0.35)]
    if kind == "railing":
        long = random.uniform(2, 7)
        many = int(random.integers(2, 16))
        posts: list[Box] = [(x, 0.0, 0.0, 0.04, 0.04, tall) for x in np.linspace(-long / 2, long / 2, many).tolist()]
        return [*posts, (0.0, 0.0, tall, long, 0.05, 0.05), (0.0, 0.0, tall / 2, long, 0.04, 0.04)]
    post: Box = (0.0, 0.0, 0.0, 1.5 * thick, 1.5 * thick, random.uniform(2.0, 6.0))
    if kind == "post":
        return [post]
    board = random.uniform(0.3, 1.2), 0.04, random.uniform(0.3, 0.9)
    return [post, (0.0, 0.0, post[5] * random.uniform(0.6, 1), *board)]


def _corners(box: Box, x: float, y: float, turn: float) -> Floats:
    """World points (8, 3) of a box of a thing at x, y: the lower four, then the upper four."""
    across, along, foot, wide, deep, tall = box
    corners = np.array([(across + sx * wide / 2, along + sy * deep / 2, foot + z) for z in (0, tall) for sx, sy in
                        ((-1, -1), (1, -1), (1, 1), (-1, 1))])  # fmt: skip
    flat = corners[:, :2] @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    corners[:, 0], corners[:, 1] = flat[:, 0] + x, flat[:, 1] + y
    return corners


def _draw_box(
    random: Random, view: View, picture: Floats, mask: Floats, corners: Floats, tone: float, texture: int
) -> None:
    """Draw the sides of a box, the nearest last, and its lid where the camera looks down on it."""
    pixels, _ = view.project(corners)
    nearest = int(np.hypot(corners[:4, 0], corners[:4, 1]).argmin())
    for first in ((nearest + 1) % 4, (nearest + 2) % 4, (nearest - 1) % 4, nearest):
        second = (first + 1) % 4
        quad = pixels[[first + 4, second + 4, second, first]].astype(np.float32)
        _face(random, picture, mask, quad, tone * random.uniform(0.75, 1.1), texture)
    if view.up > corners[4, 2]:
        _face(random, picture, mask, pixels[4:].astype(np.float32), min(tone * random.uniform(1, 1.3), 250), 0)


def _face(random: Random, picture: Floats, mask: Floats, quad: Floats, tone: float, texture: int) -> None:
    """One side of a thing, plain or with goods, windows or leaves on it."""
    outline = np.asarray(quad * 16, np.int32)
    cv2.fillConvexPoly(mask, outline, 1, cv2.LINE_8, 4)
    make = TEXTURES[texture]
    if make is None:
        cv2.fillConvexPoly(picture, outline, tone, cv2.LINE_AA, 4)
        return
    sheet = make(random, 96, 128)
    corners = np.array([(0, 0), (128, 0), (128, 96), (0, 96)], np.float32)
    size = picture.shape[1], picture.shape[0]
    warped = cv2.warpPerspective(sheet, cv2.getPerspectiveTransform(corners, quad), size, flags=cv2.INTER_LINEAR)
    here = np.zeros(picture.shape, np.uint8)
    cv2.fillConvexPoly(here, outline, 1, cv2.LINE_8, 4)
    np.copyto(picture, warped, where=here > 0)
