"""The shipped detector: a small network of the project's own, trained on drawn pictures alone.

It sees a grey picture and what the place looks like without people, which it learns while it watches: slowly, and
only from what it has already seen. It is shown the parts of the picture where somebody may be (see attention.py).
Peaks are found and boxes decoded inside the model's graph.
"""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from edge.vision.attention import Attention
from edge.vision.boxes import Boxes, Row, inside, keep_best
from edge.vision.cards import OwnModelCard, open_carded, read_card
from edge.vision.detector import NOT_ASIDE, Aside, BadModelError, Pixels
from edge.vision.place import LearntBackground
from edge.vision.session import ModelSession
from edge.vision.sizes import Size, affordable, pixels_of
from edge.vision.steadying import STILL, Shift
from edge.vision.windows import Window, whole

CARD = Path(__file__).parent / "weights" / "people.json"
LINEAR_UP_TO = 1.6
"""A picture that is shrunk by more is averaged, which costs five times as much and would show no more below that."""
ALMOST = 0.85
"""Of the least score of a person. A place where somebody nearly is keeps the attention that it has."""


def open_own(fps: float, card_path: Path = CARD, core_looks: float = 0.0) -> "OwnDetector":
    """The detector that a card describes; `fps` is how many pictures a second it will see.

    `core_looks`: how many its core has promised to look at each second, those of all cameras. Raises BadModelError.
    """
    card = read_card(card_path)
    if not isinstance(card, OwnModelCard):
        raise BadModelError(f"{card_path} is the card of a {card.layout} model, which is opened by its file's name")
    return own_from(card, card_path.parent, fps, core_looks)


def own_from(card: OwnModelCard, folder: Path, fps: float, core_looks: float = 0.0) -> "OwnDetector":
    """The same from a card that was read, whose file lies in `folder`."""
    return OwnDetector(_session(card, folder, size_for(card, folder, core_looks)), card, fps)


def size_for(card: OwnModelCard, folder: Path, core_looks: float) -> Size:
    """Of the pictures that a core with so many looks to do each second shows the model."""
    largest = card.input[2:]
    if not core_looks or not card.smaller:
        return largest
    return affordable((largest, *card.smaller), _full_ms(card, folder), core_looks)


@lru_cache(maxsize=4)
def _session(card: OwnModelCard, folder: Path, size: Size) -> ModelSession:
    """One for all cameras of a process: it keeps nothing of what it was shown, and another takes 30 MiB."""
    return open_carded(card, folder, size, parts=bool(card.smaller))


@lru_cache(maxsize=4)
def _full_ms(card: OwnModelCard, folder: Path) -> float:
    """What the largest picture costs on this machine, by the smallest, which is about as large as windows are.

    Tried once in the life of a process.
    """
    smallest = min(card.smaller, key=pixels_of)
    return open_carded(card, folder, smallest).cost_ms() * pixels_of(card.input[2:]) / pixels_of(smallest)


class OwnDetector:
    """Finds people with the shipped model. Keeps what its place is like and what lately stirred there, nothing else."""

    def __init__(self, session: ModelSession, card: OwnModelCard, fps: float) -> None:
        self._session, self._card = session, card
        _, _, rows, columns = session.input_shape
        self._size = rows, columns
        self.name = card.name if session.input_shape == card.input else f"{card.name}, {columns}×{rows}"
        self.sure = card.sure
        self.aside: Aside = NOT_ASIDE
        self._fps = fps
        self._blob = np.zeros(session.input_shape, np.uint8)
        self._grey = np.empty((0, 0), np.uint8)
        self._shape: tuple[int, ...] = ()

    def detect(self, pixels: Pixels) -> Boxes:
        """See Detector."""
        card, (picture, place) = self._card, self._blob[0]
        if pixels.shape != self._shape:  # another camera, or another setting of it: another place
            self._shape, self._grey = pixels.shape, np.empty(pixels.shape[:2], np.uint8)
            self._background = LearntBackground(place, card.learn_s, card.learn_at_most, self._fps)
            self._attention = Attention(self._size, self._fps, card.learn_s)
        rows, columns = self._size
        cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY, dst=self._grey)
        much = max(pixels.shape[0] / rows, pixels.shape[1] / columns) > LINEAR_UP_TO
        way = cv2.INTER_AREA if much else cv2.INTER_LINEAR
        cv2.resize(self._grey, (columns, rows), dst=picture, interpolation=way)
        self._background.begin(picture)
        shift, moved = self._background.steady(picture)
        if moved != STILL:
            self.aside = self.aside[0] + moved.x / columns, self.aside[1] + moved.y / rows
            self._attention = Attention(self._size, self._fps, card.learn_s)
        windows = self._attention.windows(picture) if self._session.parts else whole(self._size)
        seen = [row for window in windows for row in self._seen(window)]
        self._background.learn(picture)
        self._attention.found(row[:4] for row in seen)
        return self._people(seen, shift, pixels)

    def _seen(self, window: Window) -> list[Row]:
        """People, and who is nearly one, in the pixels of the model's picture."""
        left, top, right, bottom = window.view
        peaks = self._session.run(np.ascontiguousarray(self._blob[:, :, top:bottom, left:right]))[0]
        rows = []
        for score, x, y, wide, tall in peaks[:, peaks[0] >= ALMOST * self._card.least].T.tolist():
            if window.owns(x + left, y + top):
                half_x, half_y = wide / 2, tall / 2
                rows.append((x + left - half_x, y + top - half_y, x + left + half_x, y + top + half_y, score))
        return rows

    def _people(self, seen: list[Row], shift: Shift, pixels: Pixels) -> Boxes:
        height, width = pixels.shape[:2]
        scale_x, scale_y = width / self._size[1], height / self._size[0]
        by_x, by_y = shift.x, shift.y
        rows = [
            ((x1 + by_x) * scale_x, (y1 + by_y) * scale_y, (x2 + by_x) * scale_x, (y2 + by_y) * scale_y, score)
            for x1, y1, x2, y2, score in seen
            if score >= self._card.least
        ]
        return keep_best(inside(rows, width, height), self._card.overlap)
