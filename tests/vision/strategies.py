"""People who walk in front of an ideal detector, for property tests."""

from collections.abc import Callable

import numpy as np

from edge.vision.boxes import Boxes
from edge.vision.line import CountingLine, Crossed, LineState, Side, count
from edge.vision.tracking import Tracker, TrackRules, advance

HEIGHT, WIDTH = 80.0, 32.0
LINE = CountingLine((0.0, 200.0), (400.0, 200.0), Side.RIGHT)
"""Horizontal; people come in downwards."""
Place = tuple[float, float]


def boxes_at(feet: list[Place], score: float = 0.9) -> Boxes:
    """One box per person who stands at (x, y)."""
    rows = [(x - WIDTH / 2, y - HEIGHT, x + WIDTH / 2, y, score) for x, y in feet]
    return np.array(rows, np.float32).reshape(-1, 5)


def counted(
    where: Callable[[float], list[Place]], seconds: float, fps: float, line: CountingLine = LINE
) -> tuple[list[Crossed], Tracker]:
    """Everybody who crosses while `where(t)` says where people stand, and the tracker at the end."""
    tracker, state, crossed = Tracker(), LineState(), []
    for i in range(round(seconds * fps)):
        tracker = advance(tracker, boxes_at(where(i / fps)), i / fps, TrackRules())
        state, now = count(line, state, tracker.people)
        crossed += now
    return crossed, tracker
