"""Thresholds are chosen on drawn films: what is nobody has to fall below them."""

import numpy as np

from edge.vision.boxes import Boxes
from edge.vision.detector import NOT_ASIDE, Pixels
from edge.vision.training.evaluate import KINDS, at_all_levels, choose, watch
from edge.vision.training.film import Shot

PEOPLE, GHOSTS = 0.48, 0.37


class Told:
    """Knows the truth, and sees somebody beside everybody, whom it is less sure of."""

    name, sure, aside = "told", 0.5, NOT_ASIDE

    def __init__(self, shots: list[Shot]) -> None:
        self._shots = iter(shots)

    def detect(self, _: Pixels) -> Boxes:
        """See Detector."""
        people = next(self._shots).people
        true = people[people[:, 6] > 0, :5].copy()
        beside = true + np.float32(50)
        true[:, 4], beside[:, 4] = PEOPLE, GHOSTS
        return np.vstack([true, beside])


def test_people_are_above_the_thresholds_and_ghosts_below() -> None:
    films = [list(play(3, 3, 5)) for play in KINDS.values()]
    done = [at_all_levels(watch(Told(shots), shots, settle_s=0)) for shots in films]
    least, sure = choose(done)
    assert GHOSTS < sure <= PEOPLE  # nobody is begun by a ghost
    assert all(kind[least, sure].good > kind[0.25, 0.25].good for kind in done)
