"""Rectangles around people, as rows of an array: x1, y1, x2, y2, score in the picture's own pixels."""

from collections.abc import Iterable, Sequence
from operator import itemgetter

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float32]
"""Shape (n, 5); n may be 0."""

Row = tuple[float, float, float, float, float]
"""One of them."""

NO_BOXES: Boxes = np.zeros((0, 5), np.float32)
NO_BOXES.setflags(write=False)


def overlaps(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Intersection over union of every row of `one` (n, ≥4) with every row of `other` (m, ≥4): (n, m)."""
    left, top, right, bottom = one[:, :4].T[:, :, None]
    other_left, other_top, other_right, other_bottom = other[:, :4].T
    wide = np.minimum(right, other_right) - np.maximum(left, other_left)
    tall = np.minimum(bottom, other_bottom) - np.maximum(top, other_top)
    both = np.maximum(wide, 0) * np.maximum(tall, 0)
    return np.asarray(both / np.maximum(_areas(one)[:, None] + _areas(other) - both, 1e-6))


def _areas(boxes: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def inside(rows: Iterable[Sequence[float]], width: int, height: int) -> list[Row]:
    """Rows cut to the picture; what has no area left, or is not a number, is dropped."""
    cut = []
    for x1, y1, x2, y2, score in rows:
        left, top, right, bottom = max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height))
        if right - left >= 1 and bottom - top >= 1 and score > 0:
            cut.append((left, top, right, bottom, score))
    return cut


def keep_best(rows: list[Row], overlap: float, most: int = 100) -> Boxes:
    """Of rows that overlap more than that, only the best-scored one (greedy non-maximum suppression).

    In Python, as `inside`: so few that code which is not at hand right after a model has run costs more than it saves.
    """
    kept: list[Row] = []
    for row in sorted(rows, key=itemgetter(4), reverse=True)[: 4 * most]:
        for other in kept:
            both = common(row, other)
            if both and both > overlap * (area(row) + area(other) - both):
                break
        else:
            kept.append(row)
            if len(kept) == most:
                break
    return np.array(kept, np.float32).reshape(-1, 5)


def common(one: Row, other: Row) -> float:
    """The area that two share."""
    x1, y1, x2, y2, _ = one
    left, top, right, bottom, _ = other
    wide, tall = min(x2, right) - max(x1, left), min(y2, bottom) - max(y1, top)
    return wide * tall if wide > 0 and tall > 0 else 0.0


def area(row: Row) -> float:
    """Of one."""
    x1, y1, x2, y2, _ = row
    return (x2 - x1) * (y2 - y1)
