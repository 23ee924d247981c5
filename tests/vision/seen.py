"""People in front of an ideal detector, through the real tracker and analysis: for tests of what is learnt."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from edge.vision.analysis import Learnt, State, learn, zones_now
from edge.vision.boxes import Boxes
from edge.vision.entries import Entry
from edge.vision.facts import Waiting
from edge.vision.line import Side
from edge.vision.scene import Floor, Line, Scene, Zone, ZoneKind
from edge.vision.tracking import Tracker, TrackRules, advance

WIDTH, HEIGHT, TALL = 480, 360, 80.0
Foot = tuple[float, float]
"""Where somebody stands, as fractions of the picture."""
Where = Callable[[float], Sequence[Foot | None]]
"""Second → where everybody stands; None: hidden or away."""
DOOR = Line(name="door", start=(0.0, 0.5), end=(1.0, 0.5), inside=Side.RIGHT)
"""People come in downwards."""
TILL = Zone(name="till", polygon=((0.5, 0.4), (1.0, 0.4), (1.0, 1.0), (0.5, 1.0)), kind=ZoneKind.QUEUE, lane="till-1")
FRUIT = Zone(name="fruit", polygon=((0.0, 0.4), (0.5, 0.4), (0.5, 1.0), (0.0, 1.0)))
BACK = Zone(name="back room", polygon=((0.0, 0.0), (0.2, 0.0), (0.2, 0.3), (0.0, 0.3)), kind=ZoneKind.STAFF)
FLOOR = Floor(
    picture=((0.0, 0.3), (1.0, 0.3), (1.0, 1.0), (0.0, 1.0)), plan=((1.0, 1.0), (9.0, 1.0), (9.0, 7.0), (1.0, 7.0))
)
"""Seen from straight above: 8 by 6 metres."""


@dataclass
class Seen:
    """Everything that was learnt, in order."""

    learnt: list[Learnt] = field(default_factory=list)
    zones: list[tuple[float, tuple[Waiting, ...]]] = field(default_factory=list)
    visitors: list[int] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        """Who was told to have crossed."""
        return [entry for one in self.learnt for entry in one.entries]

    def zone(self, number: int) -> tuple[int, float, int, float]:
        """Visits, seconds of dwell, ended visits, seconds that those lasted."""
        gains = [gain for one in self.learnt for gain in one.gains if gain.zone == number]
        return (
            sum(gain.visits for gain in gains), sum(gain.dwell_ms for gain in gains) / 1000,
            sum(gain.waited for gain in gains), sum(gain.waited_ms for gain in gains) / 1000,
        )  # fmt: skip

    @property
    def heat_s(self) -> float:
        """Seconds on the floor, of everybody together."""
        return sum(one.seconds for learnt in self.learnt for one in learnt.trodden)


def look(scene: Scene, where: Where, seconds: float, fps: float = 5.0) -> Seen:
    """Watch people for so long."""
    pixels, seen, tracker, state = scene.in_pixels(WIDTH, HEIGHT), Seen(), Tracker(), State()
    for number in range(round(seconds * fps)):
        at = number / fps
        tracker = advance(tracker, _boxes(where(at)), at, TrackRules())
        state, learnt = learn(state, tracker.people, at, pixels)
        seen.learnt.append(learnt)
        seen.zones.append((at, zones_now(state, at, pixels)))
        seen.visitors.append(state.crowd.visitors)
    return seen


def _boxes(feet: Sequence[Foot | None]) -> Boxes:
    rows = [
        (foot[0] * WIDTH - 16, foot[1] * HEIGHT - TALL, foot[0] * WIDTH + 16, foot[1] * HEIGHT, 0.9)
        for foot in feet
        if foot is not None
    ]
    return np.array(rows, np.float32).reshape(-1, 5)


def straight(a: Foot, b: Foot, begins: float, ends: float) -> Callable[[float], Foot | None]:
    """Walks from a to b in this time; then stands there."""

    def at(t: float) -> Foot | None:
        if t < begins:
            return None
        part = min((t - begins) / (ends - begins), 1.0)
        return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part

    return at


def way(*stops: tuple[float, Foot]) -> Callable[[float], Foot | None]:
    """Is at each place at its second, walks straight in between, and is nowhere before and after."""

    def at(t: float) -> Foot | None:
        for (t0, a), (t1, b) in itertools.pairwise(stops):
            if t0 <= t < t1:
                part = (t - t0) / (t1 - t0)
                return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
        return None

    return at
