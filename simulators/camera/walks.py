"""Who walks where and when: the truth of a film, before anything is drawn. Pure: the random source comes in.

Places are fractions of the picture (0..1, y down), times are seconds. Nobody walks through anybody.
"""

import math
import random
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

LINE_Y = 0.64
"""The threshold: a horizontal line through the whole picture; below it is inside the shop."""
FAR_Y, NEAR_Y = 0.40, 1.12
"""Feet of the farthest and nearest person: just inside the glass front, and out of the picture below."""


class Kind(StrEnum):
    """What a person comes to do."""

    ENTERS = "enters"
    LEAVES = "leaves"
    TURNS_BEFORE = "turns before the line"
    TURNS_AFTER = "comes in, looks, goes out again"
    PASSES = "walks past outside"


MIX = ((Kind.ENTERS, 40), (Kind.LEAVES, 34), (Kind.TURNS_BEFORE, 8), (Kind.TURNS_AFTER, 6), (Kind.PASSES, 12))


def height_at(foot_y: float) -> float:
    """How tall a person of average size stands in the picture, as a fraction of its height."""
    return 0.15 + 0.20 * (foot_y - FAR_Y) / (1 - FAR_Y)


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way: corner points of (seconds, x, foot y), straight in between."""

    kind: Kind
    points: tuple[tuple[float, float, float], ...]
    tall: float
    """Times the average height."""
    look: int
    """Seed of the person's clothes and gait."""

    @property
    def begins(self) -> float:
        """Seconds."""
        return self.points[0][0]

    @property
    def ends(self) -> float:
        """Seconds."""
        return self.points[-1][0]

    def at(self, t: float) -> tuple[float, float] | None:
        """(x, foot y) at a time; None before and after."""
        if not self.begins <= t <= self.ends:
            return None
        for (t0, x0, y0), (t1, x1, y1) in pairwise(self.points):
            if t <= t1:
                part = (t - t0) / (t1 - t0)
                return x0 + (x1 - x0) * part, y0 + (y1 - y0) * part
        return self.points[-1][1:]

    def crossings(self) -> list[tuple[float, str]]:
        """When the feet cross the threshold, and which way: "in" or "out"."""
        found: list[tuple[float, str]] = []
        for (t0, _, y0), (t1, _, y1) in pairwise(self.points):
            if (y0 < LINE_Y) != (y1 < LINE_Y):
                found.append((t0 + (t1 - t0) * (LINE_Y - y0) / (y1 - y0), "in" if y1 > y0 else "out"))
        return found


def plan_walks(source: random.Random, seconds: float, people: int) -> list[Walk]:
    """People over the time of a film, in order of arrival. A person with no free way is left out."""
    walks: list[Walk] = []
    for begins in sorted(source.uniform(2.0, max(seconds - 6.0, 2.1)) for _ in range(people)):
        for _ in range(12):
            walk = _one(source, begins + source.uniform(0, 1.5))
            if walk.ends < seconds and not any(_collide(walk, other) for other in walks):
                walks.append(walk)
                break
    return sorted(walks, key=lambda walk: walk.begins)


def _one(source: random.Random, begins: float) -> Walk:
    kind = source.choices([kind for kind, _ in MIX], [weight for _, weight in MIX])[0]
    x0, tall, look = source.uniform(0.12, 0.88), source.uniform(0.88, 1.1), source.getrandbits(32)
    x1 = min(max(x0 + source.uniform(-0.22, 0.22), 0.1), 0.9)
    pace = source.uniform(0.85, 1.3)
    """Body heights per second, in depth as the camera sees it foreshortened."""
    match kind:
        case Kind.ENTERS:
            corners = [(x0, FAR_Y), (x1, NEAR_Y)]
        case Kind.LEAVES:
            corners = [(x0, NEAR_Y), (x1, FAR_Y)]
        case Kind.TURNS_BEFORE:
            corners = [(x0, FAR_Y), (x1, LINE_Y - source.uniform(0.06, 0.12)), (x0, FAR_Y)]
        case Kind.TURNS_AFTER:
            corners = [(x0, FAR_Y), (x1, LINE_Y + source.uniform(0.14, 0.25)), (x0, FAR_Y)]
        case Kind.PASSES:
            y = FAR_Y + source.uniform(0.0, 0.04)
            corners = [(-0.1, y), (1.1, y)] if source.random() < 0.5 else [(1.1, y), (-0.1, y)]
    return Walk(kind, _timed(corners, begins, pace), tall, look)


def _timed(corners: list[tuple[float, float]], begins: float, pace: float) -> tuple[tuple[float, float, float], ...]:
    """Give each corner its time: steady steps, so that far away a person moves fewer pixels in a second."""
    points, now = [(begins, *corners[0])], begins
    steps = 16
    for (x0, y0), (x1, y1) in pairwise(corners):
        for i in range(1, steps + 1):
            x, y = x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps
            _, px, py = points[-1]
            now += math.hypot(x - px, (y - py) * 1.6) / (height_at(y) * pace)
            points.append((now, x, y))
    return tuple(points)


def _collide(one: Walk, other: Walk) -> bool:
    """Whether two people would ever come closer than about an arm's length: strangers do not."""
    t, until = max(one.begins, other.begins), min(one.ends, other.ends)
    while t <= until:
        a, b = one.at(t), other.at(t)
        if a and b:
            size = height_at(max(a[1], b[1]))
            if abs(a[0] - b[0]) < 0.42 * size and abs(a[1] - b[1]) < 0.7 * size:
                return True
        t += 0.15
    return False
