"""A floor plan that somebody uploads: bounded before it is unpacked, made small, and written anew."""

import cv2
import numpy as np

from edge.readback.picture import BadPicture, open_picture

MOST_BYTES = 12 << 20
MOST_SIDE = 1_600
"""Pixels of the longer side of what is kept."""


class BadPlan(ValueError):  # read as "a bad plan"
    """The picture cannot be used. `reason` as in BadPicture."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason


def tidy_picture(data: bytes) -> bytes:
    """A PNG of a JPEG or PNG, at most MOST_SIDE wide and high, in grey: heat is laid over it. Raises BadPlan."""
    if len(data) > MOST_BYTES:
        raise BadPlan("bytes", f"the picture is too large; at most {MOST_BYTES >> 20} MiB")
    try:
        grey = open_picture(data)
    except BadPicture as bad:
        raise BadPlan(bad.reason, str(bad)) from bad
    height, width = grey.shape
    scale = min(1.0, MOST_SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    return bytes(np.asarray(cv2.imencode(".png", small, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1]).tobytes())
