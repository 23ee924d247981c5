"""Measures how well names are kept on drawn squares: `python -m edge.vision.training.keep_names [--films 16]`.

Every film is looked at more and less often, with the shipped model's boxes and with true boxes that are shaken, left
out, and joined where people overlap: a tracker that works in seconds does no worse when it may look more often.
"""

import argparse
import sys
from collections.abc import Iterator

import cv2
import numpy as np

from edge.vision.boxes import Boxes, overlaps
from edge.vision.clothes import clothes
from edge.vision.own import open_own
from edge.vision.tracking import TrackRules
from edge.vision.training.film import Shot, square_film
from edge.vision.training.naming import Look, Names, follow_names, true_crossings
from edge.vision.training.view import Random

FPS = 14.0
EVERY = (6, 4, 2, 1)
"""Every so-manieth picture: 2.3, 3.5, 7 and 14 looks a second."""
MEASURING = 5300
"""First seed of the films that no rule was chosen on."""
SHAKEN, LEFT_OUT, JOINED = 0.06, 0.1, 0.6
"""Of a box's height; of all boxes; and the overlap from which of two people only the nearer is seen."""


def looked_at(shots: list[Shot], every: int) -> Iterator[tuple[str, list[Look]]]:
    """What the shipped model sees, and what a poor detector that never saw the picture would."""
    some, detector, random = shots[::every], open_own(FPS / every), np.random.default_rng(1)
    yield "own", [_look(shot, detector.detect(shot.pixels)) for shot in some]
    yield "true, spoilt", [_look(shot, spoilt(shot, random)) for shot in some]


def spoilt(shot: Shot, random: Random) -> Boxes:
    """The true boxes of people who can be seen, not all of them and none exact."""
    true = shot.people[shot.people[:, 6] > 0]
    rows = true[np.argsort(-true[:, 3]), :4]
    hidden = [bool((overlaps(rows[i : i + 1], rows[:i]) > JOINED).any()) for i in range(len(rows))]
    rows = rows[(random.random(len(rows)) > LEFT_OUT) & ~np.array(hidden, bool)]
    off = random.normal(0, SHAKEN, (len(rows), 2)) * (rows[:, 3:] - rows[:, 1:2])
    return np.hstack([rows + np.tile(off, 2), np.full((len(rows), 1), 0.9)]).astype(np.float32)


def _look(shot: Shot, boxes: Boxes) -> Look:
    return Look(shot.at, boxes, clothes(shot.pixels, boxes), shot.people, shot.who)


def main() -> None:
    """Read the command line, play the films, print a table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--films", type=int, default=16)
    ask.add_argument("--first", type=int, default=MEASURING, help="seed of the first film")
    ask.add_argument("--seconds", type=float, default=40)
    given = ask.parse_args()
    cv2.setNumThreads(1)
    sums: dict[tuple[str, int], Names] = {}
    for seed in range(given.first, given.first + given.films):
        shots = list(square_film(seed, given.seconds, FPS))
        crossings = true_crossings([_look(shot, shot.people[:0, :5]) for shot in shots])
        for every in EVERY:
            for name, looks in looked_at(shots, every):
                names = follow_names(looks, TrackRules(sure=open_own(FPS).sure), crossings)
                sums[name, every] = sums.get((name, every), Names()) + names
    for (name, every), names in sorted(sums.items()):
        sys.stdout.write(f"{name:14} {FPS / every:5.1f} looks/s {names}\n")


if __name__ == "__main__":
    main()
