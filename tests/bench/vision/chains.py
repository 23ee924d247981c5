"""What is measured: our chain, and the peer's, which is `supervision` with the ByteTrack of `trackers`.

Both are given the same pictures and the same adapter for a model that both use: fast preprocessing and decoding are a
gift to the peer, who comes without. The peer's thresholds are its own, it is told the time of every look, and its
tracks are counted by the very rule by which true crossings are, since its own line zones count clearly worse (F1 0.94
instead of 0.98 on this clip). Where time is measured, line zones and heat map are its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker

from edge.vision.analysis import State, learn
from edge.vision.boxes import Boxes
from edge.vision.cards import OwnModelCard, open_carded, read_card
from edge.vision.clothes import clothes
from edge.vision.detector import Detector, Pixels
from edge.vision.line import CountingLine
from edge.vision.models import open_detector
from edge.vision.own import CARD, OwnDetector, size_for
from edge.vision.session import ModelSession
from edge.vision.tracking import Tracker, TrackRules, advance
from edge.vision.yolox import YoloxDetector
from tests.vision import pets

YOLOX = pets.DATA / "models" / "yolox_nano_416.onnx"
FASTESTDET = pets.DATA / "models" / "fastestdet_352.onnx"
RATE, CAMERAS = 5.0, 24
"""Looks a second that a shop's camera is to get, and how many cameras a core is to look at."""
LOWEST = 0.1
"""ByteTrack follows people through weak boxes: the score from which it is meant to be shown them."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look gave: confirmed people, and who crossed which line."""

    ids: list[int]
    boxes: Boxes
    crossed: list[pets.Event]


class Analyst(Protocol):
    """Follows people from look to look and counts them over lines."""

    def see(self, boxes: Boxes, pixels: Pixels, at: float) -> Seen:
        """One look: boxes (n, 5) found in the picture, at so many seconds."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One way from pictures to counts."""

    name: str
    bare: Callable[[], ModelSession]
    """The model alone."""
    open: Callable[[float], Detector]
    """A fresh detector for so many looks a second."""
    analyst: Callable[[float, Sequence[CountingLine], float], Analyst]
    """A fresh analyst: score from which a box is surely somebody, lines, looks a second."""
    ours: bool
    judged: bool = False
    """Whether it is to reach the targets."""


class OurAnalyst:
    """What a shop gets after the boxes: tracks, who is who when one breaks, and the lines."""

    def __init__(self, sure: float, lines: Sequence[CountingLine], _fps: float) -> None:
        self._rules, self._scene = TrackRules(sure=sure), pets.scene(lines)
        self._tracker, self._state = Tracker(), State()

    def see(self, boxes: Boxes, pixels: Pixels, at: float) -> Seen:
        """See Analyst."""
        self._tracker = advance(self._tracker, boxes, at, self._rules, clothes(pixels, boxes / np.float32(pets.SCALE)))
        self._state, learnt = learn(self._state, self._tracker.people, at, self._scene)
        names = self._state.crowd.tracks
        here = [track for track in self._tracker.people if track.seen == at]
        rows = [(t.x - t.width / 2, t.y - t.height / 2, t.x + t.width / 2, t.y + t.height / 2, 1.0) for t in here]
        boxes = np.array(rows, np.float32).reshape(-1, 5)
        return Seen([names[track.id] for track in here], boxes, pets.events(learnt.entries))


class PeerAnalyst:
    """ByteTrack as it comes."""

    def __init__(self, _sure: float, lines: Sequence[CountingLine], fps: float) -> None:
        self._tracker: Any = ByteTrackTracker(frame_rate=fps)
        self._turnstile = pets.Turnstile(lines)

    def see(self, boxes: Boxes, pixels: Pixels, at: float) -> Seen:
        """See Analyst."""
        people = self.follow(boxes, at)
        ids = [int(one) for one in people.tracker_id]
        crossed = [event for row in zip(ids, people.xyxy, strict=True) for event in self._turnstile.seen(*row, at)]
        return Seen(ids, np.hstack([people.xyxy, np.ones((len(people), 1), np.float32)]), crossed)

    def follow(self, boxes: Boxes, at: float) -> Any:
        """The people that ByteTrack is sure of, as detections of `supervision`."""
        found = sv.Detections(boxes[:, :4], confidence=boxes[:, 4], class_id=np.zeros(len(boxes), int))
        people = self._tracker.update(found, timestamp=at)
        return people[people.tracker_id >= 0]


def chains() -> list[Chain]:
    """Ours with the own model, on a core with few cameras or many, and with YOLOX; the peer's with its own two."""
    return [
        _own("few a core", 0.0),
        _own(f"{CAMERAS} a core", CAMERAS * RATE),
        Chain("ours, YOLOX-nano", _yolox, lambda fps: open_detector(YOLOX, fps), OurAnalyst, ours=True),
        Chain("peer, YOLOX-nano", _yolox, lambda _: YoloxDetector(_yolox(), LOWEST), PeerAnalyst, ours=False),
        Chain(
            "peer, FastestDet", lambda: ModelSession(FASTESTDET), lambda fps: open_detector(FASTESTDET, fps),
            PeerAnalyst, ours=False,
        ),
    ]  # fmt: skip


def _own(cameras: str, core_looks: float) -> Chain:
    """With the shipped model, shown what a core with so many looks to do each second shows it."""
    card = read_card(CARD)
    assert isinstance(card, OwnModelCard)
    rows, columns = size = size_for(card, CARD.parent, core_looks)
    return Chain(
        f"ours, own {columns}×{rows}, {cameras}", lambda: open_carded(card, CARD.parent, size),
        lambda fps: OwnDetector(open_carded(card, CARD.parent, size, parts=True), card, fps), OurAnalyst,
        ours=True, judged=True,
    )  # fmt: skip


def _yolox() -> ModelSession:
    return ModelSession(YOLOX)
