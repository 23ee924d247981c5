"""A picture from outside: bounded in bytes and pixels before anything is unpacked, and kept in memory only."""

import struct

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
"""Shape (height, width), 0 black to 255 white."""

MAX_BYTES = 24 << 20
"""A telephone's largest pictures are below 20 MB."""
MAX_PIXELS = 64_000_000
"""A 48 or 50 megapixel sensor fits; unpacked in grey these are 64 MB."""
LEAST_SIDE = 40
"""Pixels; below this no label's code can be read."""
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


class BadPicture(ValueError):  # read as "a bad picture"
    """The picture cannot be used. `reason` is one of: empty, bytes, pixels, small, kind, broken, old."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason


def open_picture(data: bytes) -> Grey:
    """Unpack a JPEG or PNG, upright as its own mark says. Raises BadPicture before it takes memory for a huge one."""
    if not data:
        raise BadPicture("empty", "no picture came")
    if len(data) > MAX_BYTES:
        raise BadPicture("bytes", f"the picture has {len(data)} bytes; at most {MAX_BYTES}")
    width, height = _size(data)
    if width * height > MAX_PIXELS:
        raise BadPicture("pixels", f"the picture has {width} × {height} pixels; at most {MAX_PIXELS // 10**6} million")
    if min(width, height) < LEAST_SIDE:
        raise BadPicture("small", f"the picture has {width} × {height} pixels; at least {LEAST_SIDE} on each side")
    try:
        grey = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error as error:
        raise BadPicture("broken", "the picture is damaged") from error
    if grey is None:
        raise BadPicture("broken", "the picture is damaged")
    return np.asarray(grey, np.uint8)


def in_grey(pixels: npt.NDArray[np.uint8]) -> Grey:
    """A picture of shape (height, width, 3) in BGR, or one that is grey already, in grey."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)


def _size(data: bytes) -> tuple[int, int]:
    """Width and height that the file's head promises. Raises BadPicture when it is no JPEG or PNG."""
    if data.startswith(_PNG):
        if len(data) < 24 or data[12:16] != b"IHDR":
            raise BadPicture("broken", "the picture is damaged")
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    if data.startswith(_JPEG):
        return _jpeg_size(data)
    raise BadPicture("kind", "this is neither a JPEG nor a PNG picture")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """From the frame header (ITU-T T.81, B.2.2): the first marker SOF0–SOF15 that is not DHT, JPG or DAC."""
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            break
        kind = data[at + 1]
        if kind == 0xFF:  # a fill byte
            at += 1
            continue
        if kind == 0x01 or 0xD0 <= kind <= 0xD8:  # markers without a segment
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        if length < 2 or kind in (0xD9, 0xDA):
            break
        at += 2 + length
    raise BadPicture("broken", "the picture is damaged")
