"""How far a camera has moved: it trembles when a door slams, swings in a draught, and is knocked by a ladder.

The model sees what differs from the place as it was learnt, and where a camera has moved by a pixel every edge does. A
picture that fits the place as it is costs a glance and nothing more.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge.vision.detector import Grey

Floats = npt.NDArray[Any]
"""Of any precision; bytes in a picture."""
FINER = 4
"""Shifts are looked for in pictures so many times smaller."""
EDGE = 6.0
"""Grey levels a pixel of the smaller picture: what rises faster is an edge, at which a shift would show."""
LEAST_EDGES = 0.02
"""Of a picture's pixels. Where fewer are edges, nothing can be told."""
LEAST_CROSSED = 0.05
"""How much edges must rise the one way for each that they rise the other: along a straight edge nothing can be told."""
FITS = 1
"""Grey levels: at most edges a picture that has not moved differs by no more, for a sensor's noise and compression."""
MOST_OFF = 40
"""Grey levels. What differs by more is somebody."""
LEAST = 0.15
"""Pixels of the smaller picture: less moves nothing that the model would see."""
FITTED, BETTER = 3, 0.75
"""A shift is believed that leaves no more than so many grey levels at most edges, and so much of what was: tiles and
shelves fit in many ways, and a crowd in front of them in none."""
EVERY = 4
"""Every so-manieth pixel each way says how bright a picture is."""
FARTHEST = 0.06
"""Of the picture's sides. Beyond that it is another place."""


@dataclass(frozen=True, slots=True)
class Shift:
    """By how many pixels the content of a picture lies farther right and farther down than in its place."""

    x: float
    y: float


STILL = Shift(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Landmarks:
    """A place, smaller, and where its edges are."""

    known: Grey
    edges: Grey
    """255 at an edge."""
    rises: tuple[Floats, Floats]
    """Grey levels a pixel, to the right and down."""

    @classmethod
    def of(cls, place: Grey) -> "Landmarks":
        """Of a place without people."""
        known = _smaller(place)
        rise_x, rise_y = (cv2.Sobel(known, cv2.CV_32F, x, 1 - x, scale=0.125) for x in (1, 0))
        edges = cv2.inRange(cv2.magnitude(rise_x, rise_y), EDGE, 1e9)
        return cls(known, np.asarray(edges, np.uint8), (np.asarray(rise_x), np.asarray(rise_y)))

    def shift_of(self, picture: Grey) -> Shift:
        """Of a picture of this place; STILL where it fits as it is, and where no shift is sure."""
        now = self._in_its_light(_smaller(picture))
        off = self._off(now)
        if off <= FITS:
            return STILL
        rows, columns = now.shape
        (x, y), _ = cv2.phaseCorrelate(np.float32(self.known), np.float32(now), _window(rows, columns))
        if abs(x) > FARTHEST * columns or abs(y) > FARTHEST * rows:
            return STILL
        shift = self._closer(now, Shift(x, y))
        if math.hypot(shift.x, shift.y) < LEAST or self._off(laid(now, shift, self.known)) > min(BETTER * off, FITTED):
            return STILL
        return Shift(FINER * shift.x, FINER * shift.y)

    def _in_its_light(self, now: Grey) -> Grey:
        """The picture as bright as the place, by the middle one of all differences."""
        some = now[::EVERY, ::EVERY].astype(np.int16) - self.known[::EVERY, ::EVERY]
        brighter = float(np.median(some))
        return now if not brighter else np.asarray(cv2.add(now, (-brighter,)), np.uint8)

    def _off(self, now: Grey) -> float:
        """Grey levels by which half of all edges differ by no more; 0 where there are too few."""
        many = np.cumsum(cv2.calcHist([cv2.absdiff(now, self.known)], [0], self.edges, [256], [0, 256]))
        return 0 if many[-1] < LEAST_EDGES * now.size else float(np.searchsorted(many, many[-1] / 2))

    def _closer(self, now: Grey, shift: Shift) -> Shift:
        """What is left of a shift, by the slope of edges and what differs there: Lucas and Kanade's step.

        Phase correlation draws small shifts towards none, by up to a fifth of a pixel.
        """
        off = cv2.subtract(laid(now, shift, self.known), self.known, dtype=cv2.CV_32F)
        counts = (self.edges > 0) & (np.abs(off) <= MOST_OFF)
        x, y, by = self.rises[0][counts], self.rises[1][counts], off[counts]
        xx, xy, yy, to_x, to_y = (float(one @ other) for one, other in ((x, x), (x, y), (y, y), (x, by), (y, by)))
        sure = xx * yy - xy * xy
        if sure <= LEAST_CROSSED * (xx + yy) ** 2 / 4:
            return STILL
        left_x, left_y = (xy * to_y - yy * to_x) / sure, (xy * to_x - xx * to_y) / sure
        return Shift(shift.x + left_x, shift.y + left_y) if max(abs(left_x), abs(left_y)) <= 1 else shift


def laid(picture: Floats, shift: Shift, place: Floats) -> Floats:
    """The picture laid over its place, which shows where the picture ends."""
    over = place.copy()
    way = np.array([[1, 0, -shift.x], [0, 1, -shift.y]], np.float32)
    cv2.warpAffine(picture, way, picture.shape[::-1], dst=over, borderMode=cv2.BORDER_TRANSPARENT)
    return over


def _smaller(picture: Grey) -> Grey:
    size = max(picture.shape[1] // FINER, 1), max(picture.shape[0] // FINER, 1)
    # Smoothed, or half a pixel's shift would look like a change of its own.
    return np.asarray(cv2.GaussianBlur(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), (3, 3), 0), np.uint8)


@lru_cache(maxsize=4)
def _window(rows: int, columns: int) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.createHanningWindow((columns, rows), cv2.CV_32F), np.float32)
