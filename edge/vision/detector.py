"""The port that every way of finding people fits."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from edge.vision.boxes import Boxes

Pixels = npt.NDArray[np.uint8]
"""BGR, shape (height, width, 3)."""
Grey = npt.NDArray[np.uint8]
"""Shape (height, width)."""


class BadModelError(ValueError):
    """A model file that cannot be used. The text says which file and why."""


class Detector(Protocol):
    """Finds people in one picture. May keep what it has learnt about the scene."""

    name: str
    """What to call it in health and logs."""
    sure: float
    """Score from which a box is surely somebody; weaker ones only help to follow who is already known."""

    def detect(self, pixels: Pixels) -> Boxes:
        """Boxes of the people in a BGR picture, in its pixels; rows of (x1, y1, x2, y2, score 0..1)."""
