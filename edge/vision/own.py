"""The shipped detector: a small network of the project's own, trained on drawn pictures alone.

It sees a grey picture and what the place looks like without people, which it learns while it watches: slowly, and
only from what it has already seen. Peaks are found and boxes decoded inside the model's graph.
"""

import hashlib
from pathlib import Path
from typing import Annotated, Literal

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.vision.boxes import Boxes, inside, keep_best
from edge.vision.detector import BadModelError, Pixels
from edge.vision.session import ModelSession

CARD = Path(__file__).parent / "weights" / "people.json"
STRIDE = 4
MAX_CARD_BYTES = 64 << 10

Part = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0, le=3600)]


class OwnModelCard(BaseModel):
    """What a model of this layout takes, gives and needs. Lies beside its file as JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, Field(min_length=1, max_length=40)]
    file: Annotated[str, Field(pattern=r"^[a-z0-9_-]+\.onnx$")]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    layout: Literal["picture and background to peaks"]
    """Input (1, 2, H, W) float32, grey 0..255, stretched to H×W. Output (1, 5, H/4, W/4): score of a peak or 0, and
    middle x, middle y, width, height of its box in input pixels."""
    input: tuple[Literal[1], Literal[2], int, int]
    output: tuple[Literal[1], Literal[5], int, int]
    least: Part
    """Boxes below this score are dropped."""
    sure: Part
    """From this score a box is surely somebody."""
    overlap: Part
    """Of two boxes that overlap more, the weaker is dropped."""
    learn_s: Positive
    """Seconds over which the background is averaged."""
    learn_at_most: Annotated[float, Field(gt=0, le=255)]
    """Grey levels: a larger difference pulls the background no harder, so that people sink into it slowly."""


def read_card(path: Path) -> OwnModelCard:
    """The card of a model. Raises BadModelError with the reason."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_CARD_BYTES + 1)
    except OSError as error:
        raise BadModelError(f"there is no model card {path} ({error.strerror})") from error
    if len(text) > MAX_CARD_BYTES:
        raise BadModelError(f"{path} is above {MAX_CARD_BYTES >> 10} KiB; that is no model card")
    try:
        return OwnModelCard.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise BadModelError(f"{path} is no model card: {where}: {first['msg']}") from error


def open_own(fps: float, card_path: Path = CARD) -> "OwnDetector":
    """The detector that a card describes; `fps` is how many pictures a second it will see. Raises BadModelError."""
    card = read_card(card_path)
    path = card_path.parent / card.file
    if path.is_file():  # a file that is not there, or far too large, is the session's to refuse
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != card.sha256:
            raise BadModelError(f"{path} is not the file of its card: SHA-256 {found[:12]}…, not {card.sha256[:12]}…")
    session = ModelSession(path)
    shapes = session.input_shape, session.output_shape
    if shapes != (card.input, card.output) or card.output[2:] != tuple(side // STRIDE for side in card.input[2:]):
        raise BadModelError(
            f"{path} takes {shapes[0]} and gives {shapes[1]}; its card says {card.input}, {card.output}"
        )
    return OwnDetector(session, card, fps)


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
