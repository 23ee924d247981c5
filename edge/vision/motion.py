"""Has anything moved? Cheap enough to ask of every picture, so that an empty shop costs little and nobody is missed.

The picture is shrunk to a few thousand cells and compared with what they were lately; a change of the light as a whole
is none. What moved sinks into "lately" within seconds, so somebody who stands is no motion: whoever is seen by the
detector is looked at anyway (see pace.py).
"""

import cv2
import numpy as np
import numpy.typing as npt

from edge.vision.detector import Pixels

WIDTH = 96
"""Cells across. A person of a tenth of the picture's height covers some twenty."""
LEAST_CHANGE = 7.0
"""Grey levels of a cell's mean: above a sensor's noise, below dark clothes on a dark floor."""
LEAST_CELLS = 3
FORGET = 0.15
"""How far "lately" moves towards each picture."""


class Motion:
    """Keeps what one camera's cells were lately, and nothing that could be recognised."""

    def __init__(self) -> None:
        self._lately = np.zeros((0, 0), np.float32)

    def moved(self, pixels: Pixels) -> bool:
        """Whether anything moved since the last pictures. True for the first one, and for one of another shape."""
        cells = _cells(pixels)
        if self._lately.shape != cells.shape:
            self._lately = cells
            return True
        change = cells - self._lately
        change -= float(np.median(change))
        self._lately += FORGET * (cells - self._lately)
        return int((np.abs(change) >= LEAST_CHANGE).sum()) >= LEAST_CELLS


def _cells(pixels: Pixels) -> npt.NDArray[np.float32]:
    height, width = pixels.shape[:2]
    size = (min(WIDTH, width), max(round(height * min(WIDTH / width, 1)), 1))
    return np.asarray(
        cv2.cvtColor(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY), np.float32
    )
