"""One camera in a vision worker: when it is due, one look at its newest picture, and what is told of that."""

import mmap
import os
from collections import deque

from drivers.base import Frame
from edge.vision.background import BackgroundDetector
from edge.vision.boxes import Boxes
from edge.vision.child import Send
from edge.vision.config import WorkOrder
from edge.vision.detector import NOT_ASIDE, Aside, Detector, Pixels
from edge.vision.facts import CameraMoved
from edge.vision.looks import Looks, look
from edge.vision.models import open_detector
from edge.vision.pace import at_full
from edge.vision.pace import looked as looked_at_pace
from edge.vision.pace import moved as at_motion
from edge.vision.report import Report
from edge.vision.slot import Picture, SlotReader
from edge.vision.still import still_png
from edge.vision.telling import Telling
from edge.vision.turns import TOO_OLD_S, Turn, hurried, looked, passed_over
from edge.vision.watch import Watch
from edge.vision.wire import StillMade

LATELY = 15
"""Looks whose people a still hides."""
MOST_STILLS = 4
"""Stills asked for and not yet made; more are refused."""


class Seat:
    """Takes over `slot`. Raises BadModelError. Times are seconds of the machine's monotonic clock."""

    def __init__(self, work: WorkOrder, slot: SlotReader, send: Send) -> None:
        self.work, self._slot, self._send = work, slot, send
        self._detector = _Noting(open_detector(work.camera.model, work.camera.fps, work.core_looks))
        self._watch = Watch(work.camera, self._detector)
        self._report: Report | None = None
        self._telling: Telling | None = None
        self._looks = Looks(1000 / work.camera.fps)
        self._pace = at_full(work.camera.fps, 0.0)
        self._turn: Turn | None = None
        self._looked = self._moved = 0
        self._aside = NOT_ASIDE
        self._stills: list[tuple[int, int]] = []

    def due(self, now: float) -> tuple[float, bool]:
        """From when on a look is due, and whether there is a picture to look at."""
        glance = self._slot.glance()
        if self._turn is None:
            if not glance.number:
                return now, False
            self._pace, self._turn = at_full(self.work.camera.fps, now), Turn(now)
        if glance.moved > self._moved:
            self._moved = glance.moved
            self._turn = hurried(self._turn, now, self._pace.period_s - self._pace.full_s)
            self._pace = at_motion(self._pace, now)
        return now if self._stills else self._turn.due, glance.number > self._looked

    def look(self, now: float) -> None:
        """Look at the newest picture, unless it is too old, and tell what was seen."""
        with self._slot.newest() as picture:
            if picture is None or picture.number <= self._looked or self._turn is None:
                return
            if self.work.camera.pace and now - picture.taken > TOO_OLD_S:
                self._turn = passed_over(self._turn)
            else:
                self._look_at(picture, self._turn, now)
            self._looked = picture.number
        self._slot.looked(self._looked)

    def _look_at(self, picture: Picture, turn: Turn, now: float) -> None:
        frame = Frame(picture.pixels, picture.at)
        report = self._report = self._report or Report(self.work, self._detector.name, self._send, frame.at)
        self._looks, _ = look(self._looks, frame.at)
        self._turn = looked(turn, now, self._pace.period_s) if self.work.camera.pace else Turn(now, self._looks.dropped)
        telling = self._telling = self._telling or Telling(self.work, self._watch, self._send, report.utc)
        telling.learnt(frame.at, self._watch.look(frame))
        self._tell_moved(report.utc(frame.at))
        self._pace = looked_at_pace(self._pace, now, self._watch.people)
        report.looked(frame.at, self._watch.people, self._turn.dropped, now - picture.taken)
        self._give_stills(picture.pixels)

    def _tell_moved(self, at: int) -> None:
        right, down = self._detector.aside
        if (right, down) != self._aside:
            by = right - self._aside[0], down - self._aside[1]
            self._aside = right, down
            self._send(CameraMoved(self.work.camera.id, at, *by))

    def want_still(self, n: int, file: int) -> None:
        """Make one of the next picture that is looked at. Takes over `file`, of MOST_BYTES."""
        if len(self._stills) >= MOST_STILLS:
            os.close(file)
            self._send(StillMade(self.work.camera.id, n, 0, "Others wait for a picture of this camera. Try again."))
            return
        self._stills.append((n, file))

    def _give_stills(self, pixels: Pixels) -> None:
        if self._stills:
            png = still_png(pixels, self._detector.lately())
            for n, file in self._stills:
                with mmap.mmap(file, len(png)) as out:
                    out[:] = png
                os.close(file)
                self._send(StillMade(self.work.camera.id, n, len(png), ""))
            self._stills.clear()

    def close(self) -> None:
        """Tell the last health, and let go of the memory."""
        if self._telling:
            self._telling.finish()
        if self._report:
            self._report.health()
        for _, file in self._stills:
            os.close(file)
        self._slot.close()


class _Noting:
    """A detector that notes whom it found lately."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self.name, self.sure = detector.name, detector.sure
        self._found: deque[Boxes] = deque(maxlen=LATELY)

    @property
    def aside(self) -> Aside:
        """See Detector."""
        return self._detector.aside

    def detect(self, pixels: Pixels) -> Boxes:
        """See Detector."""
        found = self._detector.detect(pixels)
        self._found.append(found)
        return found

    def lately(self) -> tuple[Boxes, ...] | None:
        """Boxes of the last looks. None where people who stand still are not found."""
        return None if isinstance(self._detector, BackgroundDetector) else tuple(self._found)
