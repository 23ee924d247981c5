"""Rectangles around people, as rows of an array: x1, y1, x2, y2, score in the picture's own pixels."""

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float32]
"""Shape (n, 5); n may be 0."""

NO_BOXES: Boxes = np.zeros((0, 5), np.float32)
NO_BOXES.setflags(write=False)


def overlaps(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Intersection over union of every row of `one` (n, ≥4) with every row of `other` (m, ≥4): (n, m)."""
    corner = np.maximum(one[:, None, :2], other[None, :, :2])
    opposite = np.minimum(one[:, None, 2:4], other[None, :, 2:4])
    shared = np.clip(opposite - corner, 0, None).prod(axis=2)
    area = (one[:, 2:4] - one[:, :2]).prod(axis=1)[:, None] + (other[:, 2:4] - other[:, :2]).prod(axis=1)[None]
    return np.asarray(shared / np.maximum(area - shared, 1e-6))


def keep_best(boxes: Boxes, overlap: float, most: int = 100) -> Boxes:
    """Of boxes that overlap more than that, only the best-scored one (greedy non-maximum suppression)."""
    ranked = boxes[np.argsort(-boxes[:, 4], kind="stable")[: most * 4]]
    clash = overlaps(ranked, ranked) > overlap
    kept: list[int] = []
    for i in range(len(ranked)):
        if len(kept) < most and not clash[i, kept].any():
            kept.append(i)
    return ranked[kept]


def inside(boxes: Boxes, width: int, height: int) -> Boxes:
    """Boxes cut to the picture; what has no area left, or is not a number, is dropped."""
    cut = boxes[np.isfinite(boxes).all(axis=1)]
    cut[:, 0:4:2] = cut[:, 0:4:2].clip(0, width)
    cut[:, 1:4:2] = cut[:, 1:4:2].clip(0, height)
    return np.asarray(cut[(cut[:, 2] - cut[:, 0] >= 1) & (cut[:, 3] - cut[:, 1] >= 1)], np.float32)
