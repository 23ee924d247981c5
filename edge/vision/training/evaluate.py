"""Measures a detector on drawn films: `python -m edge.vision.training.evaluate --card CARD.json [--choose]`.

With --choose, the thresholds that do best are printed, to be written into the card: they are chosen here, on drawn
films that no training sample comes from, and nowhere else.
"""

import argparse
import itertools
import sys
from pathlib import Path

import cv2

from edge.vision.boxes import Boxes
from edge.vision.detector import Detector
from edge.vision.models import open_detector
from edge.vision.own import CARD, open_own
from edge.vision.tracking import TrackRules
from edge.vision.training.film import Shot, film
from edge.vision.training.scoring import Tally, tally_film

Watched = list[tuple[list[Shot], list[Boxes]]]
CHOOSING, MEASURING = 0, 1000
"""First seeds of the films for choosing thresholds, and of those for measuring."""


def watch(detectors: list[Detector], films: list[list[Shot]]) -> Watched:
    """What a fresh detector per film finds in it."""
    return [
        (shots, [detector.detect(shot.pixels) for shot in shots])
        for detector, shots in zip(detectors, films, strict=True)
    ]


def tally_at(watched: Watched, least: float, sure: float) -> Tally:
    """What comes of it with these thresholds."""
    tally = Tally()
    for shots, boxes in watched:
        tally_film(shots, [found[found[:, 4] >= least] for found in boxes], TrackRules(sure=sure), tally)
    return tally


def choose(watched: Watched) -> tuple[float, float]:
    """(least, sure) with the highest MOTA."""
    levels = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55)
    pairs = [(least, sure) for least, sure in itertools.product(levels, levels) if least <= sure]
    return max(pairs, key=lambda pair: tally_at(watched, *pair).mota)


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
    seen: dict[bool, Watched] = {}
    for close in (False, True):
        films = [list(film(first + i, given.seconds, given.fps, close)) for i in range(given.films)]
        seen[close] = watch([open_own(given.fps, given.card) for _ in films], films)
        tell(close, "own", tally_at(seen[close], 0, open_own(given.fps, given.card).sure))
        for path in [None, *given.against]:
            rival = open_detector(path, given.fps)
            watched = watch([open_detector(path, given.fps) for _ in films], films)
            tell(close, rival.name, tally_at(watched, 0, rival.sure))
    if given.choose:
        least, sure = choose(seen[False] + seen[True])
        for close in (False, True):
            tell(close, f"own, least {least} sure {sure}", tally_at(seen[close], least, sure))


def tell(close: bool, name: str, tally: Tally) -> None:
    """One line of the table."""
    sys.stdout.write(f"{'close' if close else 'usual'} {name:30} {tally}\n")


if __name__ == "__main__":
    main()
