"""FastestDet: one grid, no anchors.

Input 1×3×S×S float32, BGR / 255, stretched to the square. Output 1×85×G×G: objectness; x, y (tanh, in cells
from the cell's corner) and width, height (sigmoid, of the whole picture); 80 COCO classes, the first of which
is person. The score is objectness^0.6 × class^0.4, as the model was trained.
"""

import cv2
import numpy as np

from edge.vision.boxes import Boxes, inside, keep_best
from edge.vision.detector import NOT_ASIDE, Pixels
from edge.vision.session import ModelSession


def fits(inputs: tuple[int, ...], outputs: tuple[int, ...]) -> bool:
    """Whether a model of these shapes is laid out like this."""
    square = len(inputs) == 4 and inputs[:2] == (1, 3) and inputs[2] == inputs[3]
    return square and len(outputs) == 4 and outputs[:2] == (1, 85) and outputs[2] == outputs[3] == inputs[2] // 16


class FastestDetDetector:
    """Finds people with a FastestDet model. Scores below `least` are dropped."""

    name = "FastestDet"
    sure = 0.65  # the threshold of the model's own examples
    aside = NOT_ASIDE

    def __init__(self, session: ModelSession, least: float = 0.5, overlap: float = 0.45) -> None:
        self._session, self._least, self._overlap = session, least, overlap
        self._side = session.input_shape[2]
        self._blob = np.empty((1, 3, self._side, self._side), np.float32)

    def detect(self, pixels: Pixels) -> Boxes:
        """See Detector."""
        height, width = pixels.shape[:2]
        for channel, plane in enumerate(cv2.split(cv2.resize(pixels, (self._side, self._side)))):
            np.multiply(plane, 1 / 255, out=self._blob[0, channel], casting="unsafe")
        cells = self._session.run(self._blob)[0]
        score = cells[0].clip(0, 1) ** 0.6 * cells[5].clip(0, 1) ** 0.4
        y, x = np.nonzero(score >= self._least)
        picked = cells[1:5, y, x]
        count = cells.shape[1]
        centre = (np.tanh(picked[:2]) + np.stack([x, y])) / count
        half = 0.5 / (1 + np.exp(-picked[2:4].clip(-50, 50)))
        corners = np.concatenate([centre - half, centre + half]).T * (width, height, width, height)
        found = np.hstack([corners, score[y, x, None]])
        return keep_best(inside(found.tolist(), width, height), self._overlap)
