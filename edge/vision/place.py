"""What a place looks like without people, learnt while a camera watches it. Should the camera move, pictures are laid
over the place.
"""

from collections import deque

import cv2
import numpy as np

from edge.vision.detector import Grey
from edge.vision.steadying import STILL, Landmarks, Shift, laid

LEARN_EVERY_S = 1.6
"""A background that changes over ten seconds need not be learnt from every picture."""
MOVED_S, SAME_SHIFT = 3.0, 0.7
"""A camera that was moved by the same for so long, give or take so many pixels of the model's picture, stays there."""


class LearntBackground:
    """What a place looks like without people: a clipped running mean of grey pictures of one size.

    It is told in `place`, which may be a part of a model's input: it need not be copied there for every look.
    """

    def __init__(self, place: Grey, learn_s: float, at_most: float, fps: float) -> None:
        self._place = place
        self._known, self._off = np.empty(place.shape, np.float32), np.empty(place.shape, np.float32)
        self._at_most = at_most
        self._looks = max(learn_s * fps, 1.0)
        self._every = max(round(LEARN_EVERY_S * fps), 1)
        self._seen = 0
        self._shifts: deque[Shift] = deque(maxlen=max(round(MOVED_S * fps), 2))

    def begin(self, grey: Grey) -> None:
        """Before a look: nothing else being known, the first picture is taken as it is."""
        if not self._seen:
            np.copyto(self._known, grey)
            self._tell()

    def steady(self, grey: Grey) -> tuple[Shift, Shift]:
        """Lay a picture over the place, in place.

        Returns by how much it lies aside of the place, and by how much the place went along with its camera just now:
        a camera that stays where it was moved to.
        """
        shift = self._landmarks.shift_of(grey)
        self._shifts.append(shift)
        if shift == STILL:
            return STILL, STILL
        if len(self._shifts) == self._shifts.maxlen and all(_near(one, shift) for one in self._shifts):
            self._shifts.clear()
            np.copyto(self._known, laid(self._known, Shift(-shift.x, -shift.y), grey.astype(np.float32)))
            self._tell()
            return STILL, shift
        np.copyto(grey, laid(grey, shift, self._place))
        return shift, STILL

    def learn(self, grey: Grey) -> None:
        """Move towards a picture: at first a plain mean of all so far, then slowly, and never by a leap."""
        self._seen += 1
        if self._seen + 1 < self._looks:
            cv2.accumulateWeighted(grey, self._known, 1 / (self._seen + 1))
        elif self._seen % self._every:
            return
        else:
            cv2.subtract(grey, self._known, dst=self._off, dtype=cv2.CV_32F)
            cv2.min(self._off, self._at_most, dst=self._off)
            cv2.max(self._off, -self._at_most, dst=self._off)
            cv2.scaleAdd(self._off, min(self._every / self._looks, 1.0), self._known, dst=self._known)
        self._tell()

    def _tell(self) -> None:
        cv2.convertScaleAbs(self._known, dst=self._place)
        self._landmarks = Landmarks.of(self._place)


def _near(one: Shift, other: Shift) -> bool:
    return max(abs(one.x - other.x), abs(one.y - other.y)) <= SAME_SHIFT
