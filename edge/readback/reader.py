"""Finding and reading the labels in a picture: many at once, small, askew, in poor light. Pure.

The picture is looked at several times: as it is, then enlarged and sharpened, because a code whose modules are two
pixels wide is there to see and not to a reader that wants three. A large picture is taken in overlapping tiles, so
that memory stays bounded. What the looks find is laid together.

**Never a misread.** A QR code's own error correction either restores what was drawn or fails. Beyond that a reading
counts only when it is a link of this very shop with a right check digit, and two looks that read different things in
one place cancel each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from edge.labels import digital_link
from edge.readback.facts import Corner, Look, Reading
from edge.readback.picture import Grey

MOST_LABELS = 200
"""Labels read in one picture, at most."""
_TILE, _OVERLAP = 1600, 360
"""Pixels of a tile's side, and by how much neighbours overlap: a code that is larger is read without enlarging."""


@dataclass(frozen=True, slots=True)
class _Pass:
    """One way to look: enlarged by `scale`, sharpened by so much, over a reach of so many pixels of the picture.

    `calm`: smoothed before by so many pixels, against a sensor's noise.
    """

    scale: int
    sharpen: float = 0.0
    reach: float = 1.5
    calm: float = 0.0


_PASSES = (_Pass(1), _Pass(2, 1.5), _Pass(2, 2.0, reach=3, calm=0.75), _Pass(3, 1.5))
"""As it is; sharp, for small codes; calm, for dim and noisy pictures and poor focus; and for the smallest codes."""
_FEWER = _PASSES[:3]
_MANY_PIXELS = 16_000_000
"""Above this the picture's own pixels are many enough; enlarging three times would take seconds."""


@dataclass(frozen=True, slots=True)
class _Seen:
    text: str
    corners: tuple[Corner, Corner, Corner, Corner]
    modules: int

    @property
    def centre(self) -> tuple[float, float]:
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4

    @property
    def side(self) -> float:
        around = zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True)
        return min(float(np.hypot(x2 - x1, y2 - y1)) for (x1, y1), (x2, y2) in around)

    def same_place(self, other: "_Seen") -> bool:
        """Whether both are one code on the shelf: codes stand at least a quiet zone apart."""
        (x1, y1), (x2, y2) = self.centre, other.centre
        return float(np.hypot(x2 - x1, y2 - y1)) < max(self.side, other.side) / 2


def find_labels(grey: Grey, domain: str) -> Look:
    """Every label of the shop with this link domain that can be read in the picture, from top to bottom."""
    height, width = grey.shape
    found: list[_Seen] = []
    for way in _FEWER if width * height > _MANY_PIXELS else _PASSES:
        for left, top, tile in _tiles(grey, way.scale):
            for one in _read(_prepared(tile, way), way.scale, left, top):
                _add(found, one)
    links = [(one, digital_link.of_shop(one.text, domain)) for one in _agreed(found)]
    readings = [
        Reading(link.item, link.version, link.tag, one.corners, round(one.side), one.modules)
        for one, link in links
        if link is not None and one.side >= one.modules  # below a pixel a module nothing can be seen, only guessed
    ]
    readings.sort(key=lambda one: (one.centre[1], one.centre[0]))
    return Look(width, height, tuple(readings[:MOST_LABELS]), len(links) - len(readings))


def _tiles(grey: Grey, scale: int) -> Iterator[tuple[int, int, Grey]]:
    """Overlapping parts of the picture with their places; the whole of it where nothing is enlarged."""
    height, width = grey.shape
    if scale == 1:
        yield 0, 0, grey
        return
    for top in _starts(height):
        for left in _starts(width):
            yield left, top, grey[top : top + _TILE, left : left + _TILE]


def _starts(length: int) -> Sequence[int]:
    step = _TILE - _OVERLAP
    return range(0, max(1, length - _OVERLAP), step)


def _prepared(tile: Grey, way: _Pass) -> Grey:
    if way.scale > 1:
        tile = cv2.resize(tile, None, fx=way.scale, fy=way.scale, interpolation=cv2.INTER_CUBIC)
    if way.calm:
        tile = cv2.GaussianBlur(tile, (0, 0), way.calm * way.scale)
    if way.sharpen:
        soft = cv2.GaussianBlur(tile, (0, 0), way.reach * way.scale)
        tile = cv2.addWeighted(tile, 1 + way.sharpen, soft, -way.sharpen, 0)
    return np.ascontiguousarray(tile)


def _read(tile: Grey, scale: int, left: int, top: int) -> Iterator[_Seen]:
    """What the reader finds in a tile, in pixels of the whole picture."""
    for code in zxingcpp.read_barcodes(tile, formats=zxingcpp.BarcodeFormat.QRCode, try_invert=False):
        place, extra = code.position, code.extra or {}
        try:
            modules = 17 + 4 * int(extra["Version"])
        except (KeyError, ValueError):
            continue
        yield _Seen(
            code.text,
            (
                _corner(place.top_left, scale, left, top),
                _corner(place.top_right, scale, left, top),
                _corner(place.bottom_right, scale, left, top),
                _corner(place.bottom_left, scale, left, top),
            ),
            modules,
        )


def _corner(point: "zxingcpp.Point", scale: int, left: int, top: int) -> Corner:
    return left + round(point.x / scale), top + round(point.y / scale)


def _add(found: list[_Seen], one: _Seen) -> None:
    """Keep each text once per place."""
    if not any(one.text == other.text and one.same_place(other) for other in found):
        found.append(one)


def _agreed(found: Sequence[_Seen]) -> list[_Seen]:
    """Without the places where two looks read different things."""
    return [one for one in found if not any(other.text != one.text and one.same_place(other) for other in found)]
