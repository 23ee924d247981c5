"""Counts people over a line: a plain function of (who stood where, who stands where now).

A person is where the feet are. Around the line lies a band as wide as a part of the person's own height; only
who leaves it on the other side has crossed. Whoever dithers in it has not, and whoever comes back has crossed
back.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from edge.vision.tracking import Track

NEAR_EDGE = 0.03
"""Of the picture's longer side: a line that would leave the picture if it were longer by so much is meant to."""
Point = tuple[float, float]
"""Pixels to the right and down."""


class Direction(StrEnum):
    """Which way somebody crossed."""

    IN = "in"
    OUT = "out"


class Side(StrEnum):
    """A side of the line, for somebody who walks from its start to its end."""

    LEFT = "left"
    RIGHT = "right"


class LineKind(StrEnum):
    """What a line counts."""

    ENTRANCE = "entrance"
    """Visitors who come in and go out."""
    PASSAGE = "passage"
    """People who pass by, either way: of them some come in."""


@dataclass(frozen=True, slots=True)
class CountingLine:
    """A line in the picture, in pixels (y down)."""

    start: Point
    end: Point
    inside: Side
    """Where the shop is."""
    band: float = 0.1
    """Half the band's width, in body heights."""
    name: str = "door"
    kind: LineKind = LineKind.ENTRANCE

    def place(self, foot: Point) -> tuple[float, float]:
        """Where a point is: pixels to the right of the line, and how far along it (0 start, 1 end)."""
        dx, dy = self.end[0] - self.start[0], self.end[1] - self.start[1]
        px, py = foot[0] - self.start[0], foot[1] - self.start[1]
        length = math.hypot(dx, dy)
        return (dx * py - dy * px) / length, (dx * px + dy * py) / length**2


def through_edges(start: Point, end: Point, width: float, height: float) -> tuple[Point, Point]:
    """Where a line between two points of a picture really ends: one drawn up to the edge goes on beyond it.

    Whoever is cut off by the edge has the feet on it, give or take a few pixels, and walks through that line all the
    same.
    """
    return _through_edge(end, start, width, height), _through_edge(start, end, width, height)


def _through_edge(start: Point, end: Point, width: float, height: float) -> Point:
    far = max(width, height)
    part = far / math.dist(start, end)
    on_x, on_y = (end[0] - start[0]) * part, (end[1] - start[1]) * part
    near_x, near_y = end[0] + NEAR_EDGE * on_x, end[1] + NEAR_EDGE * on_y
    return end if 0 <= near_x <= width and 0 <= near_y <= height else (end[0] + on_x, end[1] + on_y)


class Stand(NamedTuple):
    """Where somebody last stood clearly on one side: pixels to the right, and part along the line."""

    right: float
    along: float


@dataclass(frozen=True, slots=True)
class Crossed:
    """One person, once."""

    person: int
    direction: Direction


@dataclass(frozen=True, slots=True)
class LineState:
    """Track id → where that person last stood clearly. Holds only people who are tracked now."""

    stands: Mapping[int, Stand] = field(default_factory=dict)


def count(line: CountingLine, state: LineState, people: Iterable[Track]) -> tuple[LineState, list[Crossed]]:
    """Who has crossed since the last look. `people` are confirmed tracks."""
    stands: dict[int, Stand] = {}
    crossed: list[Crossed] = []
    for person in people:
        band = line.band * person.height
        before = state.stands.get(person.id) or _clear(line, person.origin, band)
        here = _clear(line, person.foot, band)
        if before and here and (before.right < 0) != (here.right < 0) and _between_ends(before, here):
            to = Side.RIGHT if here.right > 0 else Side.LEFT
            crossed.append(Crossed(person.id, Direction.IN if to is line.inside else Direction.OUT))
        if stand := here or before:
            stands[person.id] = stand
    return LineState(stands), crossed


def _clear(line: CountingLine, foot: Point, band: float) -> Stand | None:
    """The place, unless it is inside the band."""
    right, along = line.place(foot)
    return Stand(right, along) if abs(right) > band else None


def _between_ends(before: Stand, here: Stand) -> bool:
    """Whether the way from one stand to the other goes through the line and not round its end."""
    part = before.right / (before.right - here.right)
    return 0 <= before.along + (here.along - before.along) * part <= 1
