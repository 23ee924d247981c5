"""The PETS 2009 clip and its ground truth: how true and counted crossings compare.

Everything is in pixels of the 768×576 original. Twelve vertical lines; a person's point is the bottom centre
of the box; a true crossing goes from more than 6 px on one side to more than 6 px on the other, inside the
line's span. People whom the ground truth leaves out are left out here as well.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from drivers.base import CameraDriver, load_driver
from edge.vision.analysis import State, learn
from edge.vision.boxes import Boxes, overlaps
from edge.vision.detector import Detector
from edge.vision.entries import Entry
from edge.vision.line import CountingLine, Direction, Side
from edge.vision.looks import Looks, look
from edge.vision.scene import Scene, SceneInPixels
from edge.vision.tracking import Tracker, TrackRules, advance

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
VIDEO = DATA / "video" / "pets09-s2l1-480x360.avi"
TRUTH = DATA / "video" / "pets09-s2l1-gt.txt"
FPS = 7.0
SCALE = 768 / 480
LINES = tuple(CountingLine((x, 130.0), (x, 500.0), Side.LEFT) for x in range(200, 641, 40))
"""Downwards, so that a walker's left is at larger x: "in" is towards the right of the picture."""
WITHIN_S = 1.5
CLEAR_PX = 6

Event = tuple[int, Direction, float]
"""Line, direction, seconds."""


def read_truth() -> dict[int, dict[int, tuple[float, float, float, float]]]:
    """Frame (from 0) → person → x1, y1, x2, y2."""
    frames: dict[int, dict[int, tuple[float, float, float, float]]] = defaultdict(dict)
    for row in TRUTH.read_text().splitlines():
        frame, person, left, top, width, height = (float(part) for part in row.split(",")[:6])
        frames[int(frame) - 1][int(person)] = (left, top, left + width, top + height)
    return dict(frames)


class Turnstile:
    """Tells crossings by the rule above, for tracks of any making."""

    def __init__(self, lines: Sequence[CountingLine] = LINES) -> None:
        self._lines = lines
        self._sides: dict[tuple[int, int], bool] = {}

    def seen(self, person: int, box: Sequence[float], at: float) -> list[Event]:
        """What somebody has crossed who is in this box (x1, y1, x2, y2) now."""
        events: list[Event] = []
        x, foot = (box[0] + box[2]) / 2, box[3]
        for number, line in enumerate(self._lines):
            off = x - line.start[0]
            if abs(off) <= CLEAR_PX:
                continue
            right = off > 0
            before = self._sides.get((person, number), right)
            self._sides[person, number] = right
            if before != right and line.start[1] <= foot <= line.end[1]:
                events.append((number, Direction.IN if right else Direction.OUT, at))
        return events


def true_crossings() -> list[Event]:
    """Every crossing of every line."""
    turnstile = Turnstile()
    frames = sorted(read_truth().items())
    return [
        event
        for frame, people in frames
        for person, box in people.items()
        for event in turnstile.seen(person, box, frame / FPS)
    ]


def annotated(boxes: Boxes, truth: Boxes) -> Boxes:
    """Without people at places where the ground truth has none, unless they overlap one of its boxes."""
    x, foot = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
    blind = (foot < 163) | (x > 722) | (x < 30) | ((x > 640) & (x < 705) & (foot < 190))
    known = (overlaps(boxes, truth) >= 0.3).any(axis=1) if len(truth) else np.zeros(len(boxes), bool)
    return np.asarray(boxes[~blind | known], np.float32)


def looked_at(detector: Detector, fps: float) -> Iterator[tuple[int, Boxes, Boxes]]:
    """(frame number, boxes found, true boxes) of the frames that a camera of so many fps looks at."""
    driver = load_driver("camera", {"pace": False, "file_fps": FPS})
    assert isinstance(driver, CameraDriver)
    truth, looks = read_truth(), Looks(1000 / fps)
    for number, frame in enumerate(driver.frames("pets", str(VIDEO))):
        looks, due = look(looks, frame.at)
        if due:
            people = np.array(list(truth.get(number, {}).values()), np.float32).reshape(-1, 4)
            found = detector.detect(frame.pixels) * np.array([SCALE] * 4 + [1], np.float32)
            yield number, annotated(found, people), people


@dataclass
class Score:
    """How well counted crossings agree with true ones."""

    accuracy: float
    f1: float
    found: int
    extra: int
    missed: list[Event] = field(default_factory=list)


def scene(lines: Sequence[CountingLine] = LINES) -> SceneInPixels:
    """These lines over the clip, each by its number."""
    return replace(Scene().in_pixels(768, 576), lines=tuple(replace(line, name=str(i)) for i, line in enumerate(lines)))


def events(entries: Sequence[Entry]) -> list[Event]:
    """Entries over the lines of such a scene."""
    return [(int(entry.line.name), entry.direction, entry.at) for entry in entries]


def count_crossings(detector: Detector, fps: float) -> list[Event]:
    """Every crossing that our own tracker and lines count."""
    tracker, state, place, counted = Tracker(), State(), scene(), list[Event]()
    for number, boxes, _ in looked_at(detector, fps):
        tracker = advance(tracker, boxes, number / FPS, TrackRules(sure=detector.sure))
        state, learnt = learn(state, tracker.people, number / FPS, place)
        counted += events(learnt.entries)
    return counted


def score(counted: list[Event], true: list[Event]) -> Score:
    """Count accuracy per line and direction, and F1 of the single events."""
    wrong = sum(
        abs(sum(event[:2] == (i, way) for event in counted) - sum(event[:2] == (i, way) for event in true))
        for i in range(len(LINES))
        for way in Direction
    )
    left, missed, found = list(counted), [], 0
    for event in true:
        near = [other for other in left if other[:2] == event[:2] and abs(other[2] - event[2]) <= WITHIN_S]
        if near:
            left.remove(min(near, key=lambda other: abs(other[2] - event[2])))
            found += 1
        else:
            missed.append(event)
    return Score(1 - wrong / len(true), 2 * found / (len(true) + len(counted)), found, len(left), missed)
