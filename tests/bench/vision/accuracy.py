"""How well a chain counts and follows the people of the PETS clip, by the rules of `tests/vision/pets.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from drivers.base import CameraDriver, load_driver
from edge.vision.boxes import Boxes
from edge.vision.detector import Pixels
from tests.bench.figure import Say
from tests.bench.vision.chains import Chain
from tests.vision import pets

Look = tuple[int, Pixels]
SLOW = pets.FPS / 3
"""Looks a second: every third frame of the clip."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """At one rate of looking."""

    count: float
    f1: float
    mota: float
    idf1: float
    switches: int


def measure(chain: Chain, every: int, say: Say) -> Accuracy:
    """Look at every so-manieth frame of the clip."""
    fps = pets.FPS / every
    detector, truth = chain.open(fps), pets.read_truth()
    analyst = chain.analyst(detector.sure, pets.LINES, fps)
    tally, events = _accumulator(), list[pets.Event]()
    for number, pixels in clip(every):
        people = truth.get(number, {})
        true = np.array(list(people.values()), np.float32).reshape(-1, 4)
        found = detector.detect(pixels) * np.array([pets.SCALE] * 4 + [1], np.float32)
        seen = analyst.see(pets.annotated(found, true), pixels, number / pets.FPS)
        events += seen.crossed
        tally.update(list(people), seen.ids, _distances(true, seen.boxes))
        if number % 70 == 0:
            say(f"{chain.name}: PETS at {fps:.1f} looks a second, {number / pets.FPS:.0f} s of 113")
    counted, followed = pets.score(events, pets.true_crossings()), _summary(tally)
    return Accuracy(counted.accuracy, counted.f1, followed["mota"], followed["idf1"], int(followed["num_switches"]))


def clip(every: int = 1) -> Iterator[Look]:
    """(frame number, picture) of every so-manieth frame."""
    driver = load_driver("camera", {"pace": False, "file_fps": pets.FPS})
    assert isinstance(driver, CameraDriver)
    for number, frame in enumerate(driver.frames("pets", str(pets.VIDEO))):
        if number % every == 0:
            yield number, frame.pixels


def _accumulator() -> Any:
    return _motmetrics().MOTAccumulator(auto_id=True)


def _summary(tally: Any) -> dict[str, float]:
    wanted = ["mota", "idf1", "num_switches"]
    table = _motmetrics().metrics.create().compute(tally, metrics=wanted, name="clip")
    return dict(table.to_dict("records")[0])


def _distances(true: Boxes, seen: Boxes) -> Any:
    """1 - overlap; not a number where two boxes share less than half."""
    if not len(true) or not len(seen):
        return np.empty((len(true), len(seen)))
    sized = [np.hstack([boxes[:, :2], boxes[:, 2:4] - boxes[:, :2]]) for boxes in (true, seen)]
    return _motmetrics().distances.iou_matrix(*sized, max_iou=0.5)


def _motmetrics() -> Any:
    """The library, which calls a function that numpy 2 no longer has."""
    if not hasattr(np, "asfarray"):
        np.asfarray = lambda values, dtype=float: np.asarray(values, dtype)  # type: ignore[attr-defined]
    import motmetrics

    return motmetrics
