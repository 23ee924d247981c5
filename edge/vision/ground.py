"""From the picture to the floor: four points give a homography, and the floor a grid of cells."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

Cell = tuple[int, int]
"""Column and row on the floor plan, counted from its upper left corner."""
CELL_M = 0.5
"""Side of a cell, metres: about as well as a foot can be placed."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a foot in the picture stands on the floor plan.

    `h`: the nine figures of the homography from pixels to metres, row by row; below the horizon its depth is above 0.
    """

    h: tuple[float, ...]
    plan_m: float
    """Side of the largest plan; what lies beyond it is nowhere."""

    def place(self, x: float, y: float) -> tuple[float, float] | None:
        """Metres on the plan; None beyond it, or above the horizon."""
        a, b, c, d, e, f, g, i, one = self.h
        depth = g * x + i * y + one
        if depth <= 1e-6:
            return None
        right, down = (a * x + b * y + c) / depth, (d * x + e * y + f) / depth
        return (right, down) if 0 <= right < self.plan_m and 0 <= down < self.plan_m else None


def ground_of(picture: Sequence[tuple[float, float]], plan: Sequence[tuple[float, float]], plan_m: float) -> Ground:
    """The homography through four places in pixels and on the plan, both convex and in turn."""
    # The corners of a convex shape lie on one side of the horizon: the depth of their middle gives the sign of it.
    matrix = cv2.getPerspectiveTransform(np.array(picture, np.float32), np.array(plan, np.float32))
    middle = np.mean(np.array(picture, np.float64), axis=0)
    depth = float(matrix[2, 0] * middle[0] + matrix[2, 1] * middle[1] + matrix[2, 2])
    return Ground(tuple(float(value) / depth for value in matrix.reshape(-1)), plan_m)


def cell_of(place: tuple[float, float]) -> Cell:
    """The cell that a place on the plan is in."""
    return int(place[0] / CELL_M), int(place[1] / CELL_M)
