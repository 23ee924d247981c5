"""Measures a detector on drawn films: `python -m edge.vision.training.evaluate --card CARD.json [--choose]`.

With --choose, the thresholds that do best are printed, to be written into the card: they are chosen here, on drawn
films that no training sample comes from, and nowhere else.
"""

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import mean
from typing import NamedTuple

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


def choose(watched: Sequence[Sequence[Watched]]) -> tuple[float, float]:
    """(least, sure) with the highest mean of MOTA and F1 of crossings over kinds of films."""
    levels = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55)
    pairs = [(least, sure) for least, sure in itertools.product(levels, levels) if least <= sure]
    return max(pairs, key=lambda pair: mean(done_at(kind, *pair).good for kind in watched))


def main() -> None:
    """Read the command line, play the films, print a table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--card", type=Path, default=CARD)
    ask.add_argument("--films", type=int, default=10, help="of each kind")
    ask.add_argument("--seconds", type=float, default=15)
    ask.add_argument("--fps", type=float, default=5)
    ask.add_argument("--choose", action="store_true", help="give the card a low `least` for this")
    ask.add_argument("--against", type=Path, nargs="*", default=[], help="model files of other detectors")
    given = ask.parse_args()
    cv2.setNumThreads(1)
    first = CHOOSING if given.choose else MEASURING
    seen: dict[str, list[Watched]] = {}
    for kind, play in KINDS.items():
        films = [list(play(first + i, SETTLE_S + given.seconds, given.fps)) for i in range(given.films)]
        own = open_own(given.fps, given.card)
        seen[kind] = [watch(open_own(given.fps, given.card), shots) for shots in films]
        tell(kind, "own", done_at(seen[kind], 0, own.sure))
        for path in [None, *given.against]:
            rival = open_detector(path, given.fps)
            watched = [watch(open_detector(path, given.fps), shots) for shots in films]
            tell(kind, rival.name, done_at(watched, 0, rival.sure))
    if given.choose:
        least, sure = choose(list(seen.values()))
        for kind, watched in seen.items():
            tell(kind, f"own, least {least} sure {sure}", done_at(watched, least, sure))


def tell(kind: str, name: str, done: Done) -> None:
    """One line of the table."""
    sys.stdout.write(f"{kind:6} {name:30} {done.tally} {done.names}\n")


if __name__ == "__main__":
    main()
