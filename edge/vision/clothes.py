"""What somebody wears, roughly: a few mean colours from head to foot, to tell people apart when they meet.

It lives as long as a track does, in memory; it is far too coarse to know anybody again by it another day.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from edge.vision.boxes import Boxes
from edge.vision.detector import Pixels

Clothes = npt.NDArray[np.float32]
"""Per person (BANDS, 3): mean blue, green and red, 0..1, in bands from the head down."""

BANDS = 6
ACROSS = np.linspace(0.3, 0.7, 4)
"""Where in a band the picture is looked at: the middle of the box, where the body is; parts of its width."""
COVERED = 0.3
"""Of whom so much of the box is covered, the clothes seen there may be another's."""
DOWN = (np.arange(2 * BANDS) + 0.5) / (2 * BANDS)
"""Twice in each band; parts of the box's height."""


def clothes(pixels: Pixels, boxes: Boxes) -> Clothes:
    """(n, BANDS, 3) of the people in boxes (n, ≥4), which may reach over the picture's edge.

    Not a number where somebody nearer stands before them.
    """
    height, width = pixels.shape[:2]
    size = boxes[:, 2:4] - boxes[:, :2]
    x = _within(boxes[:, :1] + size[:, :1] * ACROSS, width)
    y = _within(boxes[:, 1:2] + size[:, 1:2] * DOWN, height)
    points = pixels[y[:, :, None], x[:, None, :]].astype(np.float32)
    worn = points.reshape(len(boxes), BANDS, 2 * len(ACROSS), 3).mean(axis=2) / 255
    worn[_hidden(boxes)] = np.nan
    return np.asarray(worn, np.float32)


def _hidden(boxes: Boxes) -> npt.NDArray[np.bool_]:
    """Whose box is covered by that of somebody whose feet are lower in the picture, which is nearer: (n,)."""
    corner = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    opposite = np.minimum(boxes[:, None, 2:4], boxes[None, :, 2:4])
    shared = (opposite - corner).clip(0).prod(axis=2)
    nearer = boxes[None, :, 3] > boxes[:, None, 3]
    area = (boxes[:, 2:4] - boxes[:, :2]).prod(axis=1)
    return np.asarray((shared * nearer).max(axis=1, initial=0) > COVERED * area)


def unlike(some: Clothes, others: Clothes) -> npt.NDArray[np.floating]:
    """How differently each of `some` (n, BANDS, 3) is dressed from each of `others` (m, …): (n, m)."""
    apart = np.abs(some.reshape(-1, 1, BANDS * 3) - others.reshape(1, -1, BANDS * 3))
    return np.asarray(apart.mean(axis=2))


def _within(places: npt.NDArray[Any], end: int) -> npt.NDArray[np.intp]:
    return np.asarray(places.astype(np.intp).clip(0, end - 1))
