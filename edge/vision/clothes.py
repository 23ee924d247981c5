"""What somebody wears, roughly: a few mean colours from head to foot, to tell people apart when they meet.

It lives as long as a track does, in memory; it is far too coarse to know anybody again by it another day.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from edge.vision.boxes import Boxes, areas, shared
from edge.vision.detector import Pixels

Clothes = Sequence[float]
"""One person's: mean blue, green and red, 0..1, in each of BANDS from the head down; 3 × BANDS numbers."""

BANDS = 6
ACROSS = np.linspace(0.3, 0.7, 4)
"""Where in a band the picture is looked at: the middle of the box, where the body is; parts of its width."""
COVERED = 0.3
"""Of whom so much of the box is covered, the clothes seen there may be another's."""
DOWN = (np.arange(2 * BANDS) + 0.5) / (2 * BANDS)
"""Twice in each band; parts of the box's height."""
POINTS = 2 * len(ACROSS)
"""In each band."""


def clothes(pixels: Pixels, boxes: Boxes) -> list[Clothes | None]:
    """Of the people in boxes (n, ≥4), which may reach over the picture's edge.

    None where somebody nearer stands before them.
    """
    height, width = pixels.shape[:2]
    left, top, right, bottom = boxes[:, :4].T[:, :, None]
    x = _within(left + (right - left) * ACROSS, width)
    y = _within(top + (bottom - top) * DOWN, height)
    points = pixels.reshape(-1, 3)[y[:, :, None] * width + x[:, None]]
    worn = points.reshape(len(boxes), BANDS, POINTS, 3).sum(axis=2, dtype=np.float64) / (255 * POINTS)
    return [
        None if hidden else colours
        for hidden, colours in zip(_hidden(boxes).tolist(), worn.reshape(-1, 3 * BANDS).tolist(), strict=True)
    ]


def _hidden(boxes: Boxes) -> npt.NDArray[np.bool_]:
    """Whose box is covered by that of somebody whose feet are lower in the picture, which is nearer: (n,)."""
    covered = shared(boxes, boxes) > COVERED * areas(boxes)[:, None]
    return np.asarray((covered & (boxes[:, 3] > boxes[:, 3:4])).any(axis=1))


def unlike(one: Clothes, other: Clothes) -> float:
    """How differently two people are dressed: 0, alike, to 1."""
    return sum([abs(a - b) for a, b in zip(one, other, strict=True)]) / len(one)


def mingled(known: Clothes | None, seen: Clothes | None, part: float) -> Clothes | None:
    """What is known of somebody's clothes after a sight, which counts for so much."""
    if known is None or seen is None:
        return known if seen is None else seen
    return [a + part * (b - a) for a, b in zip(known, seen, strict=True)]


def _within(places: npt.NDArray[Any], end: int) -> npt.NDArray[np.intp]:
    return np.asarray(np.minimum(np.maximum(places, 0).astype(np.intp), end - 1))
