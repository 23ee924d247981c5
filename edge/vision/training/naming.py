"""How long the tracker and the crowd keep a person's name on a film: IDF1, and what goes wrong with names."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from edge.vision.analysis import State, learn
from edge.vision.boxes import Boxes, overlaps
from edge.vision.clothes import Clothes
from edge.vision.line import Direction, Side
from edge.vision.pairing import assigned
from edge.vision.scene import Line, Scene, SceneInPixels
from edge.vision.tracking import Tracker, TrackRules, advance
from edge.vision.training.sample import DRAWN
from edge.vision.training.scoring import ENOUGH
from edge.vision.training.view import Floats

SPACING, CLEAR, WITHIN_S = 64, 0.15, 1.5
"""Lines stand so many pixels apart; who is farther from one than so many body heights, a foot's length, is on a side; a
crossing that is counted within so many seconds was seen."""
Event = tuple[int, Direction, float]
"""Line, direction, seconds."""
IGNORED = 0.3
"""Who overlaps somebody too hidden to count by more than this is neither right nor wrong."""


class Look(NamedTuple):
    """One look at a film: seconds, boxes found and what is worn in them, and the truth as in `film.Shot`."""

    at: float
    boxes: Boxes
    worn: Sequence[Clothes | None]
    people: Floats
    who: tuple[int, ...]


@dataclass(slots=True)
class Names:
    """Sums over films. Sights are of one person at one look."""

    true: int = 0
    """Sights that there were …"""
    told: int = 0
    """… that were told …"""
    right: int = 0
    """… and that were told under the one name that fits the person best."""
    swaps: int = 0
    """How often somebody went on under another name."""
    people: int = 0
    names: int = 0
    crossings: int = 0
    counted: int = 0
    found: int = 0
    """Crossings that were counted, the right way and in time."""

    @property
    def idf1(self) -> float:
        """Part of the sights, true and told, that are under the right name."""
        return 2 * self.right / max(self.true + self.told, 1)

    @property
    def f1(self) -> float:
        """Of the crossings."""
        return 2 * self.found / max(self.crossings + self.counted, 1)

    def __add__(self, other: "Names") -> "Names":
        return Names(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    def __str__(self) -> str:
        return (
            f"IDF1 {self.idf1:.3f} swaps {self.swaps:4} names {self.names:4} of {self.people:4} people, "
            f"crossings F1 {self.f1:.3f} ({self.found} of {self.crossings}, {self.counted} counted)"
        )


def follow_names(looks: Sequence[Look], rules: TrackRules, crossings: Sequence[Event]) -> Names:
    """Follow people through a film as a shop does. `crossings`: what `true_crossings` says of it."""
    scene, tracker, state = _scene(), Tracker(), State()
    shared: Counter[tuple[int, int]] = Counter()
    true: Counter[int] = Counter()
    told: Counter[int] = Counter()
    last: dict[int, int] = {}
    counted: list[Event] = []
    swaps = 0
    for at, boxes, worn, people, who in looks:
        tracker = advance(tracker, boxes, at, rules, worn)
        state, learnt = learn(state, tracker.people, at, scene)
        counted += [(int(entry.line.name), entry.direction, entry.at) for entry in learnt.entries]
        here = [track for track in tracker.people if track.seen == at]
        names = [state.crowd.tracks[track.id] for track in here]
        rows = np.array(
            [(t.x - t.width / 2, t.y - t.height / 2, t.x + t.width / 2, t.y + t.height / 2) for t in here], np.float32
        ).reshape(-1, 4)
        counts = people[:, 6] > 0
        fits = overlaps(people[counts, :4], rows)
        blind = overlaps(rows, people[~counts, :4]).max(axis=1, initial=0) > IGNORED
        known = [name for name, yes in zip(who, counts, strict=True) if yes]
        true.update(known)
        told.update(n for n, hits, ignored in zip(names, fits.max(axis=0, initial=0), blind, strict=True)
                    if hits >= ENOUGH or not ignored)  # fmt: skip
        for i, name in enumerate(known):
            near = {names[j] for j in np.flatnonzero(fits[i] >= ENOUGH)}
            shared.update((name, other) for other in near)
            if near and last.get(name) not in near:
                swaps += name in last
                last[name] = names[int(fits[i].argmax())]
    table = [[float(shared[one, other]) for other in told] for one in true]
    return Names(
        true=true.total(), told=told.total(), right=round(_best_total(table)), swaps=swaps, people=len(true),
        names=len(told), crossings=len(crossings), counted=len(counted), found=_found(counted, crossings),
    )  # fmt: skip


def true_crossings(looks: Sequence[Look]) -> list[Event]:
    """Whose feet went over which of the lines, by the truth of a film."""
    sides: dict[tuple[int, int], bool] = {}
    events: list[Event] = []
    for at, _, _, people, who in looks:
        for (x1, top, x2, foot), name in zip(people[:, :4].tolist(), who, strict=True):
            for number, line in enumerate(_scene().lines):
                right, _ = line.place(((x1 + x2) / 2, foot))
                inside = right < 0
                if abs(right) > CLEAR * (foot - top) and sides.setdefault((name, number), inside) != inside:
                    sides[name, number] = inside
                    events.append((number, Direction.IN if inside else Direction.OUT, at))
    return events


def _best_total(table: Sequence[Sequence[float]]) -> float:
    """The largest sum of entries of which no two share a row or a column."""
    return sum((row[j] for row, j in zip(table, assigned(table), strict=True) if j >= 0), 0.0)


@lru_cache(maxsize=1)
def _scene() -> SceneInPixels:
    """Lines from edge to edge: down the picture for who walks past, and across it for who comes near or goes away."""
    wide, tall = DRAWN
    ways = [((x / wide, 0.0), (x / wide, 1.0)) for x in range(SPACING, wide - 1, SPACING)]
    ways += [((1.0, y / tall), (0.0, y / tall)) for y in range(tall // 3, tall - SPACING // 2, SPACING)]
    lines = [Line(name=str(i), start=start, end=end, inside=Side.LEFT) for i, (start, end) in enumerate(ways)]
    return Scene(lines=tuple(lines)).in_pixels(*DRAWN)


def _found(counted: Sequence[Event], true: Sequence[Event]) -> int:
    left = list(counted)
    for event in true:
        near = [one for one in left if one[:2] == event[:2] and abs(one[2] - event[2]) <= WITHIN_S]
        if near:
            left.remove(min(near, key=lambda one: abs(one[2] - event[2])))
    return len(counted) - len(left)
