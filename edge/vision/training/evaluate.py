"""Measures a detector on drawn films: `python -m edge.vision.training.evaluate --card CARD.json [--choose]`.

With --choose, the thresholds that do best are printed, to be written into the card: they are chosen here, on drawn
films that no training sample comes from, and nowhere else.
"""

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import mean
from typing import NamedTuple, TypeVar

import cv2

from edge.vision.boxes import Boxes
from edge.vision.clothes import clothes
from edge.vision.detector import Detector
from edge.vision.models import open_detector
from edge.vision.own import CARD, open_own
from edge.vision.tracking import TrackRules
from edge.vision.training.film import Shot, film, square_film
from edge.vision.training.naming import Look, Names, follow_names, true_crossings
from edge.vision.training.scoring import Tally, tally_film, without_the_motionless

CHOOSING, MEASURING = 0, 1000
"""First seeds of the films for choosing thresholds, and of those for measuring."""
SETTLE_S = 10.0
"""Played before what is scored: a shop's cameras know their places, but for the first seconds of all."""
Named = TypeVar("Named")
Levels = tuple[float, float]
"""Thresholds: `least` and `sure` of a card."""
LEVELS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55)
PAIRS = tuple((least, sure) for least, sure in itertools.product(LEVELS, LEVELS) if least <= sure)
KINDS: dict[str, Callable[[int, float, float], Iterator[Shot]]] = {
    "usual": film,
    "close": partial(film, close=True),
    "square": square_film,
}


class Watched(NamedTuple):
    """A film, and what a fresh detector finds in each picture of it."""

    shots: Sequence[Shot]
    boxes: Sequence[Boxes]


class Done(NamedTuple):
    """What comes of some films: who is found, and whose crossings are counted."""

    tally: Tally
    names: Names

    @property
    def good(self) -> float:
        """A shop asks for both."""
        return (self.tally.mota + self.names.f1) / 2

    def __add__(self, other: object) -> "Done":
        if not isinstance(other, Done):
            return NotImplemented
        return Done(self.tally + other.tally, self.names + other.names)


NOTHING = Done(Tally(), Names())


def watch(detector: Detector, shots: Sequence[Shot], settle_s: float = SETTLE_S) -> Watched:
    """Play a film; what is told of it begins after so many seconds."""
    boxes = [detector.detect(shot.pixels) for shot in shots]
    begun = sum(shot.at < settle_s for shot in shots)
    return Watched(shots[begun:], boxes[begun:])


def done_at(watched: Sequence[Watched], least: float, sure: float) -> Done:
    """What comes of it with these thresholds, for everything that moves."""
    tally, names, rules = Tally(), Names(), TrackRules(sure=sure)
    for film_shots, boxes in watched:
        found = [rows[rows[:, 4] >= least] for rows in boxes]
        shots = without_the_motionless(film_shots, found, rules)
        looks = [
            Look(shot.at, rows, clothes(shot.pixels, rows), shot.people, shot.who)
            for shot, rows in zip(shots, found, strict=True)
        ]
        tally_film(shots, found, rules, tally)
        names += follow_names(looks, rules, true_crossings(looks))
    return Done(tally, names)


def at_all_levels(watched: Watched) -> dict[Levels, Done]:
    """What comes of one film with every pair of thresholds that may be chosen."""
    return {levels: done_at([watched], *levels) for levels in PAIRS}


def choose(films: Sequence[Mapping[Levels, Done]]) -> Levels:
    """(least, sure) with the highest mean of MOTA and F1 of crossings over kinds of films."""
    return max(PAIRS, key=lambda levels: mean(kind[levels].good for kind in films))


class Found(NamedTuple):
    """What comes of films by the name of a detector, and with our own by its thresholds."""

    named: Mapping[str, Done]
    levels: Mapping[Levels, Done]

    def __add__(self, other: object) -> "Found":
        if not isinstance(other, Found):
            return NotImplemented
        return Found(_sum(self.named, other.named), _sum(self.levels, other.levels))


class Job(NamedTuple):
    """One film, and what is to be tried on it."""

    kind: str
    seed: int
    seconds: float
    fps: float
    card: Path
    against: tuple[Path | None, ...]
    choose: bool

    def done(self) -> Found:
        """Play it."""
        cv2.setNumThreads(1)
        shots = list(KINDS[self.kind](self.seed, SETTLE_S + self.seconds, self.fps))
        own = open_own(self.fps, self.card)
        watched = watch(own, shots)
        named = {"own": done_at([watched], 0, own.sure)}
        for path in self.against:
            rival = open_detector(path, self.fps)
            named[rival.name] = done_at([watch(rival, shots)], 0, rival.sure)
        return Found(named, at_all_levels(watched) if self.choose else {})


def main() -> None:
    """Read the command line, play the films, print a table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--card", type=Path, default=CARD)
    ask.add_argument("--films", type=int, default=10, help="of each kind")
    ask.add_argument("--seconds", type=float, default=15)
    ask.add_argument("--fps", type=float, default=5)
    ask.add_argument("--choose", action="store_true", help="give the card a low `least` for this")
    ask.add_argument("--against", type=Path, nargs="*", default=[], help="model files of other detectors")
    ask.add_argument("--workers", type=int, default=1)
    given = ask.parse_args()
    first = CHOOSING if given.choose else MEASURING
    found = dict.fromkeys(KINDS, Found({}, {}))
    with ProcessPoolExecutor(given.workers) as workers:
        rest = given.seconds, given.fps, given.card, (None, *given.against), given.choose
        jobs = [Job(kind, first + number, *rest) for kind in KINDS for number in range(given.films)]
        for job, film_found in zip(jobs, workers.map(Job.done, jobs), strict=True):
            found[job.kind] += film_found
    for kind, all_films in found.items():
        for name, done in all_films.named.items():
            tell(kind, name, done)
    if given.choose:
        least, sure = choose([all_films.levels for all_films in found.values()])
        for kind, all_films in found.items():
            tell(kind, f"own, least {least} sure {sure}", all_films.levels[least, sure])


def tell(kind: str, name: str, done: Done) -> None:
    """One line of the table."""
    sys.stdout.write(f"{kind:6} {name:30} {done.tally} {done.names}\n")


def _sum(one: Mapping[Named, Done], other: Mapping[Named, Done]) -> dict[Named, Done]:
    return {name: one.get(name, NOTHING) + other.get(name, NOTHING) for name in {**one, **other}}


if __name__ == "__main__":
    main()
