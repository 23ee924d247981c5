"""One camera's chain in memory: picture → people → tracks → what is learnt. Knows no process, clock or device."""

from drivers.base import Frame
from edge.vision.analysis import Learnt, State, feet, learn, zones_now
from edge.vision.clothes import clothes
from edge.vision.config import CameraConfig
from edge.vision.detector import Detector
from edge.vision.facts import Foot, Waiting
from edge.vision.scene import SceneInPixels
from edge.vision.tracking import Tracker, TrackRules, advance


class Watch:
    """Looks for what the scene says. A picture of another size, or time going back, begins anew with nobody known."""

    def __init__(self, config: CameraConfig, detector: Detector) -> None:
        self.scene = config.what_to_look_for()
        self._detector = detector
        self._rules = TrackRules(sure=detector.sure)
        self._in_pixels: SceneInPixels | None = None
        self._last = 0
        self._tracker = Tracker()
        self._state = State()

    @property
    def people(self) -> int:
        """Visitors in the last picture: no staff, and nothing that never moves."""
        return self._state.crowd.visitors

    def look(self, frame: Frame) -> Learnt:
        """What this frame adds."""
        height, width = frame.pixels.shape[:2]
        scene = self._in_pixels
        if scene is None or (width, height) != scene.size or frame.at < self._last:
            scene = self._in_pixels = self.scene.in_pixels(width, height)
            self._tracker, self._state = Tracker(next_id=self._tracker.next_id), State()
        self._last = frame.at
        at = frame.at / 1000
        boxes = self._detector.detect(frame.pixels)
        self._tracker = advance(self._tracker, boxes, at, self._rules, clothes(frame.pixels, boxes))
        self._state, learnt = learn(self._state, self._tracker.people, at, scene)
        return learnt

    def feet(self) -> tuple[Foot, ...]:
        """Where everybody stands in the last picture."""
        return feet(self._state, self._in_pixels) if self._in_pixels else ()

    def zones(self) -> tuple[Waiting, ...]:
        """Every zone as of the last picture."""
        return zones_now(self._state, self._last / 1000, self._in_pixels) if self._in_pixels else ()
