"""What a chain costs besides its model: the clip played from the file, looked at as fast as it goes, on one thread.

Processor time is measured, not the clock on the wall, so that other work on the machine counts for nothing; and each
round measures the bare model and the whole chain one right after the other, so that a slow minute slows both.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

import numpy as np
import supervision as sv

from drivers.base import Frame
from edge.vision.boxes import Boxes
from edge.vision.config import CameraConfig
from edge.vision.detector import Detector, Pixels
from edge.vision.line import Side
from edge.vision.scene import Floor, Line, Scene, Zone, ZoneKind
from edge.vision.session import BYTES, ModelSession
from edge.vision.watch import Watch
from tests.bench.figure import Say
from tests.bench.vision.accuracy import clip
from tests.bench.vision.chains import RATE, Chain, PeerAnalyst
from tests.vision import pets

ROUNDS, LOOKS, RUNS = 9, 250, 100
"""The ratio of two measurements a second apart is off by some hundredths on a machine that others share: so many."""
WARM_UP = 60
"""Looks that are not measured: in the first seconds after it is switched on, no chain is what it is all day."""
DOORS = ((240.0, 60.0, 240.0, 340.0), (120.0, 60.0, 120.0, 340.0))
"""Two lines through the picture, as x1, y1, x2, y2 in its pixels."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Medians over the rounds, milliseconds of processor time."""

    model_ms: float
    whole_ms: float
    """Decoding, preprocessing, model, boxes, tracks, lines and heat map; ours has zones besides."""
    analytics_ms: float
    """Of that, what comes after the boxes."""
    whole_over_bare: float
    analytics_over_model: float

    @property
    def cameras_per_core(self) -> float:
        """At RATE looks a second each."""
        return 1000 / RATE / self.whole_ms


class Timed:
    """A detector that adds up what it takes."""

    def __init__(self, detector: Detector) -> None:
        self._detector, self.name, self.sure = detector, detector.name, detector.sure
        self.aside = detector.aside
        self.took = 0.0

    def detect(self, pixels: Pixels) -> Boxes:
        """See Detector."""
        began = time.process_time()
        boxes = self._detector.detect(pixels)
        self.took += time.process_time() - began
        return boxes


def measure(chain: Chain, say: Say) -> Speed:
    """Rounds of the bare model and of the whole chain."""
    rounds, bare = [], chain.bare()
    for number in range(ROUNDS):
        say(f"{chain.name}: speed, round {number + 1} of {ROUNDS}")
        model = _bare_ms(bare)
        whole, detecting, seeing = (_ours if chain.ours else _peers)(chain)
        rounds.append((model, whole, detecting, seeing, model / whole, seeing / model))
    model, whole, _, seeing, whole_over_bare, analytics_over_model = (
        median(part) for part in zip(*rounds, strict=True)
    )
    return Speed(model, whole, seeing, whole_over_bare, analytics_over_model)


def _bare_ms(session: ModelSession) -> float:
    """The session alone, with one and the same input."""
    noise = np.random.default_rng(1).integers(0, 256, session.input_shape, np.uint8)
    blob = noise if session.takes == BYTES else noise.astype(np.float32)
    for _ in range(WARM_UP):
        session.run(blob)
    began = time.process_time()
    for _ in range(RUNS):
        session.run(blob)
    return (time.process_time() - began) / RUNS * 1000


def _ours(chain: Chain) -> tuple[float, float, float]:
    """What a shop gets: the project's own capture and Watch, with lines, zones and a floor to walk on."""
    detector = Timed(chain.open(RATE))
    watch = Watch(CameraConfig(id="door", address="clip", scene=scene(), fps=RATE), detector)

    def look(number: int, pixels: Pixels) -> float:
        began, before = time.process_time(), detector.took
        watch.look(Frame(pixels, round(number * 1000 / pets.FPS)))
        return time.process_time() - began - (detector.took - before)

    return _played(clip(), detector, look)


def scene() -> Scene:
    """The two lines, two zones, and heat and paths on the floor."""
    lines = tuple(
        Line(name=f"line {number}", start=(x1 / 480, y1 / 360), end=(x2 / 480, y2 / 360), inside=Side.LEFT)
        for number, (x1, y1, x2, y2) in enumerate(DOORS)
    )
    left, right = ((0.1, 0.4), (0.45, 0.4), (0.45, 0.9), (0.1, 0.9)), ((0.55, 0.4), (0.9, 0.4), (0.9, 0.9), (0.55, 0.9))
    zones = (Zone(name="shelves", polygon=left), Zone(name="till", polygon=right, kind=ZoneKind.QUEUE))
    floor = Floor(picture=((0.2, 0.4), (0.8, 0.4), (1.0, 1.0), (0.0, 1.0)), plan=((0, 0), (16, 0), (16, 12), (0, 12)))
    return Scene(lines=lines, zones=zones, floor=floor)


def _peers(chain: Chain) -> tuple[float, float, float]:
    """As its manual puts it together."""
    detector = Timed(chain.open(RATE))
    analyst = PeerAnalyst(detector.sure, (), pets.FPS)
    zones = [sv.LineZone(sv.Point(x1, y1), sv.Point(x2, y2), (sv.Position.BOTTOM_CENTER,)) for x1, y1, x2, y2 in DOORS]
    heat = sv.HeatMapAnnotator()

    def look(number: int, pixels: Pixels) -> float:
        boxes = detector.detect(pixels)
        began = time.process_time()
        people = analyst.follow(boxes, number / pets.FPS)
        for zone in zones:
            zone.trigger(people)
        heat.annotate(pixels.copy(), people)
        return time.process_time() - began

    return _played(enumerate(sv.get_video_frames_generator(str(pets.VIDEO))), detector, look)


def _played(
    frames: Iterator[tuple[int, Pixels]], detector: Timed, look: Callable[[int, Pixels], float]
) -> tuple[float, float, float]:
    """Milliseconds a look: whole, detecting, and what follows it."""
    for number, pixels in islice(frames, WARM_UP):
        look(number, pixels)
    seeing, detector.took = 0.0, 0.0
    began = time.process_time()
    for number, pixels in islice(frames, LOOKS):
        seeing += look(number, pixels)
    whole = time.process_time() - began
    with _closing(frames):
        return whole / LOOKS * 1000, detector.took / LOOKS * 1000, seeing / LOOKS * 1000


@contextmanager
def _closing(frames: Any) -> Iterator[None]:
    """Close the film, which was not played to its end."""
    try:
        yield
    finally:
        if close := getattr(frames, "close", None):
            close()
