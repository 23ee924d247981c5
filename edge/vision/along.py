"""A scene that goes along with a camera which was moved. Pure."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pydantic import ValidationError

from edge.vision.detector import Aside
from edge.vision.scene import Floor, Line, Point, Scene, Zone

Shape = TypeVar("Shape")


def along(scene: Scene, by: Aside) -> Scene:
    """The same scene, so much farther right and down.

    What would lie beyond the picture ends at its edge; a shape of which nothing is left in the picture is left out.
    """

    def moved(points: Iterable[Point]) -> tuple[Point, ...]:
        return tuple((_within(x + by[0]), _within(y + by[1])) for x, y in points)

    def line(one: Line) -> Line:
        start, end = moved((one.start, one.end))
        if any(at == until and at in (0.0, 1.0) for at, until in zip(start, end, strict=True)):
            start = end  # all of it lies beyond one edge
        return Line.model_validate(one.model_dump() | {"start": start, "end": end})

    def zone(one: Zone) -> Zone:
        return Zone.model_validate(one.model_dump() | {"polygon": moved(one.polygon)})

    def floor(one: Floor) -> Floor:
        return Floor.model_validate(one.model_dump() | {"picture": moved(one.picture)})

    kept = scene.model_dump() | {
        "lines": tuple(_left(line, scene.lines)),
        "zones": tuple(_left(zone, scene.zones)),
        "floor": next(iter(_left(floor, [scene.floor] if scene.floor else [])), None),
    }
    return Scene.model_validate(kept)


def _left(move: Callable[[Shape], Shape], shapes: Iterable[Shape]) -> Iterator[Shape]:
    for one in shapes:
        with contextlib.suppress(ValidationError):
            yield move(one)


def _within(part: float) -> float:
    return min(max(part, 0.0), 1.0)
