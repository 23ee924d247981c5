"""Polygons: their area, whether they are sound, and a map in which to look up who stands in which."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

Sketch = tuple[tuple[float, float], ...]
"""Corners of a polygon, in turn."""
COARSE = 4
"""Pixels of the picture, in width and height, for one cell of the map of zones."""


def area(corners: Sketch) -> float:
    """The area of a polygon."""
    return abs(sum(_cross(*pair) for pair in zip(corners, (*corners[1:], corners[0]), strict=True))) / 2


def is_convex(corners: Sketch) -> bool:
    """Whether the outline turns one way at every corner."""
    around = (*corners, *corners[:2])
    turns = [_turn(a, b, c) for a, b, c in zip(around, around[1:], around[2:], strict=False)]
    return (all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns)) and not ties_itself(corners)


def ties_itself(corners: Sketch) -> bool:
    """Whether the outline crosses itself, so that nobody can say what is inside."""
    sides = list(zip(corners, (*corners[1:], corners[0]), strict=True))
    for (i, one), (j, other) in combinations(enumerate(sides), 2):
        neighbours = j - i == 1 or (i == 0 and j == len(sides) - 1)
        if not neighbours and _cut(*one, *other):
            return True
    return False


@dataclass(frozen=True, slots=True)
class ZoneMap:
    """Which polygons cover a place. `cells`: one bit for each polygon, for every COARSE pixels."""

    cells: npt.NDArray[np.uint32]
    """(height / COARSE, width / COARSE), rounded up."""

    def at(self, x: float, y: float) -> int:
        """The polygons at a place, as bits; a place beyond the picture counts as the nearest in it."""
        height, width = self.cells.shape
        row, column = int(y) // COARSE, int(x) // COARSE
        row = 0 if row < 0 else row if row < height else height - 1
        column = 0 if column < 0 else column if column < width else width - 1
        return int(self.cells[row, column])


def draw_zones(size: tuple[int, int], polygons: Sequence[Sketch]) -> ZoneMap:
    """The map of at most 32 polygons over a picture of (width, height)."""
    width, height = -(-size[0] // COARSE), -(-size[1] // COARSE)
    cells = np.zeros((height, width), np.uint32)
    layer = np.zeros((height, width), np.uint8)
    for number, polygon in enumerate(polygons):
        layer[:] = 0
        corners = (np.array(polygon) / COARSE - 0.5).round().astype(np.int32)
        cv2.fillPoly(layer, [corners], 1)
        cells |= layer.astype(np.uint32) << np.uint32(number)
    return ZoneMap(cells)


def _cross(a: tuple[float, float], b: tuple[float, float]) -> float:
    return a[0] * b[1] - b[0] * a[1]


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Above 0 when the way from a over b to c turns right (y down)."""
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


def _cut(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0
