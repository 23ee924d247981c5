"""Looks for pictures where none may be: in the files of folders, byte by byte."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from edge.vision.detector import Pixels

HEADS = {
    "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "PNG": b"\x89PNG\r\n\x1a\n",
    "AVI": b"AVI LIST",
    "NumPy": b"\x93NUMPY",
}
ROW_BYTES = 96
"""Of one row of pixels: more than chance repeats."""


def marks_of(pixels: Pixels) -> dict[str, bytes]:
    """What a file would hold that held this picture raw: parts of its rows, in colour, in grey and by planes."""
    height, width = pixels.shape[:2]
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    planes = {"colour": pixels, "grey": grey, "blue": pixels[:, :, 0], "red": pixels[:, :, 2]}
    return {
        f"{name} row {row}": np.ascontiguousarray(plane[row, width // 4 :]).tobytes()[:ROW_BYTES]
        for name, plane in planes.items()
        for row in (height // 5, height // 2, 4 * height // 5)
    }


def picture_traces(folders: Iterable[Path], marks: dict[str, bytes]) -> Iterator[str]:
    """Every file that holds the head of a picture's file, or a part of a known picture."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                try:
                    held = path.read_bytes()
                except OSError:
                    continue  # gone meanwhile
                yield from (f"{path}: {name}" for name, mark in {**HEADS, **marks}.items() if mark in held)
