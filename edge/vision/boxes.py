"""Rectangles around people, as rows of an array: x1, y1, x2, y2, score in the picture's own pixels."""

import cv2
import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float32]
"""Shape (n, 5); n may be 0."""

NO_BOXES: Boxes = np.zeros((0, 5), np.float32)
NO_BOXES.setflags(write=False)


def overlaps(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Intersection over union of every row of `one` (n, ≥4) with every row of `other` (m, ≥4): (n, m)."""
    both = shared(one, other)
    return np.asarray(both / np.maximum(areas(one)[:, None] + areas(other) - both, 1e-6))


def shared(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """The area that every row of `one` (n, ≥4) has in common with every row of `other` (m, ≥4): (n, m)."""
    left, top, right, bottom = one[:, :4].T[:, :, None]
    other_left, other_top, other_right, other_bottom = other[:, :4].T
    wide = np.minimum(right, other_right) - np.maximum(left, other_left)
    tall = np.minimum(bottom, other_bottom) - np.maximum(top, other_top)
    return np.asarray(np.maximum(wide, 0) * np.maximum(tall, 0))


def areas(boxes: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Of every row (n, ≥4)."""
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def keep_best(boxes: Boxes, overlap: float, most: int = 100) -> Boxes:
    """Of boxes that overlap more than that, only the best-scored one (greedy non-maximum suppression).

    Scores are above 0, and boxes as `inside` gives them.
    """
    rows = boxes.tolist()
    sized = [(x1, y1, x2 - x1, y2 - y1) for x1, y1, x2, y2, _ in rows]
    kept = cv2.dnn.NMSBoxes(sized, [row[4] for row in rows], 0, overlap, top_k=4 * most)
    return boxes[list(kept[:most])]


def inside(boxes: Boxes, width: int, height: int) -> Boxes:
    """Boxes cut to the picture; what has no area left, or is not a number, is dropped."""
    rows = []
    for x1, y1, x2, y2, score in boxes.tolist():  # in Python: so few that starting a vector costs more
        left, top, right, bottom = max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height))
        if right - left >= 1 and bottom - top >= 1 and score > 0:
            rows.append((left, top, right, bottom, score))
    return np.array(rows, np.float32).reshape(-1, 5)
