"""The port that every way of finding people fits."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from edge.vision.boxes import Boxes

Pixels = npt.NDArray[np.uint8]
"""BGR, shape (height, width, 3)."""
Grey = npt.NDArray[np.uint8]
"""Shape (height, width)."""
Aside = tuple[float, float]
"""By how much everything in a camera's picture lies farther right and farther down than it did: fractions of the
picture's width and height."""
NOT_ASIDE: Aside = (0.0, 0.0)


class BadModelError(ValueError):
    """A model file that cannot be used. The text says which file and why."""


class Detector(Protocol):
    """Finds people in one picture. May keep what it has learnt about the scene."""

    name: str
    """What to call it in health and logs."""
    sure: float
    """Score from which a box is surely somebody; weaker ones only help to follow who is already known."""

    @property
    def aside(self) -> Aside:
        """How far its camera was moved for good since the first picture, where it can tell; NOT_ASIDE else."""

    def detect(self, pixels: Pixels) -> Boxes:
        """Boxes of the people in a BGR picture, in its pixels; rows of (x1, y1, x2, y2, score 0..1)."""
