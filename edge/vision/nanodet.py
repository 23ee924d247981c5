"""NanoDet-Plus, as its own export writes it: scores, and for each side of a box a distribution of how far it is.

Input 1×3×S×S float32, BGR less the mean, by the deviation, stretched to the square. Output 1×N×112 with one row per
cell of the grids of stride 8, 16, 32 and 64 (⌈S / stride⌉ cells a side), row by row: 80 COCO classes between 0 and 1,
the first of which is person; then for left, top, right and bottom eight logits each. A side's distance from the cell's
corner is the mean of 0 … 7 strides under the softmax of its logits. Source: `nanodet/model/head/nanodet_plus_head.py`
and the `nanodet-plus-m` configurations of RangiLyu/nanodet.
"""

import cv2
import numpy as np
import numpy.typing as npt

from edge.vision.boxes import Boxes, inside, keep_best
from edge.vision.detector import NOT_ASIDE, Pixels
from edge.vision.session import ModelSession

STRIDES = (8, 16, 32, 64)
CLASSES, BINS = 80, 8
MEAN, DEVIATION = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)


def fits(inputs: tuple[int, ...], outputs: tuple[int, ...]) -> bool:
    """Whether a model of these shapes is laid out like this."""
    if len(inputs) != 4 or inputs[:2] != (1, 3) or inputs[2] != inputs[3]:
        return False
    return outputs == (1, sum(_cells(inputs[2], stride) ** 2 for stride in STRIDES), CLASSES + 4 * BINS)


class NanoDetDetector:
    """Finds people with a NanoDet-Plus model. Scores below `least` are dropped."""

    name = "NanoDet"
    sure = 0.45
    aside = NOT_ASIDE

    def __init__(self, session: ModelSession, least: float = 0.35, overlap: float = 0.6) -> None:
        self._session, self._least, self._overlap = session, least, overlap
        self._side = session.input_shape[2]
        self._blob = np.empty((1, 3, self._side, self._side), np.float32)
        self._corner, self._stride = _grid(self._side)

    def detect(self, pixels: Pixels) -> Boxes:
        """See Detector."""
        height, width = pixels.shape[:2]
        for channel, plane in enumerate(cv2.split(cv2.resize(pixels, (self._side, self._side)))):
            np.subtract(plane, MEAN[channel], out=self._blob[0, channel], casting="unsafe")
            self._blob[0, channel] /= DEVIATION[channel]
        rows = self._session.run(self._blob)[0]
        good = rows[:, 0] >= self._least
        score, sides = rows[good, :1], rows[good, CLASSES:].reshape(-1, 4, BINS)
        far = distances(sides) * self._stride[good]
        corner = self._corner[good]
        found = np.hstack([corner - far[:, :2], corner + far[:, 2:], score])
        found *= np.array([width / self._side, height / self._side] * 2 + [1], np.float32)
        return keep_best(inside(found.tolist(), width, height), self._overlap)


def distances(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The mean of 0 … BINS - 1 under the softmax of logits (…, BINS): (…)."""
    part = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(part @ np.arange(BINS, dtype=np.float32) / part.sum(axis=-1), np.float32)


def _cells(side: int, stride: int) -> int:
    return -(-side // stride)


def _grid(side: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Corner (x, y) in input pixels and stride of every output row: (n, 2) and (n, 1)."""
    corners, strides = [], []
    for stride in STRIDES:
        count = _cells(side, stride)
        y, x = np.mgrid[:count, :count] * stride
        corners.append(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32))
        strides.append(np.full((count * count, 1), stride, np.float32))
    return np.concatenate(corners), np.concatenate(strides)
