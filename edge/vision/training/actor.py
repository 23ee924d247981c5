"""Somebody at a place and time, drawn into a picture, with the truth of where."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from edge.vision.training.figure import build
from edge.vision.training.look import Look, Pose, random_look, random_pose
from edge.vision.training.parts import Part
from edge.vision.training.textures import cloth, strands
from edge.vision.training.view import Floats, Random, View

CORNERS = 16
"""Of the outline of a sphere."""
CIRCLE = np.stack([f(np.arange(CORNERS) * math.tau / CORNERS) for f in (np.cos, np.sin)], axis=1)
FINE = 16
"""Drawing is to a sixteenth of a pixel."""
SHIFT = 4
CHEST = 0.8
"""Where on the body the network's peak is: the part that is last to be hidden in a crowd."""
NEVER_NEARER_M = 0.45
SMALL = frozenset({"eye", "brow", "glasses", "nose", "mouth", "beard", "belt", "strap"})
"""Parts that nobody sees of a person who is less than `FACES_FROM` pixels tall."""
FACES_FROM = 45.0
WORN = {"trunk": 0, "sleeve": 0, "skirt": 1, "thigh": 2}
"""Parts that cloth with a pattern is on, and of which piece; the third piece is plain more often than not."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a pose, and a place on the floor in metres."""

    look: Look
    pose: Pose
    x: float
    y: float
    heading: float
    """Radians; 0 walks away from the camera."""
    speed: float
    """Metres per second."""

    def after(self, seconds: float) -> "Actor":
        """The same person later (or earlier), walking straight on."""
        step = self.speed * seconds
        phase = self.pose.phase + step / (0.8 * self.look.tall) * math.pi
        return replace(
            self, x=self.x - step * math.sin(self.heading), y=self.y + step * math.cos(self.heading),
            pose=replace(self.pose, phase=phase),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where a person is in the picture, in pixels."""

    number: int
    box: tuple[float, float, float, float]
    """The whole body, also what is hidden or outside."""
    chest: tuple[float, float]
    area: int
    """Pixels drawn, before anybody nearer hid some."""


def random_actor(random: Random, view: View, tall: float) -> Actor:
    """Somebody who is about `tall` pixels high in this view."""
    look = random_look(random)
    pose = random_pose(random, look.cart)
    x, y = view.spot(random, tall)
    speed = random.uniform(0.5, 1.7) if pose.kind == "walk" else 0.0
    return Actor(look, pose, x, y, random.uniform(0, math.tau), speed)


class Painter:
    """Draws people into one picture, the farthest first, and knows whose every pixel is."""

    def __init__(self, picture: Floats, view: View, light: tuple[float, float]) -> None:
        self.picture = picture
        self.owner = np.zeros(picture.shape, np.uint8)
        self._view, self._light = view, light

    def draw(self, actor: Actor, number: int) -> Drawn | None:
        """Draw one person as `number` (1..255). None where nobody is to be seen."""
        shape = _in_space(actor)
        if shape is None:
            return None
        spheres, parts = shape
        pixels, scale = self._view.project(spheres[:, :3])
        if (scale <= 0).any():
            return None
        radii = spheres[:, 3] * scale
        rims = (pixels[:, None] + radii[:, None, None] * CIRCLE).astype(np.float32)
        body = np.concatenate([rims[part.first : part.last].reshape(-1, 2) for part in parts if part.body])
        box = (*body.min(axis=0).tolist(), *body.max(axis=0).tolist())
        height, width = self.picture.shape
        if box[2] < 0 or box[3] < 0 or box[0] > width or box[1] > height or box[3] - box[1] > 6 * height:
            return None
        far = {part: -float(scale[part.first : part.last].mean()) for part in parts}
        tall = box[3] - box[1]
        pattern = actor.look.pattern if tall > 26 else 0
        shown = [part for part in parts if tall > FACES_FROM or part.name not in SMALL]
        for part in sorted(shown, key=lambda part: -far[part]):
            rim, radius = rims[part.first : part.last], float(radii[part.first : part.last].mean())
            outline = self._limb(part.tone, rim, radius, number, actor.look.round)
            if pattern and (piece := WORN.get(part.name, 3)) < (3 if pattern % 3 == 0 else 2):
                self._wear(outline, cloth(np.random.default_rng((pattern, piece)), 48, 32))
            elif tall > 2 * FACES_FROM and part.name in ("hair", "locks", "beard"):
                whose = round(actor.look.tall * 1e6), part.first  # the same hair in every picture
                self._wear(outline, strands(np.random.default_rng(whose), 32, 32))
        middle = np.array([[actor.x, actor.y, CHEST * float(spheres[:, 2].max())]])
        chest = self._view.project(middle)[0][0]
        top, left = max(int(box[1]), 0), max(int(box[0]), 0)
        area = int(np.count_nonzero(self.owner[top : int(box[3]) + 2, left : int(box[2]) + 2] == number))
        return Drawn(number, box, (float(chest[0]), float(chest[1])), area)

    def _limb(self, tone: float, rims: Floats, radius: float, number: int, depth: float) -> Floats:
        """Draw one hull, rounder the deeper: from its dark edge to where it faces the light. Returns its outline."""
        outline = _hull(rims.reshape(-1, 2))
        cv2.fillConvexPoly(self.owner, outline, number, cv2.LINE_8, SHIFT)
        rings = 1 if radius < 1.2 else 2 if radius < 3 else 4 if radius < 12 else 8
        middle, light = rims.mean(axis=1, keepdims=True), np.array(self._light, np.float32)
        for ring in range(rings):
            inwards = ring / rings  # 0 at the edge
            part = rims + inwards * (middle - rims) + 0.5 * inwards * radius * light
            lit = tone * (1 - depth * (1 - inwards) ** 2 + 0.13 * inwards) + 6 * inwards
            hull = outline if ring == 0 else _hull(part.reshape(-1, 2))
            cv2.fillConvexPoly(self.picture, hull, min(lit, 255.0), cv2.LINE_AA, SHIFT)
        return outline

    def _wear(self, outline: Floats, worn: Floats) -> None:
        """Multiply a garment, or hair, with its pattern."""
        x, y, wide, tall = cv2.boundingRect(outline >> SHIFT)
        x1, y1 = min(x + wide, self.picture.shape[1]), min(y + tall, self.picture.shape[0])
        x, y = max(x, 0), max(y, 0)
        if x1 - x < 3 or y1 - y < 3:
            return
        mask = np.zeros((y1 - y, x1 - x), np.uint8)
        cv2.fillConvexPoly(mask, outline - np.array([x, y], np.int32) * FINE, 1, cv2.LINE_8, SHIFT)
        pattern = cv2.resize(worn, (x1 - x, y1 - y))
        patch = self.picture[y:y1, x:x1]
        cv2.multiply(patch, np.where(mask, pattern, np.float32(1)), dst=patch)

    def shadow(self, shade: Floats, actor: Actor, sun: tuple[float, float], depth: float) -> None:
        """Darken the floor where this person stands in the light; `sun` is metres of shadow per metre up."""
        shape = _in_space(actor)
        if shape is None:
            return
        spheres, parts = shape
        spheres[:, 0] += sun[0] * spheres[:, 2]
        spheres[:, 1] += sun[1] * spheres[:, 2]
        spheres[:, 2] = 0
        pixels, scale = self._view.project(spheres[:, :3])
        if (scale <= 0).any() or np.abs(pixels).max() > 8 * max(shade.shape):
            return
        flat = np.array([1.0, max(math.sin(self._view.pitch), 0.15)])
        rims = (pixels[:, None] + (spheres[:, 3] * scale)[:, None, None] * CIRCLE * flat).astype(np.float32)
        for part in parts:
            if part.name in ("shin", "thigh", "trunk", "skirt", "head", "sleeve"):
                outline = _hull(rims[part.first : part.last].reshape(-1, 2))
                cv2.fillConvexPoly(shade, outline, depth, cv2.LINE_8, SHIFT)


def _in_space(actor: Actor) -> tuple[Floats, list[Part]] | None:
    """World spheres of a person; None where that is inside the camera's own place."""
    spheres, parts = build(actor.look, actor.pose)
    sin, cos = math.sin(actor.heading), math.cos(actor.heading)
    x, y = spheres[:, 0].copy(), spheres[:, 1].copy()
    spheres[:, 0], spheres[:, 1] = actor.x + x * cos - y * sin, actor.y + x * sin + y * cos
    return spheres, parts


def _hull(points: Floats) -> Floats:
    return np.asarray(cv2.convexHull(points) * FINE, np.int32)
