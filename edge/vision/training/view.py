"""A camera over a floor: metres to pixels and back.

World: x to the right, y ahead of the camera, z up, in metres; the floor is z = 0 and the camera stands over the
origin. Pixels: x to the right, y down.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]
"""Of any precision: drawing is in float32, geometry in float64."""
Random = np.random.Generator

NEAREST = 0.3
"""Metres before the lens; what is nearer is not drawn."""


@dataclass(frozen=True, slots=True)
class View:
    """Where a camera hangs, where it looks and how its lens bends."""

    width: int
    height: int
    focal: float
    """Pixels."""
    up: float
    """Metres over the floor."""
    pitch: float
    """Radians below the horizon: 0 looks ahead, π/2 straight down."""
    roll: float
    bend: float
    """Radial distortion: by how much a point at one focal length from the middle moves inwards."""
    stretch: float
    """Width of a pixel: pictures of another shape are squeezed into the network's."""

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Pixels (n, 2) of world points (n, 3), and pixels per metre there (n,); 0 behind the camera."""
        sin, cos = math.sin(self.pitch), math.cos(self.pitch)
        drop = self.up - points[:, 2]
        depth = points[:, 1] * cos + drop * sin
        near = depth > NEAREST
        depth = np.where(near, depth, NEAREST)
        x, y = points[:, 0] / depth, (drop * cos - points[:, 1] * sin) / depth
        bent = 1 - self.bend * np.minimum(x * x + y * y, 1.5)
        sin, cos = math.sin(self.roll), math.cos(self.roll)
        x, y = (x * cos - y * sin) * bent, (x * sin + y * cos) * bent
        pixels = np.stack([self.width / 2 + x * self.focal * self.stretch, self.height / 2 + y * self.focal], axis=1)
        return pixels, np.where(near, self.focal * bent / depth, 0.0)

    def rays(self, step: int) -> Floats:
        """Directions (rows, columns, 3) that every `step`-th pixel looks in; the part along y may be any sign."""
        v, u = np.mgrid[0 : self.height : step, 0 : self.width : step].astype(np.float32)
        x = (u + step / 2 - self.width / 2) / (self.focal * self.stretch)
        y = (v + step / 2 - self.height / 2) / self.focal
        straight_x, straight_y = x, y
        for _ in range(3):
            bent = 1 - self.bend * np.minimum(straight_x**2 + straight_y**2, 1.5)
            straight_x, straight_y = x / bent, y / bent
        sin, cos = math.sin(-self.roll), math.cos(-self.roll)
        x, y = straight_x * cos - straight_y * sin, straight_x * sin + straight_y * cos
        sin, cos = math.sin(self.pitch), math.cos(self.pitch)
        return np.stack([x, cos - y * sin, -sin - y * cos], axis=-1)

    def spot(self, random: Random, tall: float) -> tuple[float, float]:
        """A place (x, y) on the floor where somebody of about 1.7 m appears about `tall` pixels high."""
        depth = self.focal * 1.7 * max(math.cos(self.pitch), 0.45) / tall
        drop = self.up - 0.9
        if self.pitch > 1.0:
            half = drop / math.tan(min(self.pitch, 1.5)) + 0.6 * self.height / self.focal * drop
            y = random.uniform(0.1 - 0.3 * half, max(half, 0.3))
            depth = y * math.cos(self.pitch) + drop * math.sin(self.pitch)
        else:
            y = (depth - drop * math.sin(self.pitch)) / math.cos(self.pitch)
        side = depth * self.width / 2 / (self.focal * self.stretch)
        return float(random.uniform(-1.02, 1.02) * side), float(y)


def random_view(random: Random, width: int, height: int) -> View:
    """A camera as shops and squares have them: at eye level, under a ceiling, on a mast, straight overhead."""
    kind = random.choice(["eye", "ceiling", "mast", "overhead"], p=[0.3, 0.4, 0.22, 0.08])
    half = math.radians(random.uniform(20, 55)) / 2 if kind == "mast" else math.radians(random.uniform(38, 105)) / 2
    focal = width / 2 / math.tan(half)
    rise = math.atan(height / 2 / focal)
    """Half the angle of view from top to bottom."""
    if kind == "eye":
        up, pitch = random.uniform(1.1, 2.1), random.uniform(-0.08, 0.22)
    elif kind == "ceiling":
        up, pitch = random.uniform(2.1, 4.5), random.uniform(0.15, 0.85)
    elif kind == "mast":
        up, pitch = random.uniform(3.5, 12), random.uniform(0.12, 0.6)
    else:
        up, pitch = random.uniform(2.5, 5), random.uniform(1.1, 1.57)
    bend = random.uniform(0.0, 0.22) if half > 0.6 and random.random() < 0.6 else random.uniform(-0.02, 0.05)
    return View(
        width, height, float(focal), float(up), float(max(pitch, rise * 0.2 if kind == "mast" else pitch)),
        float(random.normal(0, 0.025)), float(bend), float(random.choice([1.0, random.uniform(0.72, 1.15)])),
    )  # fmt: skip
