"""Where people walk and stay on the floor: a plain function of (pens, crowd). No picture is drawn.

Between two sights somebody walked straight: the time is shared out over the cells in between, so that a camera that is
looked at seldom draws the same paths. Staff and what never moves leave none.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from edge.vision.crowd import Crowd, Person
from edge.vision.ground import CELL_M, Cell, Ground, cell_of

MOST_STEPS = 12
"""Cells between two sights; who is farther was taken for somebody else."""


class Pen(NamedTuple):
    """Where somebody was last on the floor plan (metres), and what is not told yet because they have not moved."""

    place: tuple[float, float]
    owed_s: float = 0.0
    told: Cell | None = None
    """The last cell that a visit was told of."""


class Trodden(NamedTuple):
    """What a look adds to a cell."""

    cell: Cell
    seconds: float
    visits: int


@dataclass(frozen=True, slots=True)
class Paths:
    """Person → pen."""

    pens: Mapping[int, Pen] = field(default_factory=dict)


def walk(paths: Paths, crowd: Crowd, ground: Ground | None) -> tuple[Paths, list[Trodden]]:
    """The paths after a look, and what it adds to the floor."""
    if ground is None:
        return paths, []
    pens: dict[int, Pen] = {}
    trodden: list[Trodden] = []
    for name, person in crowd.people.items():
        pen = paths.pens.get(name)
        if person.still or person.staff:
            continue
        if not person.step:
            if pen is not None:
                pens[name] = pen
            continue
        place = ground.place(*person.foot)
        if place is None:
            continue
        if pen is None:
            pen = Pen(ground.place(*person.before) or place)
        pens[name] = _tread(person, pen, place, trodden)
    return Paths(pens), trodden


def _tread(person: Person, pen: Pen, place: tuple[float, float], trodden: list[Trodden]) -> Pen:
    """Add the way from the pen's place to this one."""
    if not person.moved:
        return Pen(pen.place, pen.owed_s + person.step, pen.told)
    if pen.owed_s:
        pen = Pen(pen.place, 0.0, _stand(pen.place, pen.owed_s, pen.told, trodden))
    far = math.dist(pen.place, place)
    steps = min(int(far / CELL_M) + 1, MOST_STEPS)
    told = pen.told
    for i in range(steps):
        part = (i + 0.5) / steps
        way = pen.place[0] + (place[0] - pen.place[0]) * part, pen.place[1] + (place[1] - pen.place[1]) * part
        told = _stand(way, person.step / steps, told, trodden)
    return Pen(place, 0.0, told)


def _stand(place: tuple[float, float], seconds: float, told: Cell | None, trodden: list[Trodden]) -> Cell:
    """Somebody stood here: a body is as wide as a cell, and shares its time among the cells that it covers."""
    here = cell_of(place)
    x, y = place[0] / CELL_M - 0.5, place[1] / CELL_M - 0.5
    left, top = math.floor(x), math.floor(y)
    right, down = x - left, y - top
    for column, wide in ((left, 1 - right), (left + 1, right)):
        for row, tall in ((top, 1 - down), (top + 1, down)):
            cell = column, row
            trodden.append(Trodden(cell, seconds * wide * tall, int(cell == here != told)))
    return here
