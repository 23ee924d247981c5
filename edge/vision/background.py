"""Finds what moves before a learnt background: what is left where no model is wanted.

No model, little work, and honest about its limits: people who stand very close together become one, and
whatever else moves and is as tall as a person counts as one.
"""

import cv2
import numpy as np

from edge.vision.boxes import NO_BOXES, Boxes
from edge.vision.detector import NOT_ASIDE, Pixels

WORK_WIDTH = 320
"""Pixels. Wide enough to part two people, small enough to cost little."""
MEMORY_S = 60.0
"""How long a thing must stand before it belongs to the background."""
LEARN_FIRST_S = 1.0
"""Until then everything is new, and nothing is reported."""
LEAST_HEIGHT = 0.09
"""Of the picture's height. Smaller things are noise, or too far away to count."""
LEAST_FILL = 0.25
"""Of a blob's box that is really filled; light beams and wires are not."""


class BackgroundDetector:
    """Finds people as upright blobs that differ from the background. Keeps the background, nothing else."""

    name = "background"
    sure = 0.0
    aside = NOT_ASIDE

    def __init__(self, fps: float) -> None:
        self._model = cv2.createBackgroundSubtractorMOG2(detectShadows=True, varThreshold=24)
        self._model.setShadowThreshold(0.55)
        self._rate = 1 / (MEMORY_S * fps)
        self._learn_first = max(round(LEARN_FIRST_S * fps), 2)
        self._seen = 0
        self._open = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
        self._close = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 9))

    def detect(self, pixels: Pixels) -> Boxes:
        """See Detector. The score is how much of its box a blob fills."""
        scale = min(WORK_WIDTH / pixels.shape[1], 1.0)
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
        self._seen += 1
        rate = max(self._rate, 1 / (2 * self._seen))
        mask = self._model.apply(small, learningRate=rate)
        if self._seen <= self._learn_first:
            return NO_BOXES
        mask = cv2.threshold(mask, 200, 255, cv2.THRESH_BINARY)[1]
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, self._open)
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, self._close)
        return _people(mask, scale)


def _people(mask: Pixels, scale: float) -> Boxes:
    """Blobs of a person's proportions, in the picture's pixels; one as wide as two people abreast is two."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    rows: list[tuple[float, float, float, float, float]] = []
    for x, y, width, height, area in stats[1:].tolist():
        fill = area / (width * height)
        if height < LEAST_HEIGHT * mask.shape[0] or fill < LEAST_FILL:
            continue
        abreast = max(round(width / (0.55 * height)), 1)
        if abreast > 4:
            continue
        each = width / abreast
        rows += [(x + i * each, y, x + (i + 1) * each, y + height, min(fill, 1.0)) for i in range(abreast)]
    return np.array(rows, np.float32).reshape(-1, 5) * np.array([1 / scale] * 4 + [1], np.float32)
