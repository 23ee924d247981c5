"""Codes in a photo that somebody took of a label."""

import cv2
import numpy as np
import zxingcpp

MOST_BYTES = 12 << 20
MOST_PIXELS = 40_000_000
MOST_CODES = 20
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers of a frame header (ITU-T T.81, table B.1)."""


def read_codes(photo: bytes) -> list[str]:
    """The texts of the codes in a JPEG or PNG, at most 20. Raises ValueError with words when it is no such picture."""
    if len(photo) > MOST_BYTES:
        raise ValueError(f"the photo is larger than {MOST_BYTES >> 20} MB")
    width, height = _size(photo)
    if not 0 < width * height <= MOST_PIXELS:
        raise ValueError("the photo has too many pixels; take it with a lower resolution")
    picture = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise ValueError("the photo is damaged; take it again")
    return [code.text[:200] for code in zxingcpp.read_barcodes(picture) if code.text][:MOST_CODES]


def _size(photo: bytes) -> tuple[int, int]:
    """Width and height from the file's head, so that nothing huge is unpacked."""
    if photo[:8] == b"\x89PNG\r\n\x1a\n":
        return int.from_bytes(photo[16:20], "big"), int.from_bytes(photo[20:24], "big")
    at = 2
    while photo[:2] == b"\xff\xd8" and at + 9 < len(photo) and photo[at] == 0xFF:
        if photo[at + 1] in _SOF:
            return int.from_bytes(photo[at + 7 : at + 9], "big"), int.from_bytes(photo[at + 5 : at + 7], "big")
        at += 2 + int.from_bytes(photo[at + 2 : at + 4], "big")
    raise ValueError("not a photo: JPEG and PNG can be read")
