"""How well a detector and the tracker do on a film: misses, false people and swapped ids (MOTA)."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from statistics import median

import numpy as np

from edge.vision.boxes import Boxes, overlaps
from edge.vision.clothes import clothes
from edge.vision.tracking import Tracker, TrackRules, advance
from edge.vision.training.film import Shot
from edge.vision.training.view import Floats

ENOUGH = 0.5
"""Intersection over union from which a box is a person's."""
MOVED = 0.5
"""Body heights that somebody has to have moved in a film to be seen to be a person, as in a shop (see crowd.py) …"""
MOTIONLESS_S = 3.0
"""… and for how long something must have been there to be seen to be none."""
Standing = tuple[float, float, float, float]
"""When, middle x, foot y and height."""


@dataclass(slots=True)
class Tally:
    """Counts over films; people who are too hidden or too small count neither way."""

    people: int = 0
    hits: int = 0
    extra: int = 0
    switches: int = 0

    @property
    def mota(self) -> float:
        """1 - (missed + extra + switches) / people."""
        return 1 - (self.people - self.hits + self.extra + self.switches) / max(self.people, 1)

    @property
    def recall(self) -> float:
        """Part of the people who were found."""
        return self.hits / max(self.people, 1)

    @property
    def precision(self) -> float:
        """Part of the boxes that are people."""
        return self.hits / max(self.hits + self.extra, 1)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    def __str__(self) -> str:
        return (
            f"people {self.people:5} MOTA {self.mota:6.3f} recall {self.recall:.3f} precision {self.precision:.3f} "
            f"switches {self.switches}"
        )


def tally_film(shots: Sequence[Shot], boxes: Sequence[Boxes], rules: TrackRules, tally: Tally) -> None:
    """Track boxes (one array per shot) through a film and add to the tally what came of it."""
    tracker = Tracker()
    last: dict[int, int] = {}
    for shot, found in zip(shots, boxes, strict=True):
        tracker = advance(tracker, found, shot.at, rules, clothes(shot.pixels, found))
        here = [track for track in tracker.people if track.seen == shot.at]
        rows = np.array(
            [(t.x - t.width / 2, t.y - t.height / 2, t.x + t.width / 2, t.y + t.height / 2) for t in here], np.float32
        ).reshape(-1, 4)
        counts = shot.people[:, 6] > 0
        true, who = shot.people[counts], [name for name, yes in zip(shot.who, counts, strict=True) if yes]
        pairs = _pair(overlaps(true[:, :4], rows), [last.get(name, -1) for name in who], [track.id for track in here])
        ignored = overlaps(rows, shot.people[~counts, :4]).max(axis=1, initial=0) > 0.3
        matched = {j for _, j in pairs}
        tally.people += len(true)
        tally.hits += len(pairs)
        tally.extra += sum(1 for j in range(len(rows)) if j not in matched and not ignored[j])
        for i, j in pairs:
            tally.switches += last.get(who[i], here[j].id) != here[j].id
            last[who[i]] = here[j].id


def _pair(shared: Floats, before: list[int], ids: list[int]) -> list[tuple[int, int]]:
    """(person, track) with enough overlap, each once: who was together goes first, then the best overlap."""
    rank = shared + np.array([[10.0 * (old == new) for new in ids] for old in before]).reshape(shared.shape)
    rank[shared < ENOUGH] = 0
    pairs: list[tuple[int, int]] = []
    while rank.size and rank.max() > 0:
        i, j = (int(part) for part in np.unravel_index(int(rank.argmax()), rank.shape))
        pairs.append((i, j))
        rank[i], rank[:, j] = 0, 0
    return pairs


def without_the_motionless(shots: Sequence[Shot], boxes: Sequence[Boxes], rules: TrackRules) -> list[Shot]:
    """The film with its truth softened: whoever never moves, and what is found where nothing ever moves, counts neither
    way.

    A shop adds up neither a poster nor a stay of somebody who never came, while one mannequin that is found in every
    picture of a film, or one person who sits through it unseen, would weigh as much as everybody else in it.
    """
    stood: dict[int, list[Standing]] = defaultdict(list)
    for shot in shots:
        for (x1, y1, x2, y2, *_), name in zip(shot.people.tolist(), shot.who, strict=True):
            stood[name].append((shot.at, (x1 + x2) / 2, y2, y2 - y1))
    idle = _motionless(stood, 0.0)
    tracker, followed, looks = Tracker(), defaultdict[int, list[Standing]](list), []
    for shot, found in zip(shots, boxes, strict=True):
        tracker = advance(tracker, found, shot.at, rules, clothes(shot.pixels, found))
        here = [track for track in tracker.people if track.seen == shot.at]
        looks.append(here)
        for track in here:
            followed[track.id].append((shot.at, *track.foot, track.height))
    things = _motionless(followed, MOTIONLESS_S)
    softened = []
    for shot, here in zip(shots, looks, strict=True):
        people = shot.people.copy()
        people[[name in idle for name in shot.who], 6] = 0
        still = [track for track in here if track.id in things]
        rows = [
            (t.x - t.width / 2, t.y - t.height / 2, t.x + t.width / 2, t.y + t.height / 2, t.x, t.y, 0.0) for t in still
        ]
        free = [i for i, row in enumerate(rows) if not _is_somebody(row, people)]
        nobody = np.array([rows[i] for i in free], np.float32).reshape(-1, 7)
        who = (*shot.who, *(-still[i].id for i in free))
        softened.append(replace(shot, people=np.vstack([people, nobody]), who=who))
    return softened


def _motionless(stood: Mapping[int, Iterable[Standing]], least_s: float) -> set[int]:
    """Who was there for so long and never left the place."""
    found = set()
    for name, sights in stood.items():
        at, x, y, tall = zip(*sights, strict=True)
        if at[-1] - at[0] >= least_s and math.hypot(max(x) - min(x), max(y) - min(y)) <= MOVED * median(tall):
            found.add(name)
    return found


def _is_somebody(row: Sequence[float], people: Floats) -> bool:
    """Whether a box is at a person who counts: that one was found, and nothing is to be forgiven."""
    true = people[people[:, 6] > 0, :4]
    return bool(overlaps(np.array([row[:4]], np.float32), true).max(initial=0) >= ENOUGH)
