"""The shipped detector: a small network of the project's own, trained on drawn pictures alone.

It sees a grey picture and what the place looks like without people, which it learns while it watches: slowly, and
only from what it has already seen. Peaks are found and boxes decoded inside the model's graph.
"""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge.vision.boxes import Boxes, inside, keep_best
from edge.vision.cards import OwnModelCard, open_carded, read_card
from edge.vision.detector import BadModelError, Pixels
from edge.vision.session import ModelSession

CARD = Path(__file__).parent / "weights" / "people.json"
STRIDE = 4


def open_own(fps: float, card_path: Path = CARD) -> "OwnDetector":
    """The detector that a card describes; `fps` is how many pictures a second it will see. Raises BadModelError."""
    card = read_card(card_path)
    if not isinstance(card, OwnModelCard):
        raise BadModelError(f"{card_path} is the card of a {card.layout} model, which is opened by its file's name")
    return own_from(card, card_path.parent, fps)


def own_from(card: OwnModelCard, folder: Path, fps: float) -> "OwnDetector":
    """The same from a card that was read, whose file lies in `folder`."""
    if card.output[2:] != tuple(side // STRIDE for side in card.input[2:]):
        raise BadModelError(f"the card of {card.name} says {card.input}, {card.output}: not a cell for {STRIDE} pixels")
    return OwnDetector(open_carded(card, folder), card, fps)


class LearntBackground:
    """What a place looks like without people: a clipped running mean, of grey float32 pictures of one size."""

    def __init__(self, learn_s: float, at_most: float, fps: float) -> None:
        self._slow, self._at_most = 1 / max(learn_s * fps, 1), at_most
        self._seen = 0
        self._picture = np.zeros((0, 0), np.float32)
        self._off = self._picture

    def before(self, grey: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """What was known before this picture, which is learnt afterwards by `learn`. The first is taken as it is."""
        if self._picture.shape != grey.shape:
            self._picture, self._off, self._seen = grey.copy(), np.empty_like(grey), 0
        return self._picture

    def learn(self, grey: npt.NDArray[np.float32]) -> None:
        """Move towards a picture: at first a plain mean of all so far, then slowly, and never by a leap."""
        self._seen += 1
        cv2.subtract(grey, self._picture, dst=self._off)
        rate = self._slow
        if 1 / (self._seen + 1) > self._slow:
            rate = 1 / (self._seen + 1)
        else:
            cv2.min(self._off, self._at_most, dst=self._off)
            cv2.max(self._off, -self._at_most, dst=self._off)
        cv2.scaleAdd(self._off, rate, self._picture, dst=self._picture)


class OwnDetector:
    """Finds people with the shipped model. Keeps the background of its place, and nothing else."""

    def __init__(self, session: ModelSession, card: OwnModelCard, fps: float) -> None:
        self.name, self.sure = card.name, card.sure
        self._session, self._card = session, card
        self._size = card.input[3], card.input[2]
        self._fps = fps
        self._background = LearntBackground(card.learn_s, card.learn_at_most, fps)
        self._blob = np.empty(card.input, np.float32)
        self._shape: tuple[int, ...] = ()

    def detect(self, pixels: Pixels) -> Boxes:
        """See Detector."""
        if pixels.shape != self._shape:  # another camera, or another setting of it: another place
            self._shape = pixels.shape
            self._background = LearntBackground(self._card.learn_s, self._card.learn_at_most, self._fps)
        return self._decode(self._session.run(self._fill(pixels))[0], pixels)

    def _fill(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """The model's input: the picture, and the background as known before it."""
        grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
        smaller = grey.shape[0] > self._size[1] and grey.shape[1] > self._size[0]
        small = cv2.resize(grey, self._size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        picture, background = self._blob[0]
        np.copyto(picture, small)
        np.copyto(background, self._background.before(picture))
        self._background.learn(picture)
        return self._blob

    def _decode(self, cells: npt.NDArray[np.float32], pixels: Pixels) -> Boxes:
        height, width = pixels.shape[:2]
        y, x = np.nonzero(cells[0] >= self._card.least)
        score, middle_x, middle_y, wide, tall = cells[:, y, x]
        rows = np.stack(
            [middle_x - wide / 2, middle_y - tall / 2, middle_x + wide / 2, middle_y + tall / 2, score], axis=1
        )
        scale_x, scale_y = width / self._size[0], height / self._size[1]
        rows *= np.array([scale_x, scale_y, scale_x, scale_y, 1], np.float32)
        return keep_best(inside(rows, width, height), self._card.overlap)
