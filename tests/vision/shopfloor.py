"""Films of a shop from its ceiling, of people whose every step is known in metres: the truth of zones, waits and paths.

Drawn as the training's pictures are, played through the real detector, tracker and analysis.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from drivers.base import Frame
from edge.vision.line import LineKind, Side
from edge.vision.scene import Floor, Line, Rules, Scene, Zone, ZoneKind
from edge.vision.training.actor import Actor
from edge.vision.training.look import Pose, random_look
from edge.vision.training.sample import DRAWN, compose
from edge.vision.training.scenery import Scene as Scenery
from edge.vision.training.sensor import random_sensor
from edge.vision.training.textures import cloud
from edge.vision.training.view import View

Place = tuple[float, float]
"""Metres: to the right of the camera, and ahead of it."""
VIEW = View(DRAWN[0], DRAWN[1], 330.0, 3.4, 0.52, 0.0, 0.0, 1.0)
PLAN_LEFT, PLAN_FAR = 4.0, 11.0
"""Where the plan's upper left corner is: so far to the left, so far ahead."""
AISLE = ((-2.6, 5.2), (-0.4, 5.2), (-0.4, 7.6), (-2.6, 7.6))
TILL = ((1.8, 3.9), (3.0, 4.5), (0.9, 8.1), (-0.2, 7.6))
FIRST, SPACING = (2.3, 4.6), (-0.45, 0.72)
TAIL = (-0.2, 8.6)
"""Where who is served stands, and from there to the next in the queue: across the view, as cameras are hung for."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One person: (seconds, place) at every corner of the way; straight in between, standing where it repeats."""

    corners: tuple[tuple[float, Place], ...]
    look: int

    def at(self, t: float) -> tuple[Place, float, float] | None:
        """Where, heading (radians) and metres per second; None before and after."""
        for (t0, a), (t1, b) in zip(self.corners, self.corners[1:], strict=False):
            if t0 <= t < t1:
                part, far = (t - t0) / (t1 - t0), math.dist(a, b)
                here = a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
                return here, math.atan2(a[0] - b[0], b[1] - a[1]) if far > 0.01 else 0.0, far / (t1 - t0)
        return None


def walk(begins: float, way: Sequence[tuple[Place, float]], look: int, speed: float = 1.1) -> Walk:
    """A walk over these places, standing for so many seconds at each."""
    now, corners = begins, [(begins, way[0][0])]
    for place, stays in way:
        if far := math.dist(corners[-1][1], place):
            now += far / speed
            corners.append((now, place))
        if stays:
            now += stays
            corners.append((now, place))
    return Walk(tuple(corners), look)


def pixels(place: Place) -> tuple[float, float]:
    """Where a place on the floor is in the picture, as fractions."""
    (found,), _ = VIEW.project(np.array([[place[0], place[1], 0.0]]))
    return float(found[0]) / VIEW.width, float(found[1]) / VIEW.height


def on_plan(place: Place) -> Place:
    """The same on the floor plan."""
    return place[0] + PLAN_LEFT, PLAN_FAR - place[1]


def scene(rules: Rules | None = None) -> Scene:
    """An aisle, a till, a door at the left of the picture, and the floor."""
    corners = ((-2.0, 9.0), (2.0, 9.0), (1.2, 4.0), (-1.2, 4.0))
    return Scene(
        lines=(Line(name="door", start=pixels((-2.9, 4.4)), end=pixels((-2.9, 9.5)), inside=Side.RIGHT,
                    kind=LineKind.ENTRANCE),),
        zones=(
            Zone(name="aisle", polygon=tuple(pixels(place) for place in AISLE)),
            Zone(name="till", polygon=tuple(pixels(place) for place in TILL), kind=ZoneKind.QUEUE, lane="till-1"),
        ),
        floor=Floor(
            picture=tuple(pixels(place) for place in corners),  # type: ignore[arg-type]
            plan=tuple(on_plan(place) for place in corners),  # type: ignore[arg-type]
        ),
        rules=rules or Rules(),
    )  # fmt: skip


def film(walks: Sequence[Walk], seconds: float, fps: float, seed: int = 1) -> Iterator[Frame]:
    """Play it; the same seed plays the same."""
    random = np.random.default_rng((815, seed))
    floor = 120 + 25 * (cloud(random, DRAWN[1], DRAWN[0], 6, 3) - 0.5) + random.normal(0, 3, (DRAWN[1], DRAWN[0]))
    place = Scenery(VIEW, np.asarray(floor, np.float32), 40.0, (), (0.0, 0.0), (0.6, -0.8), None, 0.0)
    sensor = random_sensor(random)
    looks = {one.look: replace(random_look(np.random.default_rng(one.look)), cart="") for one in walks}
    for number in range(round(seconds * fps)):
        t = number / fps
        actors = [_actor(one, looks[one.look], t) for one in walks if one.at(t)]
        picture, _, _ = compose(place, place.picture, sorted(actors, key=lambda one: -one.y))
        grey = cv2.resize(sensor.take(random, picture), (480, 360), interpolation=cv2.INTER_AREA)
        yield Frame(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), round(t * 1000))


