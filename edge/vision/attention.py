"""Where in a camera's picture somebody may be: where something stirs, and around everybody who is known.

The model need not be shown the rest. Who neither moves nor is known is found when all of the picture is looked at,
which is done every few seconds, and at every look until the place is known.
"""

from collections import deque
from collections.abc import Iterable

import cv2
import numpy as np

from edge.vision.detector import Grey
from edge.vision.sizes import Size
from edge.vision.windows import MOST_THINGS, Rect, Window, cover, whole

CELL = 8
"""Pixels of the model's picture. Somebody far away is one cell wide and two tall."""
ALL_EVERY_S = 4.0
QUIETER = 4
"""So many times as often while there is nothing to look at, which costs little and is when a camera is asked seldom."""
REMEMBERED = 2
"""Looks for which a place where somebody was found is looked at."""
LEAST_STIR, NOISES = 4, 2
"""Grey levels, and multiples of what the middle cell has: a cell that changed by more than both together stirred."""
ROOM, LEAST_ROOM, MOST_ROOM = 0.2, 12, 48
"""What is shown around a thing: a part of its longer side, and pixels. The model goes by what is around people, too."""
TALL = np.ones((2, 1), np.uint8)
"""A single cell is noise."""
AROUND = np.ones((3, 3), np.uint8)


class Attention:
    """Of one camera, whose pictures are shown to the model as (rows, columns). Keeps the last one, coarsely."""

    def __init__(self, size: Size, fps: float, settle_s: float) -> None:
        """`settle_s`: how long it takes until the place is known."""
        self._size = size
        self._looks = self._parts = 0
        """Of them, those since all of the picture was looked at."""
        self._settled = round(settle_s * fps)
        self._every = max(round(ALL_EVERY_S * fps), 1)
        self._before = np.zeros((0, 0), np.uint8)
        self._people: deque[list[Rect]] = deque(maxlen=REMEMBERED)

    def windows(self, picture: Grey) -> list[Window]:
        """What to show the model of a picture."""
        rows, columns = self._size
        # Sampled, not averaged, in a fifth of the time.
        now = cv2.resize(picture, (2 * columns // CELL, 2 * rows // CELL), interpolation=cv2.INTER_LINEAR)
        before, self._before = self._before, np.asarray(now, np.uint8)
        self._looks += 1
        self._parts += 1
        if self._looks > max(self._settled, 1):
            windows = cover(self._things(before), self._size)
            if self._parts < (self._every if windows else self._every // QUIETER):
                return windows
        self._parts = 0
        return whole(self._size)

    def found(self, people: Iterable[tuple[float, float, float, float]]) -> None:
        """Where they are, as left, top, right, bottom in pixels of the model's picture."""
        self._people.append([(int(x1), int(y1), int(x2), int(y2)) for x1, y1, x2, y2 in people])

    def _things(self, before: Grey) -> list[Rect]:
        rows, columns = self._size[0] // CELL, self._size[1] // CELL
        change = cv2.resize(cv2.absdiff(self._before, before), (columns, rows), interpolation=cv2.INTER_AREA)
        some = change[::2, ::2].ravel()
        noise = int(np.partition(some, some.size // 2)[some.size // 2])
        stirred = cv2.threshold(change, NOISES * noise + LEAST_STIR, 255, cv2.THRESH_BINARY)[1]
        stirred = cv2.dilate(cv2.morphologyEx(stirred, cv2.MORPH_OPEN, TALL), AROUND)
        for person in (person for look in self._people for person in look):
            left, top, right, bottom = (max(side // CELL, 0) for side in person)
            stirred[top : bottom + 1, left : right + 1] = 255
        outlines, _ = cv2.findContours(stirred, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        return [self._with_room(*cv2.boundingRect(outline)) for outline in outlines[: MOST_THINGS + 1]]

    def _with_room(self, left: int, top: int, wide: int, tall: int) -> Rect:
        """Of a thing in cells."""
        room = int(min(max(ROOM * max(wide, tall) * CELL, LEAST_ROOM), MOST_ROOM))
        return (
            max(left * CELL - room, 0),
            max(top * CELL - room, 0),
            min((left + wide) * CELL + room, self._size[1]),
            min((top + tall) * CELL + room, self._size[0]),
        )
