"""Which parts of a picture to show the model: windows around all that stirs and everybody who is known. Pure geometry.

A look costs what its area does, and most of a shop's picture is empty floor and full shelves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from edge.vision.sizes import Size

SIDE = 32
"""Pixels: the model takes pictures whose sides are multiples of this."""
SMALLEST = 64
"""Pixels: the shortest side of a window. The model has to find places for its hundred peaks in it."""
MOST = 4
"""Windows of one look."""
WORTH = 2
"""Squares of SIDE that another window must save: so much does one more run cost at least."""
MOST_THINGS = 40
"""Where more than that stirs, the whole picture does."""


Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; the last two are not included."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the picture."""

    view: Rect
    """What the model is shown: sides of SIDE times something."""
    own: Rect
    """Whoever has his middle in here is this window's to report; no two windows share a place."""

    def owns(self, x: float, y: float) -> bool:
        """Whether a middle belongs here."""
        left, top, right, bottom = self.own
        return left <= x < right and top <= y < bottom


def whole(size: Size) -> list[Window]:
    """All of a picture of (rows, columns)."""
    everything = 0, 0, size[1], size[0]
    return [Window(everything, _endless(everything, size))]


def cover(things: Sequence[Rect], size: Size) -> list[Window]:
    """Windows that show every thing whole, in a picture of (rows, columns); as cheap as few straight cuts make them.

    Things overlap where nothing may be cut between them. They lie in the picture, whose sides are multiples of SIDE.
    """
    if not things:
        return []
    if len(things) > MOST_THINGS:
        return whole(size)
    groups = [_Group(things)]
    while len(groups) < MOST:
        best = max(groups, key=lambda group: group.saved)
        if best.saved < WORTH:
            break
        groups.remove(best)
        groups += [_Group(part) for part in best.parts]
    if sum(_squares(group.bounds) for group in groups) * SIDE * SIDE >= size[0] * size[1]:
        return whole(size)
    return [Window(_view(group.bounds, size), _endless(group.bounds, size)) for group in groups]


class _Group:
    """Things that share a window, and how they are best parted into two."""

    def __init__(self, things: Sequence[Rect]) -> None:
        self.bounds = list(_growing(things))[-1]
        self.saved = 0
        self.parts: tuple[Sequence[Rect], ...] = ()
        for low, high in ((0, 2), (1, 3)):
            ranked = sorted(things, key=itemgetter(low))
            before, after = list(_growing(ranked)), list(_growing(ranked[::-1]))[::-1]
            for number in range(1, len(ranked)):
                if before[number - 1][high] > ranked[number][low]:
                    continue  # a straight cut would go through something
                saved = _squares(self.bounds) - _squares(before[number - 1]) - _squares(after[number])
                if saved > self.saved:
                    self.saved, self.parts = saved, (ranked[:number], ranked[number:])


def _growing(things: Sequence[Rect]) -> Iterator[Rect]:
    """The bounds of the first thing, of the first two, and so on."""
    left, top, right, bottom = things[0]
    for x1, y1, x2, y2 in things:
        left, top, right, bottom = min(left, x1), min(top, y1), max(right, x2), max(bottom, y2)
        yield left, top, right, bottom


def _squares(bounds: Rect) -> int:
    """What a window around it costs."""
    left, top, right, bottom = bounds
    return _length(right - left) * _length(bottom - top) // (SIDE * SIDE)


def _length(needed: int) -> int:
    """Of a side that shows so much."""
    return max(-(-needed // SIDE) * SIDE, SMALLEST)


def _view(bounds: Rect, size: Size) -> Rect:
    left, top, right, bottom = bounds
    (left, right), (top, bottom) = _side(left, right, size[1]), _side(top, bottom, size[0])
    return left, top, right, bottom


def _side(low: int, high: int, most: int) -> tuple[int, int]:
    """As long as the model takes it; what is more than needed lies on both ends, as far as there is picture."""
    length = min(_length(high - low), most)
    start = min(max(low - (length - (high - low)) // 2, 0), most - length)
    return start, start + length


def _endless(bounds: Rect, size: Size) -> Rect:
    """Where it reaches the picture's edge, it goes on: half of somebody may be outside, and his middle with it."""
    (left, top, right, bottom), (rows, columns), far = bounds, size, 2 * max(size)
    return (
        left if left > 0 else -far,
        top if top > 0 else -far,
        right if right < columns else far,
        bottom if bottom < rows else far,
    )
