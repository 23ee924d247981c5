"""One picture for a person who draws lines and zones on it, with nobody to be recognised. Made where the frame is.

Where a detector finds people, their heads are pixelated: the upper third of every box, grown, also of boxes found in
the last seconds, since a detector may miss somebody in one picture of many. Where none runs, the whole picture is made
coarse. The picture that was there before never leaves the memory it lies in.
"""

from collections.abc import Iterable

import cv2
import numpy as np

from edge.vision.boxes import Boxes
from edge.vision.detector import Pixels

MOST_WIDTH = 960
"""Pixels. Enough to draw on."""
MOST_BYTES = 4 << 20
"""Of a still."""
HEAD = 1 / 3
"""Of a person's box, from the top."""
GROWN = 0.25
"""Of the box's width to each side, and half of that of its height above and below."""
BLOCKS_PER_PERSON = 10
"""A block's side is this part of a person's height: a head is two blocks wide or less."""
LEAST_BLOCK = 6
"""Pixels."""
COARSE = 40
"""Blocks across the picture where nobody is looked for."""


class NoStill(Exception):  # read as "there is no still"
    """No picture can be had now. The text says why, fit for a person."""


def still_png(pixels: Pixels, people: Iterable[Boxes] | None) -> bytes:
    """A PNG at most MOST_WIDTH wide and high, BGR `pixels` (height, width, 3) with every head in `people` pixelated.

    `people`: boxes in the picture's own pixels, of one or more looks. None: nobody looks for people here.
    """
    picture = without_heads(pixels, people, MOST_WIDTH)
    return bytes(cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 3])[1])


def without_heads(pixels: Pixels, people: Iterable[Boxes] | None, most: int) -> Pixels:
    """A copy at most so wide and high with every head pixelated; see still_png."""
    height, width = pixels.shape[:2]
    scale = min(most / width, most / height, 1.0)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    picture = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if scale < 1 else pixels.copy()
    if people is None:
        _pixelate(picture, 0, 0, size[0], size[1], max(-(-size[0] // COARSE), LEAST_BLOCK))
    else:
        for boxes in people:
            for x1, y1, x2, y2 in boxes[:, :4] * scale:
                _hide_head(picture, float(x1), float(y1), float(x2), float(y2))
    return np.asarray(picture, np.uint8)


def _hide_head(picture: Pixels, x1: float, y1: float, x2: float, y2: float) -> None:
    wide, tall = x2 - x1, y2 - y1
    aside, above = wide * GROWN, tall * GROWN / 2
    block = max(round(tall / BLOCKS_PER_PERSON), LEAST_BLOCK)
    _pixelate(
        picture,
        *(int(np.floor(x1 - aside)), int(np.floor(y1 - above))),
        *(int(np.ceil(x2 + aside)), int(np.ceil(y1 + tall * HEAD + above))),
        block,
    )


def _pixelate(picture: Pixels, left: int, top: int, right: int, bottom: int, block: int) -> None:
    """Every block of the part gets its mean colour, in place. What lies outside the picture is left out."""
    height, width = picture.shape[:2]
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if left >= right or top >= bottom:
        return
    part = picture[top:bottom, left:right]
    few = (max((right - left) // block, 1), max((bottom - top) // block, 1))
    small = cv2.resize(part, few, interpolation=cv2.INTER_AREA)
    picture[top:bottom, left:right] = cv2.resize(small, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
