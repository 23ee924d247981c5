"""What somebody wears, roughly: a few mean colours from head to foot, to tell people apart when they meet.

It lives as long as a track does, in memory; it is far too coarse to know anybody again by it another day.
"""

from collections.abc import Iterable, Sequence
from operator import sub

import cv2

from edge.vision.boxes import Boxes, Row, area, common
from edge.vision.detector import Pixels

Clothes = Sequence[float]
"""One person's: mean blue, green and red, 0..1, in each of BANDS from the head down; 3 × BANDS numbers."""

BANDS = 6
LEFT, RIGHT = 0.3, 0.7
"""Where it is looked at: the middle of the box, where the body is; parts of its width."""
LINES = 24
"""Lines of pixels, and up to twice as many, are looked at: of somebody near not all."""
COVERED = 0.3
"""Of whom so much of the box is covered, the clothes seen there may be another's."""


def clothes(pixels: Pixels, boxes: Boxes) -> list[Clothes | None]:
    """Of the people in boxes (n, 5), which may reach over the picture's edge.

    None where somebody nearer stands before them.
    """
    rows: list[Row] = boxes.tolist()
    return [None if _hidden(row, rows) else _worn(pixels, row) for row in rows]


def _worn(pixels: Pixels, row: Row) -> Clothes:
    height, width = pixels.shape[:2]
    x1, y1, x2, y2, _ = row
    wide = x2 - x1
    left = min(max(int(x1 + LEFT * wide), 0), width - 1)
    right = max(min(int(x1 + RIGHT * wide) + 1, width), left + 1)
    top = min(max(int(y1), 0), max(height - BANDS, 0))
    bottom = max(min(int(y2) + 1, height), top + BANDS)
    lines = pixels[top : bottom : max((bottom - top) // LINES, 1), left:right]
    return [level / 255 for level in cv2.resize(lines, (1, BANDS), interpolation=cv2.INTER_AREA).tobytes()]


def _hidden(row: Row, rows: list[Row]) -> bool:
    """Whether this box is covered by that of somebody whose feet are lower in the picture, who is nearer."""
    enough = COVERED * area(row)
    return any(other[3] > row[3] and common(row, other) > enough for other in rows)


def unlike(one: Clothes, other: Clothes) -> float:
    """How differently two people are dressed: 0, alike, to 1."""
    differences: Iterable[float] = map(sub, one, other)
    return sum(map(abs, differences)) / len(one)


def mingled(known: Clothes | None, seen: Clothes | None, part: float) -> Clothes | None:
    """What is known of somebody's clothes after a sight, which counts for so much."""
    if known is None or seen is None:
        return known if seen is None else seen
    return [a + part * (b - a) for a, b in zip(known, seen, strict=True)]
