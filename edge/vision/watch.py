"""One camera's chain in memory: picture → people → tracks → crossings. Knows no process, clock or device."""

from drivers.base import Frame
from edge.vision.config import CameraConfig
from edge.vision.detector import Detector
from edge.vision.line import CountingLine, Crossed, LineState, count
from edge.vision.tracking import Tracker, TrackRules, advance


class Watch:
    """Counts over one line. A picture of another size, or time going back, begins anew with nobody known."""

    def __init__(self, config: CameraConfig, detector: Detector) -> None:
        self._config = config
        self._detector = detector
        self._rules = TrackRules(sure=detector.sure)
        self._size = (0, 0)
        self._line: CountingLine | None = None
        self._last = 0
        self._tracker = Tracker()
        self._state = LineState()

    @property
    def people(self) -> int:
        """Confirmed people in the last picture."""
        return len(self._tracker.people)

    def look(self, frame: Frame) -> list[Crossed]:
        """Who crossed, as of this frame."""
        height, width = frame.pixels.shape[:2]
        if self._line is None or (width, height) != self._size or frame.at < self._last:
            self._size, self._line = (width, height), self._config.what_to_look_for().in_pixels(width, height).lines[0]
            self._tracker, self._state = Tracker(next_id=self._tracker.next_id), LineState()
        self._last = frame.at
        boxes = self._detector.detect(frame.pixels)
        self._tracker = advance(self._tracker, boxes, frame.at / 1000, self._rules)
        self._state, crossed = count(self._line, self._state, self._tracker.people)
        return crossed