def _actor(one: Walk, look: object, t: float) -> Actor:
    at = one.at(t)
    assert at is not None
    (x, y), heading, speed = at
    sway = 0.04 * math.sin(1.3 * t + one.look)  # nobody stands like a post
    pose = Pose("walk" if speed else "stand", t * speed * 2.3, 0.45 if speed else 0.04, "swing", 0.03)
    return Actor(look, pose, x + sway, y, heading, speed)  # type: ignore[arg-type]


def stays(
    walks: Sequence[Walk], zone: Sequence[Place], seconds: float, least: float = 5.0
) -> list[tuple[float, float]]:
    """(from, to) of every true visit to a zone, by hundredths of a second."""
    outline = np.array(zone, np.float32)
    found = []
    for one in walks:
        inside = [
            t / 100
            for t in range(round(seconds * 100))
            if (at := one.at(t / 100)) and cv2.pointPolygonTest(outline, at[0], False) >= 0
        ]
        if inside and inside[-1] - inside[0] >= least:
            found.append((inside[0], inside[-1]))
    return found


def heat(walks: Sequence[Walk], seconds: float, shape: tuple[int, int], cell_m: float) -> npt.NDArray[np.float64]:
    """Seconds that people truly were in each cell of the plan: (rows, columns)."""
    cells = np.zeros(shape)
    for one in walks:
        for t in range(round(seconds * 20)):
            if at := one.at(t / 20):
                x, y = (metre / cell_m - 0.5 for metre in on_plan(at[0]))  # a body is about as wide as a cell
                for row, tall in ((math.floor(y), 1 - y % 1), (math.floor(y) + 1, y % 1)):
                    for column, wide in ((math.floor(x), 1 - x % 1), (math.floor(x) + 1, x % 1)):
                        if 0 <= row < shape[0] and 0 <= column < shape[1]:
                            cells[row, column] += 0.05 * tall * wide
    return cells


def shoppers(seed: int, seconds: float) -> list[Walk]:
    """People who come in at the left, look at the aisle or not, wait at the till one after the other, and go."""
    random = np.random.default_rng((4242, seed))
    walks: list[Walk] = []
    free_at: list[float] = []
    """When each of the till's customers so far has left."""
    begins = 1.0
    shelf = dict.fromkeys((-2.2, -1.5, -0.8), 0.0)
    """Until when somebody stands at each place before the shelf: strangers keep apart."""
    while begins < seconds - 10:
        look = int(random.integers(1, 1 << 30))
        way: list[tuple[Place, float]] = [((-4.6, float(random.uniform(5.6, 7.2))), 0.0)]
        free = [x for x, until in shelf.items() if until < begins + 3]
        if free and random.random() < 0.75:
            x, stays_s = float(random.choice(free)), float(random.uniform(4, 22))
            way.append(((x, float(random.uniform(5.8, 7.0))), stays_s))
            shelf[x] = begins + 6 + stays_s
        if random.random() < 0.75:
            walks.append(_to_the_till(begins, way, look, free_at, float(random.uniform(6, 16))))
        else:
            walks.append(walk(begins, [*way, ((float(random.uniform(-0.3, 0.3)), 12.0), 0.0)], look))
        begins += float(random.uniform(4, 14))
    return walks


def _to_the_till(
    begins: float, way: Sequence[tuple[Place, float]], look: int, free_at: list[float], service_s: float
) -> Walk:
    """Joins the queue, moves up as others leave, is served, and goes."""
    arrives = walk(begins, [*way, (TAIL, 0.0)], look).corners[-1][0]
    corners = list(walk(begins, [*way, (TAIL, 0.0)], look).corners)
    now, place = arrives, TAIL
    ahead = [when for when in free_at if when > now]
    while True:
        ahead = [when for when in ahead if when > now]
        goal = FIRST[0] + SPACING[0] * len(ahead), FIRST[1] + SPACING[1] * len(ahead)
        if math.dist(place, goal) > 0.05 and goal[1] < place[1]:
            now += math.dist(place, goal) / 1.1
            place = goal
            corners.append((now, place))
        if not ahead:
            break
        now = max(now + 0.01, min(ahead) + 0.4)
        corners.append((now, place))
    now += service_s
    corners.append((now, place))
    free_at.append(now)
    corners += [(now + 1.4, (2.4, 3.1)), (now + 4.0, (4.6, 2.4))]
    return Walk(tuple(corners), look)
