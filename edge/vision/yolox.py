"""YOLOX as Megvii exports it: the raw head, decoded here.

Input 1×3×S×S float32, BGR 0–255, letterboxed to the top left with grey 114. Output 1×N×85 with one row per
cell of the grids of stride 8, 16 and 32, row by row: x, y offset and log width, log height in strides;
objectness; 80 COCO classes, the first of which is person; the last 81 already between 0 and 1.
"""

import cv2
import numpy as np
import numpy.typing as npt

from edge.vision.boxes import Boxes, inside, keep_best
from edge.vision.detector import NOT_ASIDE, Pixels
from edge.vision.session import ModelSession

STRIDES = (8, 16, 32)
GREY = 114
LARGEST_LOG = 10.0
"""Sizes above e^10 strides are nonsense; cut before they overflow."""


def fits(inputs: tuple[int, ...], outputs: tuple[int, ...]) -> bool:
    """Whether a model of these shapes is laid out like this."""
    if len(inputs) != 4 or inputs[:2] != (1, 3) or inputs[2] != inputs[3] or inputs[2] % 32:
        return False
    return outputs == (1, sum((inputs[2] // stride) ** 2 for stride in STRIDES), 85)


class YoloxDetector:
    """Finds people with a YOLOX model. Scores below `least` are dropped."""

    name = "YOLOX"
    sure = 0.5
    aside = NOT_ASIDE

    def __init__(self, session: ModelSession, least: float = 0.3, overlap: float = 0.6) -> None:
        self._session, self._least, self._overlap = session, least, overlap
        self._side = session.input_shape[2]
        self._canvas = np.full((self._side, self._side, 3), GREY, np.uint8)
        self._blob = np.empty((1, 3, self._side, self._side), np.float32)
        self._grid, self._stride = _grid(self._side)

    def detect(self, pixels: Pixels) -> Boxes:
        """See Detector."""
        height, width = pixels.shape[:2]
        scale = self._fill(pixels)
        rows = self._session.run(self._blob)[0]
        score = rows[:, 4] * rows[:, 5]
        good = score >= self._least
        rows, grid, stride = rows[good], self._grid[good], self._stride[good]
        centre = (rows[:, :2] + grid) * stride
        half = np.exp(np.minimum(rows[:, 2:4], LARGEST_LOG)) * stride / 2
        corners = np.hstack([centre - half, centre + half]) / scale
        found = np.hstack([corners, score[good, None]])
        return keep_best(inside(found.tolist(), width, height), self._overlap)

    def _fill(self, pixels: Pixels) -> float:
        """Put the picture into the model's input; the scale it was shrunk by."""
        height, width = pixels.shape[:2]
        scale = float(min(self._side / height, self._side / width))
        small_size = (max(round(width * scale), 1), max(round(height * scale), 1))
        self._canvas[:] = GREY
        self._canvas[: small_size[1], : small_size[0]] = cv2.resize(pixels, small_size)
        for channel, plane in enumerate(cv2.split(self._canvas)):
            self._blob[0, channel] = plane
        return scale


def _grid(side: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Cell (x, y) and stride of every output row: (n, 2) and (n, 1)."""
    cells, strides = [], []
    for stride in STRIDES:
        count = side // stride
        y, x = np.mgrid[:count, :count]
        cells.append(np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32))
        strides.append(np.full((count * count, 1), stride, np.float32))
    return np.concatenate(cells), np.concatenate(strides)
